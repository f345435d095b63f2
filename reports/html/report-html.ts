/**
 * Renders a report result as one HTML file: no script, nothing loaded from elsewhere, ready to print or to send.
 * Every text of the result passes the template's escaping, and the file's own policy forbids script anyway.
 */
import { html, raw } from 'hono/html';
import { layoutOf, type MetricColumn } from '../../core/contract/answer-layout.ts';
import { chartSentence } from '../../core/contract/chart-sentence.ts';
import type { ReportPanel, ReportResult } from '../../core/contract/report.ts';
import { chartInput, drawChart, withColourNames } from '../charts/chart-svg.ts';
import { annotationWords } from '../run/annotation-words.ts';
import { requestWords } from '../run/request-words.ts';
import { figureList } from './figure-list.ts';
import { comparedWords, formatInstant, formatRange, partialNote, showInvisible } from './format.ts';
import { panelTable } from './panel-table.ts';
import { reportStyle } from './report-style.ts';

const pageFont = 'Inter, system-ui, sans-serif';
/** A chart is drawn twice, and the style shows the one that fits: text in a picture does not grow back. */
const chartSizes = [
  { className: 'for-wide', widthPx: 1072, isNarrow: false },
  { className: 'for-narrow', widthPx: 336, isNarrow: true },
] as const;

/** The whole page as text. `locale` (BCP 47) sets how numbers and dates are written. */
export function reportToHtml(result: ReportResult, { locale = 'en' } = {}): string {
  const title = `${showInvisible(result.title)}: ${showInvisible(result.dataset.name)}`;
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
${result.panels.map((panel, at) => section(panel, at, locale))}
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
<h1>${showInvisible(title)}: <bdi>${showInvisible(dataset.name)}</bdi></h1>
<p>${formatRange(range, locale)}, whole days in ${dataset.timeZone}; robots ${robots ? 'are counted' : 'are left out'}</p>
${comparedWith ? html`<p>Compared with ${comparedWords(comparedWith, locale)}</p>` : ''}
${requestWords(result).map((line) => html`<p><bdi>${line}</bdi></p>`)}
${note === '' ? '' : html`<p class="partial">${note}</p>`}
</header>`;
}

function section(panel: ReportPanel, at: number, locale: string) {
  const layout = layoutOf(panel.answer);
  const columns = layout.figures.flatMap(({ places }) => places).length + layout.dimensions.length;
  const isWide = panel.kind !== 'table' || columns > 3 || panel.chart !== undefined;
  return html`<section${isWide ? raw(' class="wide"') : ''} aria-labelledby="panel-${at}">
<h2 id="panel-${at}">${showInvisible(panel.title)}</h2>
${panel.description === '' ? '' : html`<p class="about">${showInvisible(panel.description)}</p>`}
${panelBody(panel, at, locale)}
${(panel.answer.notes ?? []).map((note) => html`<p class="note">${showInvisible(note)}</p>`)}
</section>`;
}

function panelBody(panel: ReportPanel, at: number, locale: string) {
  if (panel.answer.rows.length === 0) {
    // Without columns nothing was asked: the note says what is missing.
    const isExplained = panel.answer.columns.length === 0 && (panel.answer.notes ?? []).length > 0;
    return isExplained ? '' : html`<p class="none">Nothing in this range.</p>`;
  }
  if (panel.kind === 'figures') return figureList(panel, locale);
  const noted = annotationWords(panel, locale);
  return html`${chart(panel, at, locale)}${noted.map((line) => html`<p class="about"><bdi>${line}</bdi></p>`)}${panelTable(panel, locale)}`;
}

/** The drawing is made of escaped texts by its renderer; its sentence says the same in words. */
function chart(panel: ReportPanel, at: number, locale: string) {
  const drawn = chartSizes.flatMap(({ className, widthPx, isNarrow }) => {
    const idPrefix = `chart-${at}-${isNarrow ? 'n' : 'w'}`;
    const svg = drawChart({ panel, locale, font: pageFont, widthPx, isNarrow, idPrefix });
    return svg === undefined ? [] : [{ className, svg: withColourNames(svg) }];
  });
  if (drawn.length === 0) return '';
  const sentence = chartSentence(chartInput({ panel, locale, font: pageFont }));
  return html`<figure class="chart" role="img" aria-label="${sentence}">${drawn.map(
    ({ className, svg }) => html`<div class="${className}" aria-hidden="true">${raw(svg)}</div>`,
  )}</figure>`;
}

/** What each number means, and when and by what the page was made. */
function foot({ panels, dataset, generatedAt }: ReportResult, locale: string) {
  const columns = panels.flatMap(({ answer }) => answer.columns);
  const figures = columns.filter((column): column is MetricColumn => column.kind === 'metric');
  const byName = new Map(figures.map((column) => [column.name, column]));
  return html`<footer>
<h2>What the numbers mean</h2>
<dl>${[...byName.values()].map(({ label, definition }) => html`<div><dt>${label}</dt><dd>${definition}</dd></div>`)}</dl>
<p>Made by Canister on ${formatInstant(generatedAt, dataset.timeZone, locale)} from the dataset ${dataset.slug}.</p>
</footer>`;
}
