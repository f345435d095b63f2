/**
 * The saved queries of a dataset, and a form that keeps the one at hand. Fires `cn-load` with the query that is chosen, and
 * `cn-kept` with the SQL that was kept.
 */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Parameter, SavedQuery } from '../../core/contract/saved-query.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { deleteQuery, listSavedQueries, saveQuery } from '../api/sql.ts';
import { oneAtATime } from '../controllers/one-at-a-time.ts';
import { QueryController } from '../controllers/query-controller.ts';
import { controlStyles } from '../styles/controls.ts';
import { textStyles } from '../styles/text.ts';
import { deleteButton, deleteStyles } from './delete-button.ts';
import './error-note.ts';
import { offerUndo } from './undo-note.ts';

@customElement('cn-saved-queries')
export class SavedQueries extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    deleteStyles,
    css`
      :host {
        display: block;
        margin-bottom: var(--space-5);
      }
      ul {
        margin: var(--space-1) 0 var(--space-2) calc(-1 * var(--space-2));
        padding: 0;
        list-style: none;
      }
      li {
        display: flex;
        align-items: center;
        justify-content: space-between;
      }
      li > .button {
        flex: 1;
        justify-content: flex-start;
        min-width: 0;
        min-height: 1.75rem;
        padding: 0 var(--space-2);
        color: var(--accent);
        font-weight: 450;
        text-align: start;
        line-height: var(--line-dense);
        overflow-wrap: anywhere;
        white-space: normal;
      }
      form {
        display: grid;
        gap: var(--space-2);
      }
      form label > span {
        display: block;
        color: var(--ink-quiet);
        font-size: var(--text-caption);
      }
      form .field {
        width: 100%;
      }
    `,
  ];

  @property() slug = '';
  /** What is kept: the SQL at hand with its parameters. */
  @property() sql = '';
  @property({ attribute: false }) parameters: readonly Parameter[] = [];
  @state() private name = '';
  @state() private description = '';
  @state() private error: ApiError | undefined;
  @state() private kept = '';
  readonly #once = oneAtATime(this);
  readonly #queries = new QueryController<string, SavedQuery[]>(this, {
    key: () => (this.slug === '' ? undefined : this.slug),
    subject: (slug) => slug,
    fetch: listSavedQueries,
  });

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('slug')) return;
    this.error = undefined;
    this.kept = '';
  }

  override render() {
    const error = this.error ?? this.#queries.error;
    return html`<h2>${msg('Saved queries')}</h2>
      ${this.#list(error)}
      <form @submit=${this.#submit}>
        <label
          ><span>${msg('Keep this query as')}</span
          ><input class="field" maxlength="80" required autocomplete="off" .value=${this.name} @input=${this.#typeName}
        /></label>
        <label
          ><span>${msg('What it says (optional)')}</span
          ><input class="field" maxlength="500" autocomplete="off" .value=${this.description} @input=${this.#typeDescription}
        /></label>
        <button class="button" type="submit" ?disabled=${this.sql.trim() === ''}>
          ${this.#queries.value?.some(({ name }) => name === this.name.trim()) ? msg('Replace it') : msg('Keep it')}
        </button>
      </form>
      ${error ? html`<cn-error-note .error=${error} @cn-retry=${() => this.#do(async () => {})}></cn-error-note>` : nothing}
      <p class="caption" role="status">${this.kept}</p>`;
  }

  #list(error: ApiError | undefined) {
    const queries = this.#queries.value;
    if (queries === undefined)
      return error ? nothing : html`<p class="caption" role="status">${msg('Loading …')}</p>`;
    if (queries.length === 0)
      return html`<p class="caption">${msg('None yet. All who may run SQL in this dataset share them.')}</p>`;
    return html`<ul>${queries.map((query) => this.#row(query))}</ul>`;
  }

  #row(query: SavedQuery) {
    const { name, description } = query;
    return html`<li ?acting=${this.#once.isActing(name)}>
      <button class="button plain" type="button" title=${description} @click=${() => this.#load(query)}><bdi>${name}</bdi></button>
      ${deleteButton(msg(str`the query ${name}`), () => this.#delete(query))}
    </li>`;
  }

  #delete(query: SavedQuery) {
    const { slug } = this;
    const remove = async () => {
      await deleteQuery(slug, query.name);
      offerUndo({
        said: msg(str`"${query.name}" is deleted.`),
        undo: async () => {
          await saveQuery(slug, query, { isNew: true });
          await this.#do(async () => {});
        },
      });
    };
    return this.#once(() => this.#do(remove), query.name);
  }

  #load(query: SavedQuery) {
    this.name = query.name;
    this.description = query.description;
    this.kept = '';
    this.dispatchEvent(new CustomEvent<SavedQuery>('cn-load', { detail: query }));
  }

  readonly #typeName = (event: Event) => {
    this.name = (event.target as HTMLInputElement).value;
  };

  readonly #typeDescription = (event: Event) => {
    this.description = (event.target as HTMLInputElement).value;
  };

  async #submit(event: Event): Promise<void> {
    event.preventDefault();
    const { sql, description, parameters } = this;
    const name = this.name.trim();
    await this.#once(() =>
      this.#do(async () => {
        await saveQuery(this.slug, { name, sql, description, parameters: [...parameters] });
        this.kept = msg(str`Kept as "${name}".`);
        this.dispatchEvent(new CustomEvent('cn-kept', { detail: sql }));
      }),
    );
  }

  async #do(work: () => Promise<void>): Promise<void> {
    const { slug } = this;
    this.error = undefined;
    this.kept = '';
    try {
      await work();
      await this.#queries.retry();
    } catch (error) {
      // Of another dataset meanwhile, it has nothing to say here.
      if (slug === this.slug) this.error = asApiError(error);
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-saved-queries': SavedQueries;
  }
}
