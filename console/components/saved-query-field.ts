/** A saved query of the dataset, chosen, with values for its parameters. Fires `cn-query` with both. */
import { msg, str } from '@lit/localize';
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Parameter, SavedQuery, SavedQueryUse } from '../../core/contract/saved-query.ts';
import { listSavedQueries } from '../api/sql.ts';
import { QueryController } from '../controllers/query-controller.ts';
import { controlStyles } from '../styles/controls.ts';
import { fieldsetStyles } from '../styles/fieldset.ts';
import { textStyles } from '../styles/text.ts';
import './error-note.ts';

@customElement('cn-saved-query-field')
export class SavedQueryField extends LitElement {
  static override styles = [textStyles, controlStyles, fieldsetStyles];

  @property() slug = '';
  /** What is chosen; its name is empty while nothing is. */
  @property({ attribute: false }) use: SavedQueryUse = { name: '', values: {} };
  /** Parameters that get their value when the query is asked. */
  @property({ attribute: false }) given: readonly string[] = [];

  readonly #queries = new QueryController<string, SavedQuery[]>(this, {
    key: () => (this.slug === '' ? undefined : this.slug),
    subject: (slug) => slug,
    fetch: (slug, signal) => listSavedQueries(slug, signal),
  });

  override render() {
    const { value, error } = this.#queries;
    if (error)
      return html`<cn-error-note .error=${error} @cn-retry=${() => this.#queries.retry()}></cn-error-note>`;
    if (value === undefined) return html`<p class="caption" role="status">${msg('Loading …')}</p>`;
    if (value.length === 0 && this.use.name === '')
      return html`<p class="caption">${msg('No query is saved yet. Keep one on the SQL page first.')}</p>`;
    const chosen = value.find(({ name }) => name === this.use.name);
    return html`<div class="line">
        <label class="entry wide"
          ><span>${msg('Saved query')}</span
          ><select class="field" id="saved-query" @change=${this.#choose}>
            <option value="" ?selected=${this.use.name === ''}>–</option>
            ${chosen === undefined && this.use.name !== '' ? html`<option value=${this.use.name} selected>${this.use.name}</option>` : nothing}
            ${value.map(({ name }) => html`<option value=${name} ?selected=${name === this.use.name}>${name}</option>`)}
          </select></label
        >
        ${(chosen?.parameters ?? []).map((parameter) => this.#parameter(parameter))}
      </div>
      ${
        chosen === undefined && this.use.name !== ''
          ? html`<p class="caption problem" role="alert">${msg(str`There is no saved query "${this.use.name}" any more.`)}</p>`
          : nothing
      }
      ${chosen?.description ? html`<p class="caption">${chosen.description}</p>` : nothing}`;
  }

  #parameter({ name, type, meaning, default: usual }: Parameter) {
    const isGiven = this.given.includes(name);
    const hint = isGiven
      ? msg('as asked for')
      : usual === undefined || usual === null
        ? ''
        : String(usual);
    return html`<label class="entry"
      ><span>$${name}</span
      ><input
        class="field"
        type=${type === 'date' ? 'date' : 'text'}
        title=${meaning ?? nothing}
        placeholder=${hint}
        autocomplete="off"
        spellcheck="false"
        .value=${String(this.use.values[name] ?? '')}
        @input=${(event: Event) => this.#set(name, (event.target as HTMLInputElement).value)}
    /></label>`;
  }

  readonly #choose = (event: Event) => {
    this.#fire({ name: (event.target as HTMLSelectElement).value, values: {} });
  };

  /** What is left empty has its default. */
  #set(name: string, text: string) {
    const { [name]: _before, ...others } = this.use.values;
    this.#fire({ ...this.use, values: text === '' ? others : { ...others, [name]: text } });
  }

  #fire(detail: SavedQueryUse) {
    this.dispatchEvent(new CustomEvent<SavedQueryUse>('cn-query', { detail }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-saved-query-field': SavedQueryField;
  }
}
