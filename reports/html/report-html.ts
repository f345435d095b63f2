/**
 * Renders a report result as one HTML file: no script, nothing loaded from elsewhere, ready to print or to send.
 * Every text of the result passes the template's escaping, and the file's own policy forbids script anyway.
 */
import { html, raw } from 'hono/html';
import type { Column } from '../../core/contract/query.ts';
import type { ReportPanel, ReportResult } from '../../core/contract/report.ts';
import { comparedCell } from '../run/comparison.ts';
import { dayChart } from './day-chart.ts';
import {
  type Cell,
  formatCell,
  formatChange,
  formatInstant,
  formatRange,
  partialNote,
  showInvisible,
} from './format.ts';
import { reportStyle } from './report-style.ts';

type MetricColumn = Extract<Column, { kind: 'metric' }>;

/** The whole page as text. `locale` (BCP 47) sets how numbers and dates are written. */
export function reportToHtml(result: ReportResult, { locale = 'en' } = {}): string {
  const title = `${result.title}: ${showInvisible(result.dataset.name)}`;
  const page = html`<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}, ${formatRange(result.range, locale)}</title>
<style>${raw(reportStyle)}</style>
</head>
<body>
${head(result, locale)}
<main class="pairs">
${result.panels.map((panel) => section(panel, locale))}
</main>
${foot(result, locale)}
</body>
</html>
`;
  return String(page);
}

function head(result: ReportResult, locale: string) {
  const { title, dataset, range, comparedWith, robots } = result;
  const note = partialNote(result);
  return html`<header>
<h1>${title}: <bdi>${showInvisible(dataset.name)}</bdi></h1>
<p>${formatRange(range, locale)}, whole days in ${dataset.timeZone}; robots ${robots ? 'are counted' : 'are left out'}</p>
${comparedWith ? html`<p>Compared with ${formatRange(comparedWith, locale)}</p>` : ''}
${note === '' ? '' : html`<p class="partial">${note}</p>`}
</header>`;
}

function section(panel: ReportPanel, locale: string) {
  const isWide = panel.kind !== 'table' || panel.name === 'pages';
  return html`<section${isWide ? raw(' class="wide"') : ''} aria-labelledby="panel-${panel.name}">
<h2 id="panel-${panel.name}">${panel.title}</h2>
<p class="about">${panel.description}</p>
${panelBody(panel, locale)}
</section>`;
}

function panelBody(panel: ReportPanel, locale: string) {
  if (panel.answer.rows.length === 0) return html`<p class="none">Nothing in this range.</p>`;
  if (panel.kind === 'figures') return figures(panel, locale);
  return html`${panel.kind === 'series' ? dayChart(panel, locale) : ''}${table(panel, locale)}`;
}

function figures({ answer, comparison }: ReportPanel, locale: string) {
  const row = answer.rows[0] ?? [];
  const entries = answer.columns.map((column, index) => {
    const before = comparison?.rows[0]?.[index];
    const hint = before === undefined ? '' : `${formatCell(before, column, locale)} before`;
    return html`<div><dt>${column.label}</dt><dd class="value">${formatCell(row[index] ?? null, column, locale)}</dd>${
      comparison
        ? html`<dd class="change">${change(column, row[index] ?? null, before, locale)} ${hint}</dd>`
        : ''
    }</div>`;
  });
  return html`<dl class="figures">${entries}</dl>`;
}

function table(panel: ReportPanel, locale: string) {
  const { columns, rows, rowsTotal } = panel.answer;
  const shareIndex = columns.findIndex((column) => column.kind === 'metric');
  const largest = Math.max(1, ...rows.map((row) => Number(row[shareIndex] ?? 0)));
  const hidden = rowsTotal - rows.length;
  return html`<table>
<thead><tr>${columns.map(({ label }) => html`<th scope="col">${label}</th>`)}</tr></thead>
<tbody>
${rows.map((_, at) => tableRow(panel, at, locale, shareOf(rows[at]?.[shareIndex], largest)))}
</tbody>
</table>
${hidden > 0 ? html`<p class="more">… and ${hidden} more</p>` : ''}`;
}

/** One row of a table; its bar shows the first metric as a share of the largest one. */
function tableRow(panel: ReportPanel, at: number, locale: string, share: number) {
  const row = panel.answer.rows[at] ?? [];
  const bar =
    panel.kind === 'table' ? html`<span class="share"><i style="width:${share}%"></i></span>` : '';
  const cells = panel.answer.columns.map((column, index) => {
    const value = row[index] ?? null;
    const text = formatCell(value, column, locale);
    if (column.kind === 'dimension') {
      const shown = html`<bdi${value === null ? raw(' class="none"') : ''}>${text}</bdi>`;
      return index === 0 ? html`<th scope="row">${shown}${bar}</th>` : html`<td>${shown}</td>`;
    }
    return html`<td>${text}${change(column, value, valueBefore(panel, at, index), locale)}</td>`;
  });
  return html`<tr>${cells}</tr>\n`;
}

/** Days are compared by their place in the range, other rows by their dimension values. */
function valueBefore({ kind, answer, comparison }: ReportPanel, at: number, index: number) {
  const row = answer.rows[at];
  if (comparison === undefined || row === undefined) return undefined;
  return kind === 'series'
    ? comparison.rows[at]?.[index]
    : comparedCell(answer, row, comparison, index);
}

function change(column: Column, now: Cell, before: Cell | undefined, locale: string) {
  if (column.kind !== 'metric') return '';
  const isNew = column.unit === 'count' && before === 0 && Number(now) > 0;
  const text = isNew ? 'new' : formatChange(now, before, column.unit, locale);
  if (text === undefined) return '';
  return html`<span class="change ${verdict(column.better, Number(now) - Number(before))}">${text}</span>`;
}

function verdict(better: MetricColumn['better'], difference: number): string {
  if (better === 'neutral' || difference === 0) return '';
  return difference > 0 === (better === 'higher') ? 'good' : 'bad';
}

/** A percentage from 0 to 100, to one digit. */
function shareOf(value: Cell | undefined, largest: number): number {
  return Math.round((Number(value ?? 0) / largest) * 1000) / 10;
}

/** What each number means, and when and by what the page was made. */
function foot({ panels, dataset, generatedAt }: ReportResult, locale: string) {
  const columns = panels.flatMap(({ answer }) => answer.columns);
  const figures = columns.filter((column): column is MetricColumn => column.kind === 'metric');
  const byName = new Map(figures.map((column) => [column.name, column]));
  return html`<footer>
<h2>What the numbers mean</h2>
<dl>${[...byName.values()].map(({ label, definition }) => html`<dt>${label}</dt><dd>${definition}</dd>`)}</dl>
<p>Made by Canister on ${formatInstant(generatedAt, dataset.timeZone, locale)} from the dataset ${dataset.slug}.</p>
</footer>`;
}
