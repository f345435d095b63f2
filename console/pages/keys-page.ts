/** `/keys`: API keys for programs. */

import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { ApiKey, MadeApiKey } from '../../core/contract/access.ts';
import { everything, type Role, roles } from '../../core/contract/rights.ts';
import { createKey, deleteKey, listKeys } from '../api/access.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { grantWords, roleTexts } from '../components/access-words.ts';
import '../components/code-block.ts';
import '../components/empty-state.ts';
import '../components/error-note.ts';
import { formatInstant } from '../components/time-format.ts';
import { type DatasetsValue, datasetsContext } from '../context/datasets.ts';
import { oneAtATime } from '../controllers/one-at-a-time.ts';
import { QueryController } from '../controllers/query-controller.ts';
import { typedFields, UnsavedInput } from '../controllers/unsaved-input.ts';
import { controlStyles } from '../styles/controls.ts';
import { formStyles } from '../styles/form.ts';
import { pageStyles } from '../styles/page.ts';
import { tableStyles } from '../styles/tables.ts';
import { textStyles } from '../styles/text.ts';
import { emptyOnceTaken, valuesOf } from './form-values.ts';

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

@customElement('cn-keys-page')
export class KeysPage extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    formStyles,
    tableStyles,
    pageStyles,
    css`
      form {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: var(--space-2);
      }
      .form-field {
        margin: 0;
      }
      .actions {
        text-align: end;
      }
    `,
  ];

  @consume({ context: datasetsContext, subscribe: true })
  @state()
  private datasets: DatasetsValue | undefined;
  @state() private error: ApiError | undefined;
  @state() private made: MadeApiKey | undefined;
  readonly #once = oneAtATime(this);

  readonly #keys = new QueryController<string, ApiKey[]>(this, {
    key: () => 'keys',
    subject: (key) => key,
    fetch: (_key, signal) => listKeys(signal),
  });

  constructor() {
    super();
    new UnsavedInput(this, { typed: () => typedFields(this.renderRoot), saved: () => undefined });
  }

  override render() {
    const error = this.error ?? this.#keys.error;
    return html`<header class="page-head"><h1>${msg('API keys')}</h1></header>
      ${error ? html`<cn-error-note .error=${error} @cn-retry=${() => this.#do(async () => {})}></cn-error-note>` : nothing}
      <section>
        <h2>${msg('Make a key')}</h2>
        <form @submit=${this.#submit}>
          <div class="form-field">
            <label for="name">${msg('Name')}</label>
            <input id="name" name="name" class="field" autocomplete="off" maxlength="120" required />
          </div>
          <div class="form-field">
            <label for="role">${msg('Role')}</label>
            <select id="role" name="role" class="field">
              ${roles.map((role) => html`<option value=${role}>${roleTexts[role]}</option>`)}
            </select>
          </div>
          <div class="form-field">
            <label for="dataset">${msg('Dataset')}</label>
            <select id="dataset" name="dataset" class="field">
              ${(this.datasets?.list ?? []).map(({ slug, name }) => html`<option value=${slug}>${name}</option>`)}
              <option value=${everything}>${msg('all datasets')}</option>
            </select>
          </div>
          <div class="form-field">
            <label for="days">${msg('Days')}</label>
            <input id="days" name="days" class="field" type="number" min="1" max="730" value="365" required />
          </div>
          <button class="button first" type="submit">${msg('Make key')}</button>
        </form>
        ${
          this.made
            ? html`<div role="status">
                <p>${msg(str`The key "${this.made.name}". Keep it: it is not shown again.`)}</p>
                <cn-code-block text=${this.made.key} copies=${msg('the key')}></cn-code-block>
              </div>`
            : nothing
        }
      </section>
      <section>
        <h2>${msg('Keys')}</h2>
        ${this.#keys.value ? this.#table(this.#keys.value) : error ? nothing : html`<p class="caption" role="status">${msg('Loading …')}</p>`}
      </section>`;
  }

  #table(keys: readonly ApiKey[]) {
    if (keys.length === 0) {
      const text = msg(
        'A program that asks the API sends a key, and may do what the role of the key allows.',
      );
      return html`<cn-empty-state heading=${msg('There is no key yet')} text=${text}></cn-empty-state>`;
    }
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${msg('API keys')}>
      <table>
        <thead>
          <tr><th>${msg('Name')}</th><th>${msg('Begins')}</th><th>${msg('Role')}</th><th>${msg('Works until')}</th><th>${msg('Last used')}</th><th><span class="only-read">${msg('Changes')}</span></th></tr>
        </thead>
        <tbody>
          ${keys.map(
            ({
              id,
              name,
              prefix,
              role,
              dataset,
              expiresAt,
              lastUsedAt,
            }) => html`<tr ?acting=${this.#once.isActing(id)}>
              <td>${name}</td>
              <td class="mono">${prefix}…</td>
              <td>${grantWords({ role, dataset })}</td>
              <td class="when">${formatInstant(expiresAt, zone)}</td>
              <td class="when">${lastUsedAt === undefined ? msg('never') : formatInstant(lastUsedAt, zone)}</td>
              <td class="actions">
                <button
                  class="button plain"
                  type="button"
                  aria-label=${msg(str`Delete the key ${name}`)}
                  @click=${() => this.#delete(id, name)}
                >
                  ${msg('Delete')}
                </button>
              </td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  #submit(event: Event) {
    const empty = emptyOnceTaken(event.currentTarget as HTMLFormElement);
    const { name, role, dataset, days } = valuesOf(event, 'name', 'role', 'dataset', 'days');
    void this.#once(() =>
      this.#do(async () => {
        this.made = await createKey({ name, role: role as Role, dataset, days: Number(days) });
        empty();
      }),
    );
  }

  #delete(id: string, name: string) {
    if (!confirm(msg(str`Delete the key "${name}"? Programs that use it are kept out at once.`)))
      return;
    void this.#once(() => this.#do(() => deleteKey(id)), id);
  }

  async #do(work: () => Promise<unknown>): Promise<void> {
    this.error = undefined;
    try {
      await work();
      await this.#keys.retry();
    } catch (error) {
      this.error = asApiError(error);
    }
  }
}
