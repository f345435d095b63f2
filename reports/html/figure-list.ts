/** A panel of one row as a list of figures: all on top, each label below it with its colour. */
import { html } from 'hono/html';
import { type Figure, layoutOf } from '../../core/contract/answer-layout.ts';
import type { ReportPanel } from '../../core/contract/report.ts';
import { changeMark } from './change.ts';
import { formatMetric } from './format.ts';
import { labelName } from './label-name.ts';

export function figureList({ answer }: ReportPanel, locale: string) {
  const row = answer.rows[0] ?? [];
  return html`<dl class="figures">${layoutOf(answer).figures.map(
    (figure) =>
      html`<div><dt>${figure.column.label}</dt>${figure.places.map((place) => placeOf(figure, place, row, answer, locale))}</div>`,
  )}</dl>`;
}

function placeOf(
  { column }: Figure,
  { of, index, before }: Figure['places'][number],
  row: ReportPanel['answer']['rows'][number],
  answer: ReportPanel['answer'],
  locale: string,
) {
  const value = formatMetric(row[index] ?? null, column.unit, locale);
  const base = before === undefined ? undefined : (row[before] ?? null);
  const hint = base === undefined ? '' : `${formatMetric(base, column.unit, locale)} before`;
  const change = changeMark(column, row[index] ?? null, base, locale);
  if (of !== undefined) {
    return html`<dd class="label">${labelName(answer, of)} <b>${value}</b> ${change}</dd>`;
  }
  return html`<dd class="value">${value}</dd>${base === undefined ? '' : html`<dd class="change">${change} ${hint}</dd>`}`;
}
