/**
 * An answer as a table: the main instrument. Numbers stand right with their unit in the head, a thin bar in the
 * first cell shows the share of the first metric, and the change since the previous period stands beside the value.
 */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Answer, Column } from '../../core/contract/query.ts';
import { skeletonStyles } from '../styles/skeleton.ts';
import { tableStyles } from '../styles/tables.ts';
import { textStyles } from '../styles/text.ts';
import { type MetricColumn, numberAt, rowsByFirst } from './answer.ts';
import { changeOf } from './change.ts';
import { formatMetric, plural } from './number-format.ts';
import './term.ts';
import { formatDay } from './time-format.ts';

const unitMarks = {
  count: '',
  share: '%',
  milliseconds: 'time',
  per_session: '',
  bytes: 'bytes',
  money: 'money',
  number: '',
} as const;

@customElement('cn-data-table')
export class DataTable extends LitElement {
  static override styles = [
    textStyles,
    tableStyles,
    skeletonStyles,
    css`
      :host {
        display: block;
        min-width: 0;
      }
      table {
        table-layout: fixed;
      }
      th.number,
      td.number {
        width: 6.5rem;
      }
      th.number.compared,
      td.number.compared {
        width: 9.5rem;
      }
      td.label {
        position: relative;
        padding-left: var(--space-2);
      }
      th:first-child {
        padding-left: var(--space-2);
      }
      .bar {
        position: absolute;
        inset: 2px auto 2px 0;
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
        display: inline-block;
        min-width: 4.25rem;
        color: var(--ink-quiet);
        font-size: var(--text-caption);
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
        th.number,
        td.number,
        th.number.compared,
        td.number.compared {
          width: 5.25rem;
        }
        .change {
          display: block;
        }
      }
    `,
  ];

  /** Without an answer, the places of `rowsExpected` rows are held. */
  @property({ attribute: false }) answer: Answer | undefined;
  @property({ attribute: false }) comparison: Answer | undefined;
  /** What the table is, for screen readers. */
  @property() label = '';
  /** What stands for an empty value of the dimension. */
  @property() emptyValue = '(none)';
  /** What stands in a table without rows. */
  @property() emptyText = 'Nothing in this range.';
  @property({ type: Number }) rowsExpected = 8;

  override render() {
    const { answer } = this;
    if (answer === undefined) return this.#bones();
    if (answer.rows.length === 0) return html`<p class="nothing">${this.emptyText}</p>`;
    const before = rowsByFirst(this.comparison);
    const share = barsOf(answer);
    const rest = answer.rowsTotal - answer.rows.length;
    return html`<table>
        <caption class="only-read">${this.label}</caption>
        <thead>
          <tr>${answer.columns.map((column) => this.#head(column))}</tr>
        </thead>
        <tbody>
          ${answer.rows.map(
            (row, at) => html`<tr>
              ${answer.columns.map((column, index) =>
                column.kind === 'dimension'
                  ? this.#labelCell(column.name, row[index] ?? null, index === 0 ? share(at) : 0)
                  : this.#numberCell(
                      column,
                      numberAt(row, index),
                      before.get(row[0] ?? null),
                      index,
                    ),
              )}
            </tr>`,
          )}
        </tbody>
      </table>
      ${rest > 0 ? html`<p class="caption rest">and ${plural(rest, 'more value', 'more values')}</p>` : nothing}`;
  }

  #head(column: Column) {
    if (column.kind === 'dimension') {
      return html`<th scope="col">
        <cn-term label=${column.label} definition=${column.definition}></cn-term>
      </th>`;
    }
    const mark = unitMarks[column.unit];
    return html`<th scope="col" class="number ${this.comparison ? 'compared' : ''}">
      <cn-term label=${column.label} definition=${column.definition}></cn-term
      >${mark === '' ? nothing : html`, ${mark}`}
    </th>`;
  }

  #labelCell(name: string, value: string | number | null, share: number) {
    const text =
      value === null ? this.emptyValue : name === 'day' ? formatDay(String(value)) : String(value);
    return html`<td class="label">
      ${share > 0 ? html`<span class="bar" style="width: ${(share * 100).toFixed(1)}%"></span>` : nothing}
      <span class="text ellipsis ${value === null ? 'empty' : ''}" title=${text}>${text}</span>
    </td>`;
  }

  #numberCell(
    column: MetricColumn,
    value: number | null,
    before: readonly unknown[] | undefined,
    index: number,
  ) {
    const shown = formatMetric(value, column.unit);
    if (this.comparison === undefined) return html`<td class="number">${shown}</td>`;
    const base = before === undefined && column.unit === 'count' ? 0 : numberAt(before, index);
    const change = changeOf(value, base, column);
    const sign = change.direction === 'up' ? '↑' : change.direction === 'down' ? '↓' : '';
    return html`<td class="number compared">
      ${shown}
      <span class="change ${change.verdict}" title=${change.description}>
        <span aria-hidden="true">${sign} ${change.text}</span>
        <span class="only-read">${change.description}</span>
      </span>
    </td>`;
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

/** The length of each row's bar: its first metric, if that can be added up, against the largest. */
function barsOf(answer: Answer): (row: number) => number {
  const index = answer.columns.findIndex((column) => column.kind === 'metric');
  const column = answer.columns[index];
  if (column?.kind !== 'metric' || column.unit !== 'count') return () => 0;
  const largest = Math.max(0, ...answer.rows.map((row) => numberAt(row, index) ?? 0));
  return (row) => (largest === 0 ? 0 : (numberAt(answer.rows[row], index) ?? 0) / largest);
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-data-table': DataTable;
  }
}
