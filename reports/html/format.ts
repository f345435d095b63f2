/**
 * Renders numbers, dates and texts of a report for a reader, in a locale that is handed in.
 * One place, so that the page and the terminal say the same.
 */
import { addDays, type DateRange, dayOf, daysIn } from '../../core/contract/date-range.ts';
import { dimensionWords } from '../../core/contract/dimension-words.ts';
import { dateFormat, numberFormat } from '../../core/contract/formats.ts';
import type { MetricUnit } from '../../core/contract/metric.ts';
import { metricWords, shareWords } from '../../core/contract/metric-words.ts';
import type { Answer, ComparedWith } from '../../core/contract/query.ts';
import type { ReportResult } from '../../core/contract/report.ts';

export type Cell = Answer['rows'][number][number];

const changeShareMax = 9.99;

/** A metric's value with its unit: `1,204`, `38.2%`, `2m 5s`, `3.41`; a missing one is a dash. */
export function formatMetric(value: Cell, unit: MetricUnit, locale: string): string {
  return metricWords(value, unit, locale);
}

/** A dimension's value as a reader sees it: in words where it has some, and with nothing invisible in it. */
export function formatDimension(value: Cell, name: string, locale: string): string {
  return showInvisible(dimensionWords(value, name, locale));
}

/** The first and the last day of a range: `Nov 14 – 20, 2026`. */
export function formatRange(range: DateRange, locale: string): string {
  const last = Date.parse(addDays(range.to, -1));
  const format = dayFormat(locale);
  if (daysIn(range) === 1) return format.format(last);
  return format.formatRange(Date.parse(range.from), last).replaceAll('\u2009', ' ');
}

/** The days that a report is compared with, and whether there were sessions yet: a new dataset has not grown at once. */
export function comparedWords({ storedFrom, ...range }: ComparedWith, locale: string): string {
  const days = formatRange(range, locale);
  if (storedFrom === undefined) return days;
  const first = formatRange({ from: storedFrom, to: addDays(storedFrom, 1) }, locale);
  return `${days} (totals are not: sessions are stored only from ${first} on)`;
}

/** Says that a report was made before its range was over; empty text where it was over. */
export function partialNote({ range, dataset, generatedAt }: ReportResult): string {
  const isOver = dayOf(generatedAt, dataset.timeZone) >= range.to;
  return isOver ? '' : 'The range was not over when this was made: its last days are partial.';
}

/** An instant (epoch milliseconds) to the minute in a time zone, with the zone's short name. */
export function formatInstant(instantMs: number, timeZone: string, locale: string): string {
  return dateFormat(locale, {
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
    return `${numberFormat(locale, signed).format((now - before) * 100)} pts`;
  }
  if (before === 0) return now === 0 ? shareWords(0, locale) : undefined;
  // Of what was less than nothing, such as refunds, more is a rise too.
  const share = (now - before) / Math.abs(before);
  if (share > changeShareMax) return `>${formatChange(1 + changeShareMax, 1, unit, locale)}`;
  return numberFormat(locale, { ...signed, style: 'percent' }).format(share);
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

/** Days carry no zone: they are read and written in UTC, whatever the machine's zone is. */
function dayFormat(locale: string): Intl.DateTimeFormat {
  return dateFormat(locale, {
    timeZone: 'UTC',
    year: 'numeric',
    month: 'short',
    day: 'numeric',
  });
}
