/** The configuration of a dataset as one file: given, and taken in after a look at what would change. */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type {
  ConfigurationChange,
  ConfigurationResult,
} from '../../core/contract/configuration.ts';
import type { Dataset } from '../../core/contract/dataset.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import {
  configurationUrl,
  importConfiguration,
  readConfigurationFile,
} from '../api/configuration.ts';
import '../components/error-note.ts';
import { counted } from '../components/number-format.ts';
import { controlStyles } from '../styles/controls.ts';
import { fieldsetStyles } from '../styles/fieldset.ts';
import { pageStyles } from '../styles/page.ts';
import { tableStyles } from '../styles/tables.ts';
import { textStyles } from '../styles/text.ts';

const changeTexts: Record<ConfigurationChange['change'], string> = {
  added: msg('New'),
  changed: msg('Changes'),
  same: msg('The same'),
  left: msg('Left as it is'),
};

@customElement('cn-configuration-page')
export class ConfigurationPage extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    fieldsetStyles,
    pageStyles,
    tableStyles,
    css`
      section > p {
        max-width: 44rem;
        margin: var(--space-1) 0 var(--space-3);
      }
      table {
        max-width: 52rem;
        margin-top: var(--space-3);
      }
      td {
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) open: Dataset | undefined;
  @state() private file: (object & { dataset?: string }) | undefined;
  @state() private otherDataset = false;
  @state() private result: ConfigurationResult | undefined;
  @state() private error: ApiError | undefined;
  @state() private busy = false;
  #slug = '';

  protected override willUpdate(_changed: PropertyValues): void {
    if (this.open === undefined || this.open.slug === this.#slug) return;
    this.#slug = this.open.slug;
    this.result = undefined;
    this.error = undefined;
  }

  override render() {
    const { open } = this;
    const file = this.file;
    if (open === undefined) return nothing;
    const isOther = file?.dataset !== undefined && file.dataset !== open.slug;
    return html`<header class="page-head"><h1>${msg('Export and import')}</h1></header>
      <section>
        <h2>${msg('Export')}</h2>
        <p class="quiet">
          ${msg(str`Labels, campaigns, goals, funnels, page groups, annotations, own reports, events, alerts and saved searches of ${open.name} in one file, with its settings. It holds no sessions, no keys and no users.`)}
        </p>
        <a class="button" href=${configurationUrl(open.slug)} download="${open.slug}-configuration.json">${msg('Export the configuration')}</a>
      </section>
      <section>
        <h2>${msg('Import')}</h2>
        <p class="quiet">
          ${msg('What is new in the file is added, what differs is changed, and what the file does not hold stays. Events become drafts. Look first: nothing changes before you take it in.')}
        </p>
        <form novalidate @submit=${this.#look}>
          <div class="line">
            <label class="entry wide"
              ><span>${msg('Configuration file')}</span
              ><input class="field" type="file" accept=".json,application/json" @change=${this.#choose}
            /></label>
          </div>
          ${
            isOther
              ? html`<label class="check"
                  ><input type="checkbox" .checked=${this.otherDataset} @change=${this.#allowOther} />${msg(str`The file is of the dataset ${file?.dataset}: take it for ${open.slug} all the same`)}</label
                >`
              : nothing
          }
          ${this.error ? html`<cn-error-note .error=${this.error}></cn-error-note>` : nothing}
          <div class="actions">
            <button class="button" type="submit" ?disabled=${this.busy || file === undefined}>${msg('Show what would change')}</button>
            ${
              this.result?.applied === false
                ? html`<button class="button first" type="button" ?disabled=${this.busy} @click=${() => this.#ask(false)}>${msg('Take it in')}</button>`
                : nothing
            }
          </div>
        </form>
        <div role="status">${this.result ? this.#outcome(this.result) : nothing}</div>
      </section>`;
  }

  #outcome({ applied, changes }: ConfigurationResult) {
    const shown = changes.filter(({ change }) => change !== 'same');
    const moved = shown.filter(({ change }) => change !== 'left').length;
    const same = counted(
      changes.length - shown.length,
      msg('# piece is the same.|# pieces are the same.'),
    );
    const what = applied
      ? counted(moved, msg('# piece was taken in.|# pieces were taken in.'))
      : counted(moved, msg('# piece would be taken in.|# pieces would be taken in.'));
    return html`<div class="outcome">
        <p><b>${what}</b> ${same}</p>
      </div>
      ${
        shown.length === 0
          ? nothing
          : html`<table>
              <caption class="only-read">${applied ? msg('What changed') : msg('What would change')}</caption>
              <thead>
                <tr><th scope="col">${msg('What')}</th><th scope="col">${msg('Name')}</th><th scope="col">${msg('Change', { id: 'change-column' })}</th></tr>
              </thead>
              <tbody>
                ${shown.map(
                  ({ part, name, change, why }) => html`<tr>
                    <td>${part}</td>
                    <td><bdi>${name}</bdi></td>
                    <td>${changeTexts[change]}${why === undefined ? nothing : html`<div class="caption">${why}</div>`}</td>
                  </tr>`,
                )}
              </tbody>
            </table>`
      }`;
  }

  async #choose(event: Event): Promise<void> {
    const chosen = (event.target as HTMLInputElement).files?.[0];
    this.error = undefined;
    this.result = undefined;
    this.otherDataset = false;
    this.file = undefined;
    if (chosen === undefined) return;
    try {
      this.file = await readConfigurationFile(chosen);
    } catch (error) {
      this.error = asApiError(error);
    }
  }

  #allowOther(event: Event) {
    this.otherDataset = (event.target as HTMLInputElement).checked;
    this.error = undefined;
  }

  #look(event: Event) {
    event.preventDefault();
    void this.#ask(true);
  }

  async #ask(dryRun: boolean): Promise<void> {
    const { file, otherDataset } = this;
    if (file === undefined || this.busy) return;
    this.busy = true;
    this.error = undefined;
    try {
      this.result = await importConfiguration(this.#slug, { file, otherDataset, dryRun });
    } catch (error) {
      this.result = undefined;
      this.error = asApiError(error);
    } finally {
      this.busy = false;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-configuration-page': ConfigurationPage;
  }
}
