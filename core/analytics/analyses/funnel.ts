/** The stages of a funnel over the sessions that started in the range, in one of the two stated semantics. */
import type { AnalysisOf } from '../../contract/analysis.ts';
import type { Column } from '../../contract/query.ts';
import { stageConditions } from '../check-definition.ts';
import { findNamed } from '../definition-lookup.ts';
import { instantSql } from '../local-time.ts';
import { hitClause, notSeenByTag, type QueryContext } from '../session-source.ts';
import {
  type AnalysisPlan,
  figure,
  labelColumns,
  type Parts,
  partsOf,
  text,
} from './analysis-parts.ts';

const dayMs = 86_400_000;

/** @throws Problem `definition_unknown` */
export function planFunnel(analysis: AnalysisOf<'funnel'>, context: QueryContext): AnalysisPlan {
  const funnel = findNamed(context.definitions.funnels, analysis.funnel, 'funnel');
  const parts = partsOf(analysis, context);
  const names = funnel.stages.map(({ name }) => name);
  const positions = positionsSql(parts, stageConditions(funnel, context.definitions));
  const { rows, columns } =
    funnel.semantics === 'ordered'
      ? orderedRows(parts, positions, names)
      : progressionRows(parts, positions, names);
  return {
    sql: rows,
    values: parts.binder.values,
    beside: { key: ([stage]) => String(stage), absent: () => columns.map(() => null) },
    columns: [text('stage', 'Stage', 'Stage of the funnel, in its order.'), ...columns],
    // The statement gives one row with the figures of all stages, stage by stage.
    finish: ([row = []]) => {
      const width = columns.length;
      return names.map((name, stage) => [
        name,
        ...row
          .slice(stage * width, (stage + 1) * width)
          .map((cell) => (cell === null || cell === undefined ? null : Number(cell))),
      ]);
    },
  };
}

/** For each session and stage the numbers of the hits that meet it, in order. */
function positionsSql(parts: Parts, conditions: readonly string[]): string {
  const { analysis, span, context, binder } = parts;
  const once = analysis.seenByTag ? '' : `AND ${notSeenByTag('h')}`;
  const sessions = parts.sessions('started');
  const lists = conditions.map((condition, stage) => {
    const { sql } = hitClause(condition, span, context, binder);
    return `list(h.number ORDER BY h.number) FILTER (WHERE ${sql}) AS p${stage}`;
  });
  const labels = labelColumns(parts).map((column) => `any_value(${column}) AS ${column.slice(2)}`);
  return `SELECT ${[...lists, ...labels].join(', ')} FROM store.hits h JOIN ${sessions} ON s.session_row = h.session_row
    WHERE h."at" >= ${instantSql(span.fromMs)} AND h."at" < ${instantSql(span.toMs + 2 * dayMs)} ${once} GROUP BY h.session_row`;
}

interface FunnelRows {
  rows: string;
  columns: Column[];
}

/** A stage is reached by the first hit that meets it after the one that reached the stage before. */
function orderedRows({ places }: Parts, positions: string, names: readonly string[]): FunnelRows {
  let reached = `SELECT *, p0[1] AS t0 FROM (${positions})`;
  for (let stage = 1; stage < names.length; stage += 1) {
    reached = `SELECT *, list_min(list_filter(p${stage}, lambda x: x > t${stage - 1})) AS t${stage} FROM (${reached})`;
  }
  const count = (stage: number, only: (condition?: string) => string) =>
    `count(*)${only(`t${stage} IS NOT NULL`)}`;
  const figures = names.flatMap((_, stage) =>
    places.flatMap(({ only }) => {
      const here = count(stage, only);
      const before = count(Math.max(0, stage - 1), only);
      return [
        here,
        `${here} / nullif(${count(0, only)}, 0)`,
        stage === 0 ? 'NULL' : `${here} / nullif(${before}, 0)`,
        stage === 0 ? 'NULL' : `${before} - ${here}`,
      ];
    }),
  );
  return {
    rows: `SELECT ${figures.join(', ')} FROM (${reached})`,
    columns: places.flatMap(({ of }) => [
      figure(
        'sessions',
        'Sessions',
        'count',
        'Sessions that went through all stages to this one, in their order.',
        'higher',
      )(of),
      figure(
        'share',
        'Of all',
        'share',
        'As a share of the sessions of the first stage.',
        'higher',
      )(of),
      figure(
        'rate',
        'Of the stage before',
        'share',
        'As a share of the sessions of the stage before.',
        'higher',
      )(of),
      figure(
        'dropped',
        'Dropped',
        'count',
        'Sessions that reached the stage before, but not this one.',
        'lower',
      )(of),
    ]),
  };
}

/**
 * A session that saw a stage went on when a deeper stage came after it. When deeper stages came only before it, the
 * session is left out of the rate of this stage altogether.
 */
function progressionRows(
  { places }: Parts,
  positions: string,
  names: readonly string[],
): FunnelRows {
  const stages = names.map((_, stage) => stage);
  const ends = stages.map(
    (stage) => `p${stage}[1] AS first_${stage}, p${stage}[-1] AS last_${stage}`,
  );
  const seen = (stage: number) => `first_${stage} IS NOT NULL`;
  const deepest = (stage: number) =>
    `greatest(${['-1', ...stages.slice(stage + 1).map((deeper) => `coalesce(last_${deeper}, -1)`)].join(', ')})`;
  const wentOn = (stage: number) => `${seen(stage)} AND ${deepest(stage)} > first_${stage}`;
  const leftOut = (stage: number) =>
    `${seen(stage)} AND ${deepest(stage)} >= 0 AND NOT ${deepest(stage)} > first_${stage}`;
  const figures = stages.flatMap((stage) =>
    places.flatMap(({ only }) => {
      const isLast = stage === stages.length - 1;
      const count = (condition: string) => `count(*)${only(condition)}`;
      const base = `(${count(seen(stage))} - ${count(leftOut(stage))})`;
      return [
        count(seen(stage)),
        isLast ? 'NULL' : count(wentOn(stage)),
        isLast ? 'NULL' : count(leftOut(stage)),
        isLast ? 'NULL' : `${count(wentOn(stage))} / nullif(${base}, 0)`,
      ];
    }),
  );
  return {
    rows: `SELECT ${figures.join(', ')} FROM (SELECT *, ${ends.join(', ')} FROM (${positions}))`,
    columns: places.flatMap(({ of }) => [
      figure('sessions', 'Sessions', 'count', 'Sessions that saw the stage.', 'higher')(of),
      figure(
        'went_on',
        'Went on',
        'count',
        'Of these, sessions that saw a deeper stage afterwards.',
        'higher',
      )(of),
      figure(
        'left_out',
        'Left out',
        'count',
        'Of these, sessions that saw deeper stages only before; they are not in the rate.',
      )(of),
      figure(
        'rate',
        'Progression',
        'share',
        'Sessions that went on as a share of sessions that saw the stage, without those left out.',
        'higher',
      )(of),
    ]),
  };
}
