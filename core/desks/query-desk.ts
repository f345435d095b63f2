/** Answers queries and analyses of a dataset with what is defined for it: the one way to ask, for all who ask. */
import { openCondition } from '../analytics/open-sessions.ts';
import type { Analysis } from '../contract/analysis.ts';
import type { DateRange } from '../contract/date-range.ts';
import { type Definitions, noDefinitions } from '../contract/definition.ts';
import { type Answer, type CellAsked, type Query, querySchema } from '../contract/query.ts';
import type { Engine } from '../engine/engine.ts';
import type { DefinitionBook } from '../settings/definitions.ts';

export interface QueryDesk {
  /** @throws Problem `query_invalid`, `definition_unknown`, `condition_invalid`, `condition_not_in_tables` */
  query(slug: string, query: Query): Promise<Answer>;
  analyze(slug: string, analysis: Analysis): Promise<Answer>;
  /** The condition, as text, of the sessions that a figure counts. @throws Problem `query_invalid` */
  openSessions(slug: string, cell: CellAsked): Promise<string>;
}

export function createQueryDesk(
  engine: Pick<Engine, 'query' | 'analyze'>,
  book: DefinitionBook,
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

  return {
    query: async (slug, query) =>
      await engine.query(slug, query, await definitionsFor(book, slug, undefined)),
    analyze: async (slug, analysis) =>
      await engine.analyze(slug, analysis, await definitionsFor(book, slug, costDays(analysis))),
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

function costDays(analysis: Analysis): DateRange | undefined {
  if (analysis.kind === 'campaigns' || analysis.kind === 'click_fraud') return analysis.range;
  return undefined;
}
