/**
 * An answer as a table: the main instrument. Numbers stand right with their unit in the head, labels beside all in
 * columns of their own, a thin bar in the first cell shows the share of the first figure, and the change since the
 * compared period stands beside the value.
 */
import { msg } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import {
  type AnswerLayout,
  type DimensionColumn,
  type Figure,
  layoutOf,
  type MetricColumn,
  numberAt,
} from '../../core/contract/answer-layout.ts';
import type { Answer } from '../../core/contract/query.ts';
import { keptColumnStyles } from '../styles/kept-column.ts';
import { skeletonStyles } from '../styles/skeleton.ts';
import { tableStyles } from '../styles/tables.ts';
import { textStyles } from '../styles/text.ts';
import { valueWords } from '../texts/server-names.ts';
import { changeOf } from './change.ts';
import { labelName, labelStyles } from './label-name.ts';
import { counted, formatMetric } from './number-format.ts';
import { type FigureAt, openButton, openStyles } from './open-figure.ts';
import './term.ts';

const unitMarks: Record<MetricColumn['unit'], string> = {
  count: '',
  share: '%',
  milliseconds: msg('time'),
  per_session: '',
  bytes: msg('bytes'),
  money: msg('money'),
  number: '',
};

/** Rates and means add up to nothing: a bar of them would say nothing. */
const summedUnits: readonly string[] = ['count', 'bytes', 'money'];

/** How wide columns are, and the page of a window of 1,400 px beside the navigation. */
const widthsRem = { value: 8, plain: 6.5, compared: 9.5, roomy: 70 };

type Row = Answer['rows'][number];

@customElement('cn-data-table')
export class DataTable extends LitElement {
  static override styles = [
    textStyles,
    tableStyles,
    skeletonStyles,
    labelStyles,
    openStyles,
    keptColumnStyles,
    css`
      :host {
        display: block;
        min-width: 0;
      }
      /* So many columns are scrolled instead of pressed together. */
      table {
        --value: ${widthsRem.value}rem;
        --plain: ${widthsRem.plain}rem;
        --compared: ${widthsRem.compared}rem;
        min-width: calc(
          var(--value) * var(--values) + var(--plain) * var(--plains) + var(--compared) *
            var(--compareds)
        );
        table-layout: fixed;
      }
      /* So many figures stand closer, each above its change. */
      table.dense {
        --plain: 5.6rem;
        --compared: 5.6rem;
      }
      .dense .number:not(:last-child) {
        padding-inline-end: var(--space-1);
      }
      .dense th.number {
        padding-inline-start: var(--space-1);
        hyphens: auto;
        overflow-wrap: anywhere;
      }
      .dense .change {
        display: block;
        white-space: normal;
      }
      .scroll {
        position: relative;
      }
      col.number {
        width: var(--plain);
      }
      col.number.compared {
        width: var(--compared);
      }
      th.number {
        white-space: normal;
      }
      th.first,
      td.first {
        padding-inline-start: var(--space-4);
      }
      td.label {
        position: relative;
        padding-inline-start: var(--space-2);
      }
      th:first-child {
        padding-inline-start: var(--space-2);
      }
      .bar {
        position: absolute;
        inset-block: 2px 2px;
        inset-inline: 0 auto;
        background: var(--share);
        border-radius: 2px;
      }
      .text {
        position: relative;
        display: block;
      }
      .empty {
        font-style: italic;
      }
      .change {
        position: relative;
        display: inline-block;
        min-width: 4.25rem;
        color: var(--ink-quiet);
        font-size: var(--text-caption);
      }
      /* What is only read out must not be the widest thing of the table. */
      .change .only-read {
        inset-inline-end: 0;
      }
      .better {
        color: var(--better);
      }
      .worse {
        color: var(--worse);
      }
      .rest {
        margin-top: var(--space-2);
      }
      .nothing {
        padding: var(--space-4) var(--space-2);
        color: var(--ink-quiet);
      }
      @media (max-width: 30rem) {
        /* A value and three figures stand beside each other on a telephone. */
        table,
        table.dense {
          --value: 6.5rem;
          --plain: 5.25rem;
          --compared: 5.25rem;
        }
        th.number {
          padding-inline-start: 0;
          hyphens: auto;
          overflow-wrap: anywhere;
        }
        /* Not every language has a short word for percentage points. */
        .change {
          display: block;
          white-space: normal;
        }
      }
    `,
  ];

  /** Without an answer, the places of `rowsExpected` rows are held. */
  @property({ attribute: false }) answer: Answer | undefined;
  /** What the table is, for screen readers. */
  @property() label = '';
  /** What stands in a table without rows. */
  @property() emptyText = msg('Nothing in this range.');
  @property({ type: Number }) rowsExpected = 8;
  /** Whether rows and figures open their sessions: each press is a `cn-open` event. */
  @property({ type: Boolean }) opens = false;

  override render() {
    const { answer } = this;
    if (answer === undefined) return this.#bones();
    if (answer.rows.length === 0) return html`<p class="nothing">${this.emptyText}</p>`;
    const layout = layoutOf(answer);
    const share = barsOf(answer, layout);
    const rest = answer.rowsTotal - answer.rows.length;
    const kinds = layout.figures.flatMap(({ places }) => places.map(() => isCompared(places)));
    const compareds = kinds.filter(Boolean).length;
    const plains = kinds.length - compareds;
    const widthRem =
      widthsRem.value * layout.dimensions.length +
      widthsRem.plain * plains +
      widthsRem.compared * compareds;
    return html`<div class="scroll" role="region" aria-label=${this.label} tabindex="0">
        <table
          class=${widthRem > widthsRem.roomy ? 'dense' : ''}
          style="--values: ${layout.dimensions.length}; --plains: ${plains}; --compareds: ${compareds}"
        >
          <caption class="only-read">${this.label}</caption>
          <colgroup>
            ${layout.dimensions.map(() => html`<col />`)}
            ${layout.figures.map(({ places }) =>
              places.map(
                () => html`<col class="number ${isCompared(places) ? 'compared' : ''}" />`,
              ),
            )}
          </colgroup>
          <thead>${this.#head(answer, layout)}</thead>
          <tbody>
            ${answer.rows.map(
              (row, at) => html`<tr>
                ${layout.dimensions.map(({ column, index }, place) =>
                  labelCell(
                    column,
                    row[index] ?? null,
                    place === 0 ? share(at) : 0,
                    place === 0 ? this.#place(layout, row) : undefined,
                  ),
                )}
                ${layout.figures.map((figure) => numberCells(figure, row, this.#place(layout, row, figure)))}
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
      ${rest > 0 ? html`<p class="caption rest">${counted(rest, msg('and # more value|and # more values'))}</p>` : nothing}`;
  }

  /** Which figure a button of the row stands for; undefined where nothing opens. */
  #place({ dimensions, figures }: AnswerLayout, row: Row, figure = figures[0]) {
    if (!this.opens || figure === undefined) return undefined;
    return {
      values: dimensions.map(({ index }) => row[index] ?? null),
      metric: figure.column.name,
    };
  }

  /** One line of names; with labels a second one, which says whose figures stand in each column. */
  #head(answer: Answer, { dimensions, figures }: AnswerLayout) {
    const hasLabels = figures.some(({ places }) => places.length > 1);
    const rows = hasLabels ? 2 : 1;
    const names = html`<tr>
      ${dimensions.map(
        ({ column }) => html`<th scope="col" rowspan=${rows} class="words">${term(column)}</th>`,
      )}
      ${figures.map(
        ({ column, places }) => html`<th
          scope=${hasLabels ? 'colgroup' : 'col'}
          colspan=${places.length}
          class="number ${isCompared(places) ? 'compared' : ''} ${hasLabels ? 'first' : ''}"
        >
          ${term(column, unitMarks[column.unit])}
        </th>`,
      )}
    </tr>`;
    if (!hasLabels) return names;
    return html`${names}
      <tr>
        ${figures.map(({ places }) =>
          places.map(
            ({ of }, at) => html`<th
              scope="col"
              class="number ${isCompared(places) ? 'compared' : ''} ${at === 0 ? 'first' : ''}"
            >
              ${of === undefined ? msg('All') : labelName(answer, of)}
            </th>`,
          ),
        )}
      </tr>`;
  }

  #bones() {
    return html`<table aria-hidden="true">
      <tbody>
        ${Array.from(
          { length: this.rowsExpected + 1 },
          (_, row) => html`<tr>
            <td class="label"><span class="bone" style="width: ${70 - ((row * 13) % 40)}%"></span></td>
            <td class="number"><span class="bone"></span></td>
          </tr>`,
        )}
      </tbody>
    </table>`;
  }
}

const isCompared = (places: Figure['places']) => places.some(({ before }) => before !== undefined);

/** The comma stays with the name: behind the button it would begin a line. */
function term({ label, definition }: MetricColumn | DimensionColumn, unit = '') {
  const head = unit === '' ? label : `${label}, ${unit}`;
  return html`<cn-term label=${head} definition=${definition}></cn-term>`;
}

function labelCell(
  { name }: DimensionColumn,
  value: string | number | null,
  share: number,
  opens: FigureAt | undefined,
) {
  const text = valueWords(value, name);
  const styles = `text ellipsis ${value === null ? 'empty' : ''}`;
  return html`<td class="label">
    ${share > 0 ? html`<span class="bar" style="width: ${(share * 100).toFixed(1)}%"></span>` : nothing}
    ${opens === undefined ? html`<span class=${styles} title=${text}>${text}</span>` : openButton(text, opens, true, styles)}
  </td>`;
}

function numberCells({ column, places }: Figure, row: Row, opens: FigureAt | undefined) {
  return places.map(({ of, index, before }, at) => {
    const figure = formatMetric(numberAt(row, index), column.unit);
    const shown = opens === undefined ? figure : openButton(figure, { ...opens, label: of }, false);
    const first = at === 0 && places.length > 1 ? 'first' : '';
    if (before === undefined) return html`<td class="number ${first}">${shown}</td>`;
    const change = changeOf(numberAt(row, index), numberAt(row, before), column);
    const sign = change.direction === 'up' ? '↑' : change.direction === 'down' ? '↓' : '';
    return html`<td class="number compared ${first}">
      ${shown}
      <span class="change ${change.verdict}" title=${change.description}>
        <span aria-hidden="true">${sign} ${change.text}</span>
        <span class="only-read">${change.description}</span>
      </span>
    </td>`;
  });
}

/** The length of each row's bar: its first figure, if that can be added up, against the largest. */
function barsOf(answer: Answer, { figures: [figure] }: AnswerLayout): (row: number) => number {
  if (figure === undefined || !summedUnits.includes(figure.column.unit)) return () => 0;
  const index = figure.places[0]?.index ?? -1;
  const largest = Math.max(0, ...answer.rows.map((row) => numberAt(row, index) ?? 0));
  return (row) =>
    largest === 0 ? 0 : Math.max(0, (numberAt(answer.rows[row], index) ?? 0) / largest);
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-data-table': DataTable;
  }
}
