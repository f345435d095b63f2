/**
 * The aggregates of a part of a query, over its rows. Without labels each is one aggregate. With labels, rows are summed
 * by what labels they have, and those few sums are summed again for each label; a key that is counted once is first
 * grouped with the labels of all its rows. So a label costs next to nothing, and a key is never put into a set a label.
 */
import type { Sums } from './metric-sql.ts';

export interface Aggregated {
  /** The aggregates of a metric, for all (undefined) or for the label at a place. */
  of(label: number | undefined): Sums;
  /** The statement, once all metrics have asked: SELECT of the keys `d0`, `d1`, … and of these columns. */
  select(columns: readonly string[]): string;
}

/** The rows that are summed. */
export interface AggregatedRows {
  /** The sessions `s` among them, as a SELECT; left out where no session is looked at. */
  sessions?: string | undefined;
  /** What stands behind FROM, with its conditions. @param sessions stands for the sessions `s` */
  from: (sessions: string) => string;
}

/** @param keys SQL of the dimensions */
export function aggregate(
  keys: readonly string[],
  rows: AggregatedRows,
  hasLabels: boolean,
): Aggregated {
  return hasLabels ? twoLevels(keys, rows) : oneLevel(keys, rows);
}

const inPlace = ({ sessions, from }: AggregatedRows) => from(`(${sessions}) s`);

const filtered = (condition?: string) => (condition ? ` FILTER (WHERE ${condition})` : '');
const grouped = (columns: readonly string[]) =>
  columns.length > 0 ? `GROUP BY ${columns.join(', ')}` : '';

function oneLevel(keys: readonly string[], rows: AggregatedRows): Aggregated {
  const sums: Sums = {
    count: (condition) => `count(*)${filtered(condition)}`,
    distinct: (key, condition) => `count(DISTINCT ${key})${filtered(condition)}`,
    mean: (value) => `avg(${value})`,
    sum: (value) => `sum(${value})`,
  };
  const named = keys.map((key, index) => `${key} AS d${index}`);
  return {
    of: () => sums,
    select: (columns) =>
      `SELECT ${[...named, ...columns].join(', ')} FROM ${inPlace(rows)} ${grouped(keys.map((_, index) => `${index + 1}`))}`,
  };
}

interface CountedOnce {
  column: string;
  key: string;
  condition?: string;
}

function twoLevels(keys: readonly string[], rows: AggregatedRows): Aggregated {
  const named = keys.map((key, index) => `${key} AS d${index}`);
  const names = keys.map((_, index) => `d${index}`);
  /** SQL of a sum by labels → its column. */
  const sums = new Map<string, string>();
  /** Key and condition of what is counted once → its column. */
  const counted = new Map<string, CountedOnce>();

  function columnOf(sql: string): string {
    const column = sums.get(sql) ?? `p${sums.size}`;
    sums.set(sql, column);
    return column;
  }
  function countedOnce(key: string, condition?: string): string {
    const id = `${key} ${condition}`;
    const found = counted.get(id) ?? {
      column: `q${counted.size}`,
      key,
      ...(condition && { condition }),
    };
    counted.set(id, found);
    return found.column;
  }
  /** A key has the labels of all its rows, or of those that meet the condition. */
  function keysSql(from: string, { column, key, condition }: CountedOnce): string {
    const mask = condition ? `CASE WHEN ${condition} THEN s.label_mask END` : 's.label_mask';
    const meets = condition ? `max((${condition})::INTEGER) AS meets, ` : '';
    const keyed = `SELECT ${[...named, `${meets}bit_or(${mask}) AS label_mask`].join(', ')} FROM ${from} ${grouped([...names, key])}`;
    const count = condition ? 'sum(meets)' : 'count(*)';
    return `SELECT ${[...names, 'label_mask', `${count} AS ${column}`].join(', ')} FROM (${keyed}) ${grouped([...names, 'label_mask'])}`;
  }
  const of = (label: number | undefined): Sums => {
    const only = filtered(label === undefined ? undefined : `(label_mask & ${2 ** label}) <> 0`);
    const total = (sql: string) => `sum(${columnOf(sql)})${only}`;
    return {
      count: (condition) => `coalesce(${total(`count(*)${filtered(condition)}`)}, 0)`,
      distinct: (key, condition) => `coalesce(sum(${countedOnce(key, condition)})${only}, 0)`,
      mean: (value) => `(${total(`sum(${value})`)} / nullif(${total(`count(${value})`)}, 0))`,
      sum: (value) => total(`sum(${value})`),
    };
  };
  return {
    of,
    select(columns) {
      const byLabels = [...sums].map(([sql, column]) => `${sql} AS ${column}`);
      const passes = (from: string) => [
        ...(byLabels.length > 0
          ? [
              `SELECT ${[...named, 's.label_mask AS label_mask', ...byLabels].join(', ')} FROM ${from} ${grouped([...names, 's.label_mask'])}`,
            ]
          : []),
        ...[...counted.values()].map((one) => keysSql(from, one)),
      ];
      const isOnePass = counted.size + Math.min(1, byLabels.length) === 1;
      const from = isOnePass ? inPlace(rows) : rows.from('s');
      // What labels a session has is found out once.
      const sessions = isOnePass ? '' : `WITH s AS MATERIALIZED (${rows.sessions})`;
      return `${sessions} SELECT ${[...names, ...columns].join(', ')} FROM (${passes(from).join(' UNION ALL BY NAME ')}) ${grouped(names)}`;
    },
  };
}
