/**
 * Numbers as people read them, in the reader's own way of writing (or in `locale`, for tests).
 * A metric without a base is null and reads as a dash.
 */
import type { MetricUnit } from '../../core/contract/metric.ts';

export const noValue = '–';

export function formatCount(value: number, locale?: string): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }).format(value);
}

/** A large number in few characters, for axes: 1.2K. */
export function formatCompact(value: number, locale?: string): string {
  return new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 }).format(
    value,
  );
}

/** A share as a percentage, 1 being the whole, with one decimal unless told otherwise. */
export function formatShare(value: number, locale?: string, decimals = 1): string {
  return new Intl.NumberFormat(locale, {
    style: 'percent',
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(value);
}

/** Milliseconds as `42s`, `3m 05s` or `2h 05m`; parts of a second are cut off. */
export function formatDuration(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h ${two(Math.floor((seconds % 3600) / 60))}m`;
}

/** A set span of time in words, in its largest whole unit: "30 minutes", "90 seconds". */
export function formatSpan(spanMs: number, locale?: string): string {
  const units = [
    ['hour', 3_600_000],
    ['minute', 60_000],
  ] as const;
  const whole = units.find(([, unitMs]) => spanMs >= unitMs && spanMs % unitMs === 0);
  const [unit, unitMs] = whole ?? (['second', 1_000] as const);
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(
    spanMs / unitMs,
  );
}

/** The value of a metric by its unit. */
export function formatMetric(value: number | null, unit: MetricUnit, locale?: string): string {
  if (value === null || !Number.isFinite(value)) return noValue;
  switch (unit) {
    case 'count':
      return formatCount(value, locale);
    case 'share':
      return formatShare(value, locale);
    case 'milliseconds':
      return formatDuration(value);
    case 'per_session':
      return new Intl.NumberFormat(locale, {
        minimumFractionDigits: 1,
        maximumFractionDigits: 1,
      }).format(value);
  }
}

/** A number with its noun: `plural(1, 'robot', 'robots')` is "1 robot". */
export function plural(count: number, one: string, other: string, locale?: string): string {
  const isOne = new Intl.PluralRules('en').select(count) === 'one';
  return `${formatCount(count, locale)} ${isOne ? one : other}`;
}
