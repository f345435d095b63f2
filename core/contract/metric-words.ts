/** Values of metrics in words, so that page, terminal, mail and console say the same to the digit. */
import { numberFormat } from './formats.ts';
import type { MetricUnit } from './metric.ts';

/** What stands for a metric without a base. */
export const noValue = '–';

/** A metric's value with its unit: `1,204`, `38.2%`, `2m 5s`, `57ms`, `3.41`, `1.5 MiB`; a missing one is a dash. */
export function metricWords(value: unknown, unit: MetricUnit, locale?: string): string {
  if (typeof value !== 'number' || !Number.isFinite(value)) return noValue;
  if (unit === 'milliseconds') return durationWords(value, locale);
  if (unit === 'share') return shareWords(value, locale);
  if (unit === 'bytes') return bytesWords(value, locale);
  const digits = unit === 'count' ? 0 : 2;
  return numberFormat(locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

/** A share from 0 to 1 as a percentage with one digit. */
export function shareWords(share: number, locale?: string): string {
  return numberFormat(locale, {
    style: 'percent',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  }).format(share);
}

/** The two largest units. Below a second it is milliseconds: that is where answers of servers lie. */
function durationWords(durationMs: number, locale?: string): string {
  const wholeMs = Math.round(durationMs);
  if (wholeMs > 0 && wholeMs < 1000) return unitWords(wholeMs, 'millisecond', locale);
  const total = Math.round(durationMs / 1000);
  const parts: [number, string][] = [
    [Math.floor(total / 3600), 'hour'],
    [Math.floor(total / 60) % 60, 'minute'],
    [total % 60, 'second'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  const shown = first === -1 ? parts.slice(2) : parts.slice(first, first + 2);
  return shown.map(([count, unit]) => unitWords(count, unit, locale)).join(' ');
}

const unitWords = (count: number, unit: string, locale?: string) =>
  numberFormat(locale, { style: 'unit', unit, unitDisplay: 'narrow' }).format(count);

/** A size in its largest unit of 1,024: `512 B`, `1.5 MiB`. */
function bytesWords(bytes: number, locale?: string): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const powers = bytes < 1 ? 0 : Math.floor(Math.log(bytes) / Math.log(1_024));
  const power = Math.min(units.length - 1, powers);
  const value = bytes / 1_024 ** power;
  const digits = power === 0 || value >= 100 ? 0 : 1;
  const number = numberFormat(locale, { maximumFractionDigits: digits }).format(value);
  return `${number} ${units[power]}`;
}
