/** What the search shows before anything is asked: what it is for, the searches that are kept, and templates. */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { SavedSearch, SavedSearchList } from '../../core/contract/search.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { listSearches, removeSearch, saveSearch } from '../api/search.ts';
import { oneAtATime } from '../controllers/one-at-a-time.ts';
import { QueryController } from '../controllers/query-controller.ts';
import { searchPath } from '../routes.ts';
import { textStyles } from '../styles/text.ts';
import './empty-state.ts';
import './error-note.ts';
import './saved-searches.ts';
import { offerUndo } from './undo-note.ts';

@customElement('cn-search-start')
export class SearchStart extends LitElement {
  static override styles = [
    textStyles,
    css`
      .start {
        display: block;
        padding: var(--space-6) 0 0;
      }
      .fields {
        margin-top: var(--space-4);
      }
    `,
  ];

  @property() slug = '';
  @state() private removeError: ApiError | undefined;
  readonly #once = oneAtATime(this);

  readonly #saved = new QueryController<string, SavedSearchList>(this, {
    key: () => (this.slug === '' ? undefined : this.slug),
    subject: (slug) => slug,
    fetch: (slug, signal) => listSearches(slug, signal),
  });

  override render() {
    const { value, error } = this.#saved;
    return html`<cn-empty-state
        class="start"
        heading=${msg('Find sessions by what happened in them')}
        text=${msg('Type a condition: a field, an operator, a value; the box completes what there is. Or begin with one of these.')}
      ></cn-empty-state>
      ${error ? html`<cn-error-note .error=${error} @cn-retry=${() => this.#saved.retry()}></cn-error-note>` : nothing}
      ${this.removeError ? html`<cn-error-note .error=${this.removeError} @cn-retry=${() => this.#saved.retry()}></cn-error-note>` : nothing}
      ${
        value === undefined
          ? nothing
          : html`<cn-saved-searches
              .list=${value}
              .hrefOf=${(condition: string) => searchPath(this.slug, condition)}
              @cn-remove=${(event: CustomEvent<SavedSearch>) => this.#once(() => this.#remove(event.detail), event.detail.name)}
            ></cn-saved-searches>`
      }
      <p class="caption fields"><a href="/docs/conditions.md" target="_blank">${msg('All fields and operators')}</a></p>`;
  }

  async #remove({ name, condition, segment }: SavedSearch): Promise<void> {
    const { slug } = this;
    try {
      this.removeError = undefined;
      await removeSearch(slug, name);
      offerUndo({
        said: msg(str`"${name}" is deleted.`),
        undo: async () => {
          await saveSearch(slug, name, { condition, segment }, { isNew: true });
          this.#saved.retry();
        },
      });
    } catch (error) {
      this.removeError = asApiError(error);
    }
    await this.#saved.retry();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-search-start': SearchStart;
  }
}
