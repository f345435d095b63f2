/**
 * Draws a series by day as inline SVG: bars, or a line where there are too many days for bars. The SVG holds
 * shapes only and is stretched to its place; labels are HTML around it, so they stay readable on a telephone.
 */
import { html } from 'hono/html';
import type { ReportPanel } from '../../core/contract/report.ts';
import { formatDate, formatMetric } from './format.ts';

const barsMax = 92;
const slotWidth = 10;
const barWidth = 7;
const height = 100;

/** The chart of the panel's first metric; empty text where there is nothing to draw. */
export function dayChart({ answer, comparison }: ReportPanel, locale: string) {
  const dayIndex = answer.columns.findIndex(({ name }) => name === 'day');
  const index = answer.columns.findIndex(({ kind }) => kind === 'metric');
  const column = answer.columns[index];
  if (dayIndex === -1 || column?.kind !== 'metric' || answer.rows.length === 0) return '';
  const valuesOf = (rows: typeof answer.rows) =>
    rows.map((row) => (typeof row[index] === 'number' ? row[index] : 0));
  const now = valuesOf(answer.rows);
  const before = comparison ? valuesOf(comparison.rows).slice(0, now.length) : [];
  const top = scaleTop(Math.max(...now, ...before));
  const days = answer.rows.map((row) => String(row[dayIndex]));
  const label = (value: number) => formatMetric(value, column.unit, locale);
  const shapes = now.length <= barsMax ? bars(now, before, top) : lines(now, before, top);
  return html`<figure class="chart">
<figcaption>${column.label} by day${before.length > 0 ? html`<span class="key"><i class="key-now"></i>this period</span><span class="key"><i class="key-before"></i>the period before</span>` : ''}</figcaption>
<div class="plot">
<div class="scale" aria-hidden="true"><span>${label(top)}</span><span>${label(top / 2)}</span><span>${label(0)}</span></div>
<svg viewBox="0 0 ${now.length * slotWidth} ${height}" preserveAspectRatio="none" role="img" aria-label="${column.label} by day. The table below has the same numbers.">
${[0, 0.5, 1].map((share) => html`<path class="grid" d="M0 ${share * height}H${now.length * slotWidth}"/>`)}
${shapes}
</svg>
<div class="days" aria-hidden="true">${ends(days).map((day) => html`<span>${formatDate(day, locale)}</span>`)}</div>
</div>
</figure>`;
}

/** A round number at or above the largest value whose half is whole too. */
export function scaleTop(largest: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(Math.max(largest, 1)));
  const step = [1, 2, 4, 6, 8, 10].find((factor) => factor * magnitude >= largest) ?? 10;
  return Math.max(step * magnitude, 2);
}

/** One bar a day; a stroke across it marks the same day of the period before. */
function bars(now: number[], before: number[], top: number) {
  return now.map((value, index) => {
    const left = index * slotWidth + (slotWidth - barWidth) / 2;
    const mark = before[index];
    return html`<rect class="bar" x="${left}" y="${y(value, top)}" width="${barWidth}" height="${round((value / top) * height)}"/>${
      mark === undefined
        ? ''
        : html`<path class="before" d="M${left - 1} ${y(mark, top)}h${barWidth + 2}"/>`
    }`;
  });
}

function lines(now: number[], before: number[], top: number) {
  const points = (values: number[]) =>
    values.map((value, index) => `${(index + 0.5) * slotWidth},${y(value, top)}`).join(' ');
  return html`${before.length > 0 ? html`<polyline class="before" points="${points(before)}"/>` : ''}<polyline class="line" points="${points(now)}"/>`;
}

/** The first, the middle and the last day; fewer where there are fewer. */
function ends(days: string[]): string[] {
  const picked = [days[0], days.length > 4 ? days[(days.length - 1) >> 1] : undefined, days.at(-1)];
  return [...new Set(picked.filter((day) => day !== undefined))];
}

function y(value: number, top: number): number {
  return round(height - (value / top) * height);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
