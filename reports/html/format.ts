/**
 * Renders numbers, dates and texts of a report for a reader, in a locale that is handed in.
 * One place, so that the page and the terminal say the same.
 */
import { addDays, type DateRange, dayOf, daysIn } from '../../core/contract/date-range.ts';
import type { DimensionName } from '../../core/contract/dimension.ts';
import type { MetricUnit } from '../../core/contract/metric.ts';
import type { Answer, Column } from '../../core/contract/query.ts';
import type { ReportResult } from '../../core/contract/report.ts';

export type Cell = Answer['rows'][number][number];

const changeShareMax = 9.99;

/** What a reader sees where a dimension has no value. */
const emptyLabels = {
  day: '(no day)',
  path: '(no path)',
  status: '(not known)',
  entry_path: '(no page view)',
  exit_path: '(no page view)',
  referrer: '(direct or own host)',
  source: '(direct)',
  campaign: '(no campaign)',
  browser: '(not known)',
  system: '(not known)',
  device: '(not known)',
  robot: '(no robot)',
} as const satisfies Partial<Record<DimensionName, string>>;

const emptyLabelOf = new Map<string, string>(Object.entries(emptyLabels));

/** A metric's value with its unit: `1,204`, `38.2%`, `2m 5s`, `3.41`; a missing one is a dash. */
export function formatMetric(value: Cell, unit: MetricUnit, locale: string): string {
  if (typeof value !== 'number') return '–';
  if (unit === 'milliseconds') return formatDuration(value, locale);
  if (unit === 'share') return percent(value, locale);
  const digits = ['per_session', 'number', 'money'].includes(unit) ? 2 : 0;
  return new Intl.NumberFormat(locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

/** A dimension's value as a reader sees it: days as dates, a missing value in words, the rest as it is. */
export function formatDimension(value: Cell, name: string, locale: string): string {
  if (value === null) return emptyLabelOf.get(name) ?? '(none)';
  if (name === 'day') return formatDay(String(value), locale);
  return showInvisible(String(value));
}

/** Any cell, by its column. */
export function formatCell(value: Cell, column: Column, locale: string): string {
  return column.kind === 'metric'
    ? formatMetric(value, column.unit, locale)
    : formatDimension(value, column.name, locale);
}

/** `Sat, Nov 14, 2026` of a `YYYY-MM-DD`. */
export function formatDay(date: string, locale: string): string {
  return dayFormat(locale, { weekday: 'short' }).format(Date.parse(date));
}

/** `Nov 14, 2026` of a `YYYY-MM-DD`, where there is little room. */
export function formatDate(date: string, locale: string): string {
  return dayFormat(locale).format(Date.parse(date));
}

/** The first and the last day of a range: `Nov 14 – 20, 2026`. */
export function formatRange(range: DateRange, locale: string): string {
  const last = Date.parse(addDays(range.to, -1));
  const format = dayFormat(locale);
  if (daysIn(range) === 1) return format.format(last);
  return format.formatRange(Date.parse(range.from), last).replaceAll('\u2009', ' ');
}

/** Says that a report was made before its range was over; empty text where it was over. */
export function partialNote({ range, dataset, generatedAt }: ReportResult): string {
  const isOver = dayOf(generatedAt, dataset.timeZone) >= range.to;
  return isOver ? '' : 'The range was not over when this was made: its last days are partial.';
}

/** An instant (epoch milliseconds) to the minute in a time zone, with the zone's short name. */
export function formatInstant(instantMs: number, timeZone: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, {
    timeZone,
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  }).format(instantMs);
}

/**
 * The change from `before` to `now`: relative for numbers (`+12.5%`), in points for shares (`-1.4 pts`).
 * Above tenfold it only says so: the base was next to nothing. Undefined where there is no base to compare with.
 */
export function formatChange(
  now: Cell,
  before: Cell | undefined,
  unit: MetricUnit,
  locale: string,
): string | undefined {
  if (typeof now !== 'number' || typeof before !== 'number') return undefined;
  const signed: Intl.NumberFormatOptions = { signDisplay: 'exceptZero', maximumFractionDigits: 1 };
  if (unit === 'share') {
    return `${new Intl.NumberFormat(locale, signed).format((now - before) * 100)} pts`;
  }
  if (before === 0) return now === 0 ? percent(0, locale) : undefined;
  const share = (now - before) / before;
  if (share > changeShareMax) return `>${formatChange(1 + changeShareMax, 1, unit, locale)}`;
  return new Intl.NumberFormat(locale, { ...signed, style: 'percent' }).format(share);
}

/**
 * Makes characters visible that have no shape of their own or that turn the direction of the text, so that a
 * stranger's path can neither hide nor steer a terminal: `\u202e` in place of the character.
 */
export function showInvisible(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

function formatDuration(durationMs: number, locale: string): string {
  const total = Math.round(durationMs / 1000);
  const parts: [number, string][] = [
    [Math.floor(total / 3600), 'hour'],
    [Math.floor(total / 60) % 60, 'minute'],
    [total % 60, 'second'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  const shown = first === -1 ? parts.slice(2) : parts.slice(first, first + 2);
  return shown
    .map(([count, unit]) =>
      new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'narrow' }).format(count),
    )
    .join(' ');
}

function percent(share: number, locale: string): string {
  return new Intl.NumberFormat(locale, {
    style: 'percent',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  }).format(share);
}

/** Days carry no zone: they are read and written in UTC, whatever the machine's zone is. */
function dayFormat(locale: string, extra: Intl.DateTimeFormatOptions = {}): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(locale, {
    timeZone: 'UTC',
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    ...extra,
  });
}
