/** A panel as a table: dimensions left, figures right, each with its change; labels beside all, in columns of their own. */
import { html, raw } from 'hono/html';
import {
  type AnswerLayout,
  type Figure,
  layoutOf,
  numberAt,
} from '../../core/contract/answer-layout.ts';
import type { ReportPanel } from '../../core/contract/report.ts';
import { changeMark } from './change.ts';
import { formatDimension, formatMetric, showInvisible } from './format.ts';
import { labelName } from './label-name.ts';

/** Beside more figures than these, the words of their heads stand below each other. */
const roomyColumnsMax = 8;

interface Table {
  panel: ReportPanel;
  layout: AnswerLayout;
  locale: string;
  /** The largest value of the first figure: the bar of its row is full. */
  largest: number;
}

/** The table of a panel with its head, its rows, and a word on the rows that it does not show. */
export function panelTable(panel: ReportPanel, locale: string) {
  const { answer } = panel;
  const layout = layoutOf(answer);
  const index = layout.figures[0]?.places[0]?.index ?? -1;
  const largest = Math.max(0, ...answer.rows.map((row) => numberAt(row, index) ?? 0));
  const table: Table = { panel, layout, locale, largest };
  const hidden = answer.rowsTotal - answer.rows.length;
  const columns = layout.figures.flatMap(({ places }) => places).length;
  const isDense = columns > roomyColumnsMax;
  return html`<div class="scroll" role="region" aria-label="${showInvisible(panel.title)}" tabindex="0"><table${isDense ? raw(' class="dense"') : ''}>
<thead>${tableHead(table)}</thead>
<tbody>
${answer.rows.map((row) => tableRow(table, row))}
</tbody>
</table></div>
${hidden > 0 ? html`<p class="more">… and ${hidden} more</p>` : ''}`;
}

/** One line of names; with labels a second one that says whose figures stand in each column. */
function tableHead({ layout, panel }: Table) {
  const hasLabels = layout.figures.some(({ places }) => places.length > 1);
  if (!hasLabels) {
    return html`<tr>${layout.dimensions.map(({ column }) => html`<th scope="col" class="text">${column.label}</th>`)}${layout.figures.map(
      ({ column }) => html`<th scope="col">${column.label}</th>`,
    )}</tr>`;
  }
  return html`<tr>${layout.dimensions.map(({ column }) => html`<th scope="col" rowspan="2" class="text">${column.label}</th>`)}${layout.figures.map(
    ({ column, places }) =>
      html`<th scope="colgroup" colspan="${places.length}" class="first">${column.label}</th>`,
  )}</tr>
<tr>${layout.figures.map(({ places }) =>
    places.map(
      ({ of }, at) =>
        html`<th scope="col"${at === 0 ? raw(' class="first"') : ''}>${of === undefined ? 'All' : labelName(panel.answer, of)}</th>`,
    ),
  )}</tr>`;
}

function tableRow(table: Table, row: ReportPanel['answer']['rows'][number]) {
  const { layout, locale } = table;
  const cells = layout.dimensions.map(({ column, index }, at) => {
    const value = row[index] ?? null;
    const text = formatDimension(value, column.name, locale);
    const shown = html`<bdi${value === null ? raw(' class="none"') : ''}>${text}</bdi>`;
    return at === 0
      ? html`<th scope="row">${shown}${shareBar(table, row)}</th>`
      : html`<td class="text">${shown}</td>`;
  });
  return html`<tr>${cells}${layout.figures.map((figure) => figureCells(figure, row, locale))}</tr>\n`;
}

function figureCells(
  { column, places }: Figure,
  row: ReportPanel['answer']['rows'][number],
  locale: string,
) {
  return places.map(({ index, before }, at) => {
    const value = row[index] ?? null;
    const base = before === undefined ? undefined : (row[before] ?? null);
    const isFirst = at === 0 && places.length > 1;
    return html`<td${isFirst ? raw(' class="first"') : ''}>${formatMetric(value, column.unit, locale)}${changeMark(column, value, base, locale)}</td>`;
  });
}

/** The first figure of the row as a share of the largest one; of counts and sums only, since rates add up to nothing. */
function shareBar({ panel, layout, largest }: Table, row: ReportPanel['answer']['rows'][number]) {
  const [figure] = layout.figures;
  const isSum = figure !== undefined && ['count', 'bytes', 'money'].includes(figure.column.unit);
  if (panel.kind !== 'table' || !isSum || largest <= 0) return '';
  const value = numberAt(row, figure.places[0]?.index ?? -1) ?? 0;
  const percent = Math.round((Math.max(0, value) / largest) * 1000) / 10;
  return html`<span class="share"><i style="width:${percent}%"></i></span>`;
}
