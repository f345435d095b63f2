/** The searches that are kept, to open or to remove, and templates to begin with. Fires `cn-remove` with the search. */
import { msg } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { SavedSearch, SavedSearchList } from '../../core/contract/search.ts';
import { controlStyles } from '../styles/controls.ts';
import { textStyles } from '../styles/text.ts';
import { deleteButton, deleteStyles } from './delete-button.ts';

@customElement('cn-saved-searches')
export class SavedSearches extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    deleteStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr));
        gap: var(--space-4) var(--space-8);
        align-items: start;
      }
      ul {
        margin: var(--space-1) 0 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: flex;
        align-items: center;
        gap: var(--space-2);
        padding: var(--space-1) 0;
        border-bottom: 1px solid var(--line);
      }
      .search {
        flex: 1;
        min-width: 0;
      }
      a {
        font-size: var(--text-dense);
        overflow-wrap: anywhere;
      }
      code {
        display: block;
        color: var(--ink-quiet);
        font-size: var(--text-caption);
      }
      .segment {
        padding: 0 var(--space-1);
        border: 1px solid var(--line-strong);
        border-radius: 2px;
        color: var(--ink-quiet);
        font-size: 0.6875rem;
      }
    `,
  ];

  @property({ attribute: false }) list: SavedSearchList = { searches: [], templates: [] };
  /** The address that runs a condition. */
  @property({ attribute: false }) hrefOf: (condition: string) => string = (condition) => condition;

  override render() {
    const { searches, templates } = this.list;
    return html`${
      searches.length === 0
        ? nothing
        : html`<div>
              <h2>${msg('Saved searches')}</h2>
              <ul>
                ${searches.map(
                  (search) => html`<li>
                    <span class="search">
                      ${this.#link(search.name, search.condition)} ${search.segment ? html`<span class="segment">${msg('segment')}</span>` : nothing}
                      <code class="ellipsis" title=${search.condition}>${search.condition}</code>
                    </span>
                    ${deleteButton(search.name, () => this.#remove(search))}
                  </li>`,
                )}
              </ul>
            </div>`
    }
      <div>
        <h2>${msg('To begin with')}</h2>
        <ul>
          ${templates.map(
            ({ name, condition }) => html`<li>
              <span class="search">
                ${this.#link(name, condition)}
                <code class="ellipsis" title=${condition}>${condition}</code>
              </span>
            </li>`,
          )}
        </ul>
      </div>`;
  }

  #link(name: string, condition: string) {
    return html`<a href=${this.hrefOf(condition)}>${name}</a>`;
  }

  #remove(detail: SavedSearch) {
    this.dispatchEvent(new CustomEvent<SavedSearch>('cn-remove', { detail }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-saved-searches': SavedSearches;
  }
}
