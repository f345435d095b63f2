/**
 * Numbers as people read them, in the reader's own way of writing (or in `locale`, for tests).
 * A metric without a base is null and reads as a dash.
 */
import { msg, str } from '@lit/localize';
import { numberFormat } from '../../core/contract/formats.ts';
import type { MetricUnit } from '../../core/contract/metric.ts';
import { metricWords } from '../../core/contract/metric-words.ts';
import { pluralForms, readerLocale } from '../texts/language.ts';

export { noValue } from '../../core/contract/metric-words.ts';

export function formatCount(value: number, locale = readerLocale()): string {
  return numberFormat(locale, { maximumFractionDigits: 0 }).format(value);
}

/** A large number in few characters, for axes: 1.2K. */
export function formatCompact(value: number, locale = readerLocale()): string {
  return numberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 }).format(value);
}

/** A share as a percentage, 1 being the whole, with one decimal unless told otherwise. */
export function formatShare(value: number, locale = readerLocale(), decimals = 1): string {
  return numberFormat(locale, {
    style: 'percent',
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(value);
}

/** Milliseconds as `42s`, `3m 05s` or `2h 05m`; parts of a second are cut off. */
export function formatDuration(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  if (seconds < 60) return msg(str`${seconds}s`);
  if (seconds < 3600) return msg(str`${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`);
  return msg(str`${Math.floor(seconds / 3600)}h ${two(Math.floor((seconds % 3600) / 60))}m`);
}

/** A time after a beginning, in minutes and seconds: `+0:07`, `+1:02:03`; parts of a second are cut off. */
export function formatOffset(offsetMs: number): string {
  const seconds = Math.max(0, Math.floor(offsetMs / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `+${minutes}:${two(seconds % 60)}`;
  return `+${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** A number with a Latin unit keeps its order where the words around it run from right to left. */
const leftToRight = (text: string) => (document.dir === 'rtl' ? `\u2066${text}\u2069` : text);

/** A size in its largest unit of 1,024: `512 B`, `1.5 MiB`. */
export function formatBytes(bytes: number, locale = readerLocale()): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1_024 && unit < units.length - 1) {
    value /= 1_024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  const number = numberFormat(locale, { maximumFractionDigits: digits }).format(value);
  return leftToRight(`${number} ${units[unit]}`);
}

/** A set span of time in words, in its largest whole unit: "30 minutes", "90 seconds". */
export function formatSpan(spanMs: number, locale = readerLocale()): string {
  const units = [
    ['hour', 3_600_000],
    ['minute', 60_000],
  ] as const;
  const whole = units.find(([, unitMs]) => spanMs >= unitMs && spanMs % unitMs === 0);
  const [unit, unitMs] = whole ?? (['second', 1_000] as const);
  return numberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(spanMs / unitMs);
}

/** The value of a metric by its unit. */
export function formatMetric(
  value: number | null,
  unit: MetricUnit,
  locale = readerLocale(),
): string {
  return metricWords(value, unit, locale);
}

/**
 * A number with its noun, in the language of the forms: `counted(1, '# robot|# robots')` is "1 robot". English and
 * German give two forms, Arabic six; `#` is where the number stands, and a form may leave it out.
 * @param forms a translated text, as `msg('# robot|# robots')`
 */
export function counted(count: number, forms: string, locale = readerLocale()): string {
  const given = forms.split('|');
  const form =
    given[pluralForms(locale).indexOf(new Intl.PluralRules(locale).select(count))] ?? given.at(-1);
  return (form ?? '').replace('#', formatCount(count, locale));
}
