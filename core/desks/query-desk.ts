/** Answers queries and analyses of a dataset with what is defined for it: the one way to ask, for all who ask. */
import { openCondition } from '../analytics/open-sessions.ts';
import type { Analysis } from '../contract/analysis.ts';
import { addDays } from '../contract/calendar.ts';
import { comparedRange } from '../contract/comparison.ts';
import type { DateRange } from '../contract/date-range.ts';
import { type Definitions, noDefinitions } from '../contract/definition.ts';
import { type Answer, type CellAsked, type Query, querySchema } from '../contract/query.ts';
import type { Engine } from '../engine/engine.ts';
import type { DefinitionBook } from '../settings/definitions.ts';
import type { AskedFor, LabelSessions, NamedLabels } from './label-sessions.ts';

export interface QueryDesk {
  /** @throws Problem `query_invalid`, `definition_unknown`, `condition_invalid`, `condition_not_in_tables` */
  query(slug: string, query: Query): Promise<Answer>;
  analyze(slug: string, analysis: Analysis): Promise<Answer>;
  /** The condition, as text, of the sessions that a figure counts. @throws Problem `query_invalid` */
  openSessions(slug: string, cell: CellAsked): Promise<string>;
}

/** Analyses look so far back at the most. */
const lookBackDays = 366;

/** @param labelSessions finds the sessions of labels that ask a saved query; without it there are no such labels */
export function createQueryDesk(
  engine: Pick<Engine, 'query' | 'analyze'>,
  book: DefinitionBook,
  labelSessions?: LabelSessions,
): QueryDesk {
  /** Most datasets have none, and their conditions need not speak of it. */
  async function hasSeenByTag(slug: string, { query }: CellAsked): Promise<boolean> {
    const asked = querySchema.parse({
      metrics: ['sessions'],
      range: query.range,
      robots: true,
      seenByTag: true,
      condition: 'session.seen_by_tag = true',
    });
    const { rows } = await engine.query(slug, asked, noDefinitions);
    return Number(rows[0]?.[0] ?? 0) > 0;
  }

  const found = async (
    slug: string,
    { labels }: Definitions,
    asked: AskedFor & Pick<Query, 'labels'>,
  ): Promise<NamedLabels | undefined> => {
    const { from, to, robots } = asked;
    return await labelSessions?.find(slug, labels, asked.labels, { from, to, robots });
  };

  return {
    async query(slug, query) {
      const definitions = await definitionsFor(book, slug, undefined);
      const named = await found(slug, definitions, { ...query, ...wholeRange(query) });
      const answer = await engine.query(slug, query, { ...definitions, ...sessionsOf(named) });
      return withFaults(answer, named);
    },
    async analyze(slug, analysis) {
      const definitions = await definitionsFor(book, slug, costDays(analysis));
      const { from, to } = wholeRange(analysis);
      const range = { from: addDays(from, -lookBackDays), to };
      const named = await found(slug, definitions, { ...analysis, ...range });
      const all = { ...definitions, ...sessionsOf(named) };
      return withFaults(await engine.analyze(slug, analysis, all), named);
    },
    async openSessions(slug, cell) {
      const definitions = await definitionsFor(book, slug, undefined);
      return openCondition(cell, definitions, await hasSeenByTag(slug, cell));
    },
  };
}

/** Everything defined for a dataset; costs only where days are given. */
export async function definitionsFor(
  book: DefinitionBook,
  slug: string,
  days: DateRange | undefined,
): Promise<Definitions> {
  const all = await book.all(slug);
  return {
    labels: all.label,
    campaigns: all.campaign,
    funnels: all.funnel,
    goals: all.goal,
    pageGroups: all.page_group,
    costs: days === undefined ? [] : await book.costs(slug, days),
  };
}

const sessionsOf = (named: NamedLabels | undefined) =>
  named === undefined ? {} : { namedSessions: named.namedSessions };

/** The days of the range and of what it is compared with. */
function wholeRange(asked: Query | Analysis): DateRange {
  const { range } = asked;
  const comparison = 'comparison' in asked ? asked.comparison : undefined;
  if (comparison === undefined) return range;
  const before = comparedRange(range, comparison);
  return {
    from: before.from < range.from ? before.from : range.from,
    to: before.to > range.to ? before.to : range.to,
  };
}

/** A label whose saved query gives nothing has empty figures, and says why; those of all others stand. */
function withFaults(answer: Answer, named: NamedLabels | undefined): Answer {
  if (named === undefined || named.faults.size === 0) return answer;
  const { faults } = named;
  const isEmpty = answer.columns.map(
    (column) => column.kind === 'metric' && column.of !== undefined && faults.has(column.of),
  );
  return {
    ...answer,
    rows: answer.rows.map((row) => row.map((cell, place) => (isEmpty[place] ? null : cell))),
    notes: [...(answer.notes ?? []), ...faults.values()],
  };
}

function costDays(analysis: Analysis): DateRange | undefined {
  if (analysis.kind === 'campaigns' || analysis.kind === 'click_fraud') return wholeRange(analysis);
  return undefined;
}
