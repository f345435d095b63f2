/** Runs a query over a dataset's analytics and gives the answer in the contract's form. */
import { addDays, type DateRange, dayPeriods, periodEnd } from '../contract/calendar.ts';
import { dimensionColumn, metricColumn } from '../contract/columns.ts';
import { comparedDay, comparedRange, daysLeftOut, hasComparedDay } from '../contract/comparison.ts';
import { type Definitions, noDefinitions } from '../contract/definition.ts';
import type { Answer, Column, ComparedWith, Query } from '../contract/query.ts';
import type { AnalyticsStore } from './analytics-store.ts';
import { comparedWithOf, isPartlyUnknown, withoutBefore } from './compared-with.ts';
import { compileQuery } from './compile-query.ts';
import { findNamed } from './definition-lookup.ts';

/** @throws Problem `query_invalid`, `definition_unknown`, `condition_invalid`, `condition_not_in_tables` */
export async function runQuery(
  store: Pick<AnalyticsStore, 'query'>,
  query: Query,
  timeZone: string,
  definitions: Definitions = noDefinitions,
): Promise<Answer> {
  const labels = query.labels.map((name) => findNamed(definitions.labels, name, 'label'));
  const { sql, values, places } = compileQuery(query, { timeZone, definitions });
  const result = await store.query(sql, values);
  const columns: Column[] = [
    ...query.dimensions.map((name) => dimensionColumn(name)),
    ...places.flatMap(({ of, period }) =>
      query.metrics.map((name) =>
        metricColumn(name, {
          of: of === undefined ? undefined : labels[of]?.name,
          period: period === 'before' ? period : undefined,
        }),
      ),
    ),
  ];
  const found = result.rows.map((row) =>
    row.slice(0, columns.length).map((cell, index) => cleanCell(cell, columns[index])),
  );
  const times = timesOf(query);
  const before = query.comparison && comparedRange(query.range, query.comparison);
  const comparedWith = before && (await comparedWithOf(store, before, timeZone));
  const every = times === undefined ? found : everyTime(found, columns, times);
  const rows = comparedWith === undefined ? every : known(every, { columns, query, comparedWith });
  const notes = leftOutNotes(query);
  return {
    columns,
    rows: rows.slice(0, query.limit),
    rowsTotal: times !== undefined ? rows.length : Number(result.rows[0]?.[columns.length] ?? 0),
    ...(comparedWith && { comparedWith }),
    ...(labels.length > 0 && {
      labels: labels.map(({ name, colour }) => ({ name, colour })),
    }),
    ...(notes.length > 0 && { notes }),
  };
}

/**
 * A day beside which no day stands, or one from before the first stored session, is compared with nothing: not with 0.
 * So is a week, a month or a total of which a part is from before it.
 */
function known(
  rows: Answer['rows'],
  asked: { columns: readonly Column[]; query: Query; comparedWith: ComparedWith },
): Answer['rows'] {
  const { columns, query, comparedWith } = asked;
  const { comparison, range } = query;
  const { storedFrom = '' } = comparedWith;
  const period = dayPeriods.find((name) => query.dimensions.includes(name));
  if (comparison === undefined || period === undefined)
    return isPartlyUnknown(comparedWith) ? withoutBefore(rows, columns) : rows;
  const place = query.dimensions.indexOf(period);
  const isBeside = (first: string) => {
    const after = periodEnd(first, period);
    let isThere = false;
    for (let day = first < range.from ? range.from : first; day < after; day = addDays(day, 1)) {
      if (day >= range.to) break;
      if (!hasComparedDay(day, range, comparison)) continue;
      if (comparedDay(day, range, comparison) < storedFrom) return false;
      isThere = true;
    }
    return isThere;
  };
  return withoutBefore(rows, columns, (row) => !isBeside(String(row[place])));
}

/** A note that names more days than these is read by nobody. */
const daysNamedMax = 6;

function leftOutNotes({ comparison, range, dimensions }: Query): string[] {
  if (comparison === undefined || !dimensions.includes('day')) return [];
  const days = daysLeftOut(range, comparison);
  if (days.length === 0) return [];
  const which = days.length > daysNamedMax ? `${days.length} days` : days.join(', ');
  return [
    `No day here stands beside ${which} of the compared period: its months have other lengths.`,
  ];
}

/** Counts are never empty; a mean or a share of nothing is. */
export function cleanCell(cell: unknown, column: Column | undefined): string | number | null {
  if (column?.kind === 'metric') {
    if (cell !== null && cell !== undefined) return cleanNumber(Number(cell), column);
    return ['count', 'bytes', 'money'].includes(column.unit) ? 0 : null;
  }
  return cell === null || cell === undefined ? null : (cell as string | number);
}

const moneyDigits = 6;

/** Sums of amounts such as 0.1 and 0.2 come with an error in the last digits, and with another one each time. */
export const cleanNumber = (number: number, column: Column): number =>
  column.kind === 'metric' && column.unit === 'money'
    ? Number(number.toFixed(moneyDigits))
    : number;

/** The days, hours or weekdays that rows in the order of time are of: one on which nothing was is among them. */
function timesOf({ dimensions: [only, second], order, range }: Query): Time[] | undefined {
  if (second !== undefined) return undefined;
  if (only === 'day' && order === undefined) return daysOf(range);
  if (order?.by !== only || order?.direction !== 'ascending') return undefined;
  if (only === 'hour') return Array.from({ length: 24 }, (_, hour) => hour);
  if (only === 'weekday') return Array.from({ length: 7 }, (_, place) => place + 1);
  return undefined;
}

type Time = string | number;

function daysOf(range: DateRange): string[] {
  const days: string[] = [];
  for (let day = range.from; day < range.to; day = addDays(day, 1)) days.push(day);
  return days;
}

function everyTime(
  rows: Answer['rows'],
  columns: readonly Column[],
  times: readonly Time[],
): Answer['rows'] {
  const known = new Map(rows.map((row) => [row[0], row]));
  return times.map(
    (time) =>
      known.get(time) ??
      columns.map((column, index) => (index === 0 ? time : cleanCell(null, column))),
  );
}
