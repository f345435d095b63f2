/** A panel of a report in a mail: its chart as a picture, its first rows as a table, each figure with its change. */
import { html } from 'hono/html';
import { type Figure, layoutOf, verdictOf } from '../../core/contract/answer-layout.ts';
import type { ReportPanel } from '../../core/contract/report.ts';
import { labelColourNames } from '../charts/palette.ts';
import { changeWords } from '../html/change.ts';
import { formatDimension, formatMetric, showInvisible } from '../html/format.ts';
import { annotationWords } from '../run/annotation-words.ts';
import { chartWidthPx, type MailChart } from './digest-charts.ts';
import { cut } from './digest-words.ts';
import { filled, inked, ruled } from './mail-style.ts';

export interface PanelOptions {
  locale: string;
  /** How many rows of a table are shown. */
  rowsMax: number;
  chart: MailChart | undefined;
  /** The address of the picture: `cid:…` in the mail. */
  pictureUrl: (chart: MailChart) => string;
}

type Row = ReportPanel['answer']['rows'][number];

const figuresMax = 3;
const figuresMaxBesideTwo = 2;
const small = 'font-size:12px;line-height:16px';
const cell = 'padding:6px 0;vertical-align:top';
const number = `${cell};text-align:right;padding-left:12px;white-space:nowrap`;
const table = 'width:100%;border-collapse:collapse;font-size:14px;line-height:20px';
const verdictColours = { better: 'good', worse: 'bad', neutral: 'muted' } as const;

export function digestPanel(panel: ReportPanel, options: PanelOptions) {
  const { answer } = panel;
  return html`<h3 ${inked('ink', 'margin:20px 0 4px;font-size:14px;line-height:20px;font-weight:600')}>${showInvisible(panel.title)}</h3>
${picture(options)}${annotationWords(panel, options.locale).map((line) => html`<p ${inked('muted', `margin:4px 0 0;${small}`)}>${line}</p>`)}${body(panel, options)}
${(answer.notes ?? []).map((note) => html`<p ${inked('muted', `margin:4px 0 0;${small}`)}>${showInvisible(note)}</p>`)}`;
}

function body(panel: ReportPanel, options: PanelOptions) {
  const { answer } = panel;
  if (answer.rows.length === 0) {
    const isExplained = answer.columns.length === 0 && (answer.notes ?? []).length > 0;
    return isExplained ? '' : html`<p ${inked('muted', 'margin:0')}>Nothing in this range.</p>`;
  }
  if (panel.kind === 'figures') return figureRows(panel, options.locale);
  // Days beyond a week or so are better seen than read; each is in the report.
  const isDrawnOnly = panel.kind === 'series' && answer.rows.length > options.rowsMax;
  if (isDrawnOnly && options.chart !== undefined) return '';
  return rows(panel, options);
}

function picture({ chart, pictureUrl }: PanelOptions) {
  if (chart === undefined) return '';
  return html`<img src="${pictureUrl(chart)}" alt="${chart.alt}" width="${chartWidthPx}" style="display:block;width:100%;max-width:568px;height:auto;margin:4px 0 8px;border:0;border-radius:4px;background:#ffffff;color:#15191b;${small}">`;
}

/** One line a figure, and one below it for each label. */
function figureRows({ answer }: ReportPanel, locale: string) {
  const row = answer.rows[0] ?? [];
  return html`<table style="${table}"><tbody>${layoutOf(answer).figures.map(({ column, places }) =>
    places.map(({ of, index, before }, at) => {
      const isLast = at === places.length - 1;
      const line = isLast ? ruled : inked;
      const value = formatMetric(row[index] ?? null, column.unit, locale);
      const name =
        of === undefined
          ? html`<th scope="row" align="left" ${line('ink', `${cell};font-weight:400`)}>${column.label}</th>`
          : html`<th scope="row" align="left" ${line('muted', `${cell};padding-left:12px;font-weight:400;${small}`)}>${labelPatch(answer, of)}</th>`;
      const weight = of === undefined ? 'font-weight:600' : small;
      return html`<tr>${name}<td align="right" ${line('ink', `${number};${weight}`)}>${value}</td><td align="right" ${line('muted', `${number};${small};width:38%`)}>${change(column, row, { index, before }, locale)}${beforeWords(column, row, before, locale)}</td></tr>\n`;
    }),
  )}</tbody></table>`;
}

function beforeWords(
  { unit }: Figure['column'],
  row: Row,
  before: number | undefined,
  locale: string,
): string {
  const base = before === undefined ? null : (row[before] ?? null);
  return base === null ? '' : ` ${formatMetric(base, unit, locale)} before`;
}

function rows(panel: ReportPanel, { locale, rowsMax }: PanelOptions) {
  const { answer } = panel;
  const { dimensions, figures: all } = layoutOf(answer);
  const named = panel.mailed?.flatMap(
    (name) => all.find(({ column }) => column.name === name) ?? [],
  );
  const figures = named ?? all.slice(0, dimensions.length > 1 ? figuresMaxBesideTwo : figuresMax);
  const head = `${cell};${small};font-weight:400`;
  const hidden = answer.rowsTotal - Math.min(rowsMax, answer.rows.length);
  return html`<table style="${table}"><thead><tr>${dimensions.map(
    ({ column }) => html`<th scope="col" align="left" ${ruled('muted', head)}>${column.label}</th>`,
  )}${figures.map(
    ({ column }) =>
      html`<th scope="col" align="right" ${ruled('muted', `${head};text-align:right;padding-left:12px`)}>${column.label}</th>`,
  )}</tr></thead><tbody>
${answer.rows
  .slice(0, rowsMax)
  .map(
    (row) =>
      html`<tr>${dimensions.map(
        ({ column, index }) =>
          html`<td align="left" ${ruled('ink', `${cell};overflow-wrap:anywhere;word-break:break-word`)}>${cut(formatDimension(row[index] ?? null, column.name, locale))}</td>`,
      )}${figures.map((figure) => figureCell(figure, row, panel, locale))}</tr>\n`,
  )}</tbody></table>
${hidden > 0 ? html`<p ${inked('muted', `margin:4px 0 0;${small}`)}>… and ${hidden} more</p>` : ''}`;
}

/** The figure of all with its change, and below it that of each label. */
function figureCell({ column, places }: Figure, row: Row, { answer }: ReportPanel, locale: string) {
  return html`<td align="right" ${ruled('ink', number)}>${places.map((place) => {
    const value = formatMetric(row[place.index] ?? null, column.unit, locale);
    if (place.of === undefined) {
      const changed = change(column, row, place, locale);
      return html`${value}${changed === '' ? '' : html`<div style="${small}">${changed}</div>`}`;
    }
    return html`<div ${inked('muted', `${small};white-space:normal`)}>${labelPatch(answer, place.of)} ${value}</div>`;
  })}</td>`;
}

function change(
  column: Figure['column'],
  row: Row,
  { index, before }: { index: number; before: number | undefined },
  locale: string,
) {
  const [now, base] = [
    row[index] ?? null,
    before === undefined ? undefined : (row[before] ?? null),
  ];
  const words = changeWords(column, now, base, locale);
  if (words === undefined) return '';
  const verdict = verdictOf(column.better, Number(now), Number(base));
  return html`<span ${inked(verdictColours[verdict])}>${words}</span>`;
}

function labelPatch({ labels = [] }: ReportPanel['answer'], name: string) {
  const colour = labels.find((label) => label.name === name)?.colour ?? 1;
  const token = labelColourNames[(colour - 1) % labelColourNames.length] ?? 'label-1';
  return html`<span ${filled(token, 'display:inline-block;width:8px;height:8px')}></span>&nbsp;<bdi>${showInvisible(name)}</bdi>`;
}
