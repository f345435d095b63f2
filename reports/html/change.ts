/** The change of a figure since the compared period, in a word or two with the colour of its verdict. */
import { html } from 'hono/html';
import { type MetricColumn, verdictOf } from '../../core/contract/answer-layout.ts';
import { type Cell, formatChange } from './format.ts';

const classOf = { better: ' good', worse: ' bad', neutral: '' } as const;

/** In words: `+12.5%`, or `new`; undefined where there is nothing to compare with. */
export function changeWords(
  { unit }: Pick<MetricColumn, 'unit'>,
  now: Cell,
  before: Cell | undefined,
  locale: string,
): string | undefined {
  const isNew = unit === 'count' && before === 0 && Number(now) > 0;
  return isNew ? 'new' : formatChange(now, before, unit, locale);
}

/** Empty where there is nothing to compare with. */
export function changeMark(
  column: MetricColumn,
  now: Cell,
  before: Cell | undefined,
  locale: string,
) {
  const text = changeWords(column, now, before, locale);
  if (text === undefined) return '';
  const verdict = verdictOf(column.better, Number(now), Number(before));
  return html`<span class="change${classOf[verdict]}">${text}</span>`;
}
