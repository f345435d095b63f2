/** The answer to SQL as a grid that scrolls in itself: types in the head, numbers right, values as text. */
import { msg } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { SqlAnswer } from '../../core/contract/query.ts';
import { keptColumnStyles } from '../styles/kept-column.ts';
import { tableStyles } from '../styles/tables.ts';
import { textStyles } from '../styles/text.ts';

@customElement('cn-result-grid')
export class ResultGrid extends LitElement {
  static override styles = [
    textStyles,
    tableStyles,
    keptColumnStyles,
    css`
      :host {
        display: block;
        min-width: 0;
      }
      .frame {
        max-height: min(36rem, 70vh);
        overflow: auto;
        border: 1px solid var(--line);
        border-radius: var(--radius);
      }
      table {
        width: auto;
        min-width: 100%;
        border-collapse: separate;
        border-spacing: 0;
      }
      th {
        position: sticky;
        top: 0;
        padding: var(--space-2) var(--space-3);
        background: var(--ground-low);
        color: var(--ink);
        line-height: 1rem;
      }
      .type {
        display: block;
        color: var(--ink-quiet);
        font-weight: 400;
        font-size: 0.6875rem;
      }
      td {
        max-width: 28rem;
        padding: var(--space-1) var(--space-3);
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      th:first-child,
      td:first-child {
        padding-inline-start: var(--space-3);
      }
      th:last-child,
      td:last-child {
        padding-inline-end: var(--space-3);
      }
      tbody tr:last-child td {
        border-bottom: 0;
      }
      @media screen and (max-width: 48rem) {
        /* Over the kept column, which goes under the head when the rows are scrolled. */
        th {
          z-index: 2;
        }
        th.words:first-child {
          z-index: 3;
          background: var(--ground-low);
        }
        /* The greater half is for the rest; what is cut off elsewhere at the same length goes on in the next line here. */
        :is(th.words, td.label):first-child {
          max-width: 40vw;
          white-space: normal;
          overflow-wrap: break-word;
        }
        td.label:first-child bdi {
          display: -webkit-box;
          overflow: hidden;
          -webkit-box-orient: vertical;
          -webkit-line-clamp: 3;
        }
      }
      .null {
        color: var(--ink-quiet);
        font-style: italic;
      }
    `,
  ];

  @property({ attribute: false }) answer: SqlAnswer | undefined;
  /** The address that a cell leads to, if it leads anywhere. */
  @property({ attribute: false }) hrefOf: (column: string, text: string) => string | undefined =
    () => undefined;

  override render() {
    const { answer } = this;
    if (answer === undefined) return nothing;
    const kinds = answer.columns.map((column) => kindOf(column.type));
    // One column alone has nothing to be kept beside.
    const isKept = (index: number) => index === 0 && kinds.length > 1;
    return html`<div class="frame scroll" tabindex="0" role="region" aria-label=${msg('Result of the query')}>
      <table>
        <thead>
          <tr>
            ${answer.columns.map(
              (
                column,
                index,
              ) => html`<th scope="col" class="${kinds[index] ?? ''} ${isKept(index) ? 'words' : ''}">
                <bdi>${column.name}</bdi><span class="type">${column.type}</span>
              </th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${answer.rows.map(
            (row) => html`<tr>
              ${row.map((cell, index) => {
                const text = textOf(cell);
                return html`<td class="${kinds[index] ?? ''} ${isKept(index) ? 'label' : ''}" title=${text}>
                  ${cell === null ? html`<span class="null">null</span>` : this.#text(answer.columns[index]?.name ?? '', text)}
                </td>`;
              })}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  #text(column: string, text: string) {
    const href = this.hrefOf(column, text);
    const shown = html`<bdi>${text}</bdi>`;
    return href === undefined ? shown : html`<a href=${href}>${shown}</a>`;
  }
}

const numberTypes = /^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$|^(DOUBLE|FLOAT|REAL|DECIMAL)/i;

/** How cells of a DuckDB type stand: numbers to the right, numbers and times in figures of one width. */
function kindOf(type: string): 'number' | 'figures' | '' {
  if (numberTypes.test(type)) return 'number';
  return /^(DATE|TIME)/i.test(type) ? 'figures' : '';
}

/** A cell as text, exactly as it is: SQL results are not rounded or grouped. */
function textOf(cell: unknown): string {
  if (cell === null || cell === undefined) return 'null';
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-result-grid': ResultGrid;
  }
}
