/** What found sessions have in common: the most frequent values of some fields. Fires `cn-facet` with field and value. */
import { msg } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { readablePath } from '../../core/contract/readable-path.ts';
import type { FacetField, SearchAnswer } from '../../core/contract/search.ts';
import { textStyles } from '../styles/text.ts';
import { formatCount } from './number-format.ts';

export interface FacetChoice {
  field: FacetField;
  value: string | null;
}

const fieldTexts: Record<FacetField, string> = {
  browser: msg('Browser'),
  system: msg('System'),
  'device.type': msg('Device'),
  country: msg('Country'),
  source: msg('Source'),
  'entry.path': msg('Entry page'),
  'session.end_reason': msg('End reason'),
};

@customElement('cn-facet-list')
export class FacetList extends LitElement {
  static override styles = [
    textStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr));
        gap: var(--space-4) var(--space-6);
        align-items: start;
      }
      h2 {
        font-size: var(--text-dense);
      }
      ul {
        margin: var(--space-1) 0 0;
        padding: 0;
        list-style: none;
      }
      li {
        position: relative;
      }
      .share {
        position: absolute;
        inset-block: 1px 1px;
        inset-inline: 0 auto;
        background: var(--share);
      }
      button {
        display: flex;
        position: relative;
        gap: var(--space-3);
        width: 100%;
        padding: 0 var(--space-1);
        border: 0;
        background: none;
        color: inherit;
        font: inherit;
        font-size: var(--text-dense);
        line-height: 1.5rem;
        text-align: start;
        cursor: pointer;
      }
      button:hover .value {
        text-decoration: underline;
      }
      .none {
        font-style: italic;
      }
      .value {
        flex: 1;
        min-width: 0;
      }
    `,
  ];

  @property({ attribute: false }) facets: NonNullable<SearchAnswer['facets']> = [];
  /** How many sessions were found in all. */
  @property({ type: Number }) sessions = 0;

  override render() {
    return this.facets.map(({ field, values }) =>
      values.length === 0
        ? nothing
        : html`<div>
            <h2 id=${field}>${fieldTexts[field]}</h2>
            <ul aria-labelledby=${field}>
              ${values.map(({ value, sessions }) => this.#value({ field, value }, sessions))}
            </ul>
          </div>`,
    );
  }

  #value(choice: FacetChoice, count: number) {
    const share = this.sessions === 0 ? 0 : Math.min(1, count / this.sessions);
    const { field, value } = choice;
    const text = value ?? msg('none');
    const shown = field === 'entry.path' ? readablePath(text) : text;
    return html`<li>
      <span class="share" style="width: ${share * 100}%"></span>
      <button type="button" title=${msg('Only these')} @click=${() => this.#choose(choice)}>
        <span class="value ellipsis ${value === null ? 'none' : ''}" title=${text}>${shown}</span>
        <span class="figures">${formatCount(count)}</span>
      </button>
    </li>`;
  }

  #choose(detail: FacetChoice) {
    this.dispatchEvent(new CustomEvent('cn-facet', { detail }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-facet-list': FacetList;
  }
}
