/**
 * How a figure changed against the previous period: the arrow, the judgement, and both in words.
 * A share is compared in percentage points, everything else in per cent of the base.
 */

import { msg, str } from '@lit/localize';
import { numberFormat } from '../../core/contract/formats.ts';
import type { Metric } from '../../core/contract/metric.ts';
import { readerLocale } from '../texts/language.ts';
import { formatMetric, formatShare, noValue } from './number-format.ts';

export interface Change {
  direction: 'up' | 'down' | 'same' | 'none';
  verdict: 'better' | 'worse' | 'neutral';
  /** Short, beside the value: "12.5%", "1.2 pp", "new", "unchanged", "–". */
  text: string;
  /** Whole, for screen readers and the tooltip. */
  description: string;
}

/** The change from `base` to `value`; null stands for a figure without a base. */
export function changeOf(
  value: number | null,
  base: number | null,
  metric: Pick<Metric, 'unit' | 'better'>,
  locale = readerLocale(),
): Change {
  if (value === null || base === null) {
    return {
      direction: 'none',
      verdict: 'neutral',
      text: noValue,
      description: msg('Nothing to compare with in the previous period'),
    };
  }
  const before = formatMetric(base, metric.unit, locale);
  const size = sizeOf(value, base, metric.unit, locale);
  if (value === base || size === undefined) {
    return {
      direction: 'same',
      verdict: 'neutral',
      text: msg('unchanged'),
      description: msg(str`Unchanged from ${before} in the previous period`),
    };
  }
  const direction = value > base ? 'up' : 'down';
  const isGood = (direction === 'up') === (metric.better === 'higher');
  const verdict = metric.better === 'neutral' ? 'neutral' : isGood ? 'better' : 'worse';
  return {
    direction,
    verdict,
    text: size,
    description: `${wentFrom(direction, before, base === 0 && metric.unit !== 'share' ? undefined : size)}${verdictTexts[verdict]}`,
  };
}

const verdictTexts: Record<Change['verdict'], string> = {
  better: msg(', which is better'),
  worse: msg(', which is worse'),
  neutral: '',
};

function wentFrom(direction: 'up' | 'down', before: string, by: string | undefined): string {
  if (direction === 'up') {
    return by === undefined
      ? msg(str`Up from ${before} in the previous period`)
      : msg(str`Up by ${by} from ${before} in the previous period`);
  }
  return by === undefined
    ? msg(str`Down from ${before} in the previous period`)
    : msg(str`Down by ${by} from ${before} in the previous period`);
}

/** The size of a change in words; undefined where it rounds to nothing. */
function sizeOf(
  value: number,
  base: number,
  unit: Metric['unit'],
  locale: string,
): string | undefined {
  const difference = Math.abs(value - base);
  if (unit === 'share') {
    const points = Math.round(difference * 1000) / 10;
    if (points === 0) return undefined;
    const format = numberFormat(locale, { minimumFractionDigits: 1 });
    return msg(str`${format.format(points)} pp`);
  }
  if (base === 0) return value === 0 ? undefined : msg('new');
  const share = difference / Math.abs(base);
  if (share < 0.0005) return undefined;
  return formatShare(share, locale, share < 1 ? 1 : 0);
}
