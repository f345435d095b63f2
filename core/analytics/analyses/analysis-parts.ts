/** What analyses are made of: the sessions and hits of a range, the columns of an answer, and figures beside labels. */
import type { Analysis } from '../../contract/analysis.ts';
import type { DateRange } from '../../contract/calendar.ts';
import type { DimensionName } from '../../contract/dimension.ts';
import type { Metric, MetricUnit } from '../../contract/metric.ts';
import type { Answer, Column } from '../../contract/query.ts';
import type { SqlResult } from '../analytics-store.ts';
import { findNamed } from '../definition-lookup.ts';
import { type DimensionSql, dimensionSql } from '../dimension-sql.ts';
import { instantSql, instantsOf } from '../local-time.ts';
import {
  type Binder,
  createBinder,
  type QueryContext,
  type SessionsAsked,
  type Span,
  sessionSource,
} from '../session-source.ts';

/** An analysis as it is run: one statement, and what its rows become. */
export interface AnalysisPlan {
  sql: string;
  values: string[];
  columns: Column[];
  notes?: string[];
  /** The period that its figures are held against, where there is one. */
  comparedWith?: DateRange;
  /** Rows of the statement → rows of the answer, where they differ. The answer is cut at the limit afterwards. */
  finish?: (rows: SqlResult['rows']) => Answer['rows'];
  /** Of an analysis whose figures can stand beside those of another period. */
  beside?: Beside;
}

type Row = Answer['rows'][number];

/**
 * How a row is found among those of another period, and the figures of one that is not there. `asks`: what the other
 * period is asked besides, so that nothing of it is left out that the range has.
 */
export interface Beside {
  key: (row: Row) => string;
  absent: (before: Answer['rows']) => Row;
  asks?: Readonly<Record<string, unknown>>;
}

export interface Parts {
  analysis: Analysis;
  context: QueryContext;
  binder: Binder;
  span: Span;
  /** The sessions that the analysis speaks of, as a subquery `s`. */
  sessions(which: SessionsAsked['which'], more?: Partial<SessionsAsked>): string;
  /** All of them, then each label: the filter of an aggregate, and the name. */
  places: { of?: string; only: (condition?: string) => string }[];
}

export function partsOf(analysis: Analysis, context: QueryContext): Parts {
  const binder = createBinder();
  const span = instantsOf(analysis.range, context.timeZone);
  const { robots, seenByTag, condition, labels } = analysis;
  const names = labels.map((name) => findNamed(context.definitions.labels, name, 'label').name);
  const only = (label: string) => (given?: string) => {
    const conditions = [label, given ?? ''].filter((one) => one !== '');
    return conditions.length === 0 ? '' : ` FILTER (WHERE ${conditions.join(' AND ')})`;
  };
  return {
    analysis,
    context,
    binder,
    span,
    sessions: (which, more = {}) =>
      `(${sessionSource({ robots, seenByTag, condition, labels, which, ...more }, span, context, binder)}) s`,
    places: [
      { only: only('') },
      ...names.map((of, place) => ({ of, only: only(`label_${place}`) })),
    ],
  };
}

/** A hit of the range. */
export const inSpan = (column: string, { fromMs, toMs }: Span) =>
  `${column} >= ${instantSql(fromMs)} AND ${column} < ${instantSql(toMs)}`;

/** The labels of a subquery `s` as columns that a further step may use. */
export const labelColumns = ({ analysis }: Parts) =>
  analysis.labels.map((_, place) => `s.label_${place}`);

export const text = (name: string, label: string, definition: string): Column => ({
  kind: 'dimension',
  name,
  label,
  definition,
});

export function figure(
  name: string,
  label: string,
  unit: MetricUnit,
  definition: string,
  better: Metric['better'] = 'neutral',
): (of?: string) => Column {
  return (of) => ({
    kind: 'metric',
    name,
    label,
    unit,
    definition,
    better,
    ...(of === undefined ? {} : { of }),
  });
}

/** The SQL of a dimension over its row, and whether that is a hit. Only dimensions whose key is shown as it is. */
export function plainDimension(name: DimensionName): PlainDimension {
  const { session, hit, shown } = dimensionSql[name] as DimensionSql;
  if (shown !== undefined) throw new Error(`the dimension ${name} has a key of its own`);
  const home = session === undefined ? 'hit' : 'session';
  return { sql: session ?? hit ?? '', home };
}

export interface PlainDimension {
  sql: string;
  home: 'session' | 'hit';
}

export const noLabels = (analysis: Analysis): string[] =>
  analysis.labels.length > 0 ? ['This analysis has no columns of labels.'] : [];
