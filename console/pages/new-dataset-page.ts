/** `/datasets/new`: makes a dataset, then goes to its settings, where the snippet is. */

import { consume } from '@lit/context';
import { msg } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { type ApiError, asApiError } from '../api/client.ts';
import { createDataset } from '../api/datasets.ts';
import '../components/error-note.ts';
import { type DatasetsValue, datasetsContext } from '../context/datasets.ts';
import { navigate } from '../controllers/location.ts';
import { UnsavedInput } from '../controllers/unsaved-input.ts';
import { controlStyles } from '../styles/controls.ts';
import { formStyles } from '../styles/form.ts';
import { pageStyles } from '../styles/page.ts';
import { textStyles } from '../styles/text.ts';
import {
  type DatasetDraft,
  type DraftProblems,
  inputOf,
  problemsOf,
  slugOf,
} from './dataset-form.ts';

type Field = keyof DatasetDraft;

const timeZones = Intl.supportedValuesOf('timeZone');

const emptyDraft: DatasetDraft = {
  name: '',
  slug: '',
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  hosts: '',
};

@customElement('cn-new-dataset-page')
export class NewDatasetPage extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    formStyles,
    pageStyles,
    css`
      form {
        max-width: 34rem;
        margin-top: var(--space-6);
      }
    `,
  ];

  @consume({ context: datasetsContext, subscribe: true })
  @state()
  private datasets: DatasetsValue | undefined;
  @state() private draft: DatasetDraft = emptyDraft;
  @state() private problems: DraftProblems = {};
  @state() private error: ApiError | undefined;
  @state() private saving = false;
  /** True once the short name was typed by hand: then it no longer follows the name. */
  #slugIsOwn = false;

  readonly #unsaved = new UnsavedInput(this, { typed: () => this.draft, saved: () => emptyDraft });

  override render() {
    const { draft } = this;
    return html`<header class="page-head"><h1>${msg('New dataset')}</h1></header>
      <form novalidate @submit=${this.#submit}>
        ${this.#field('name', {
          label: msg('Name'),
          hint: msg('What you call the site.'),
          control: html`<input
            id="name"
            class="field"
            autocomplete="off"
            .value=${draft.name}
            aria-describedby="name-hint"
            aria-invalid=${String(this.problems.name !== undefined)}
            @input=${this.#type}
          />`,
        })}
        ${this.#field('slug', {
          label: msg('Short name'),
          hint: msg('Used in addresses, commands and for the folder. It cannot be changed later.'),
          control: html`<input
            id="slug"
            class="field mono"
            autocomplete="off"
            spellcheck="false"
            autocapitalize="off"
            required
            .value=${draft.slug}
            aria-describedby="slug-hint"
            aria-invalid=${String(this.problems.slug !== undefined)}
            @input=${this.#type}
          />`,
        })}
        ${this.#field('timeZone', {
          label: msg('Time zone'),
          hint: msg('Reports cut their days in this zone. Taken from your browser.'),
          control: html`<input
              id="timeZone"
              class="field"
              list="zones"
              autocomplete="off"
              required
              .value=${draft.timeZone}
              aria-describedby="timeZone-hint"
              aria-invalid=${String(this.problems.timeZone !== undefined)}
              @input=${this.#type}
            />
            <datalist id="zones">
              ${timeZones.map((zone) => html`<option value=${zone}></option>`)}
            </datalist>`,
        })}
        ${this.#field('hosts', {
          label: msg('Hosts (optional)'),
          hint: msg(
            'Only hits of these hosts are taken, one a line, such as www.shop.example or *.shop.example. Empty takes all.',
          ),
          control: html`<textarea
            id="hosts"
            class="field mono"
            rows="3"
            spellcheck="false"
            autocapitalize="off"
            .value=${draft.hosts}
            aria-describedby="hosts-hint"
            aria-invalid=${String(this.problems.hosts !== undefined)}
            @input=${this.#type}
          ></textarea>`,
        })}
        ${this.error ? html`<cn-error-note .error=${this.error} @cn-retry=${this.#save}></cn-error-note>` : nothing}
        <div class="form-actions">
          <button class="button first" type="submit" ?disabled=${this.saving}>
            ${this.saving ? msg('Creating …') : msg('Create dataset')}
          </button>
          <a class="button plain" href="/">${msg('Cancel')}</a>
        </div>
      </form>`;
  }

  #field(field: Field, parts: { label: string; hint: string; control: unknown }) {
    const problem = this.problems[field];
    return html`<div class="form-field">
      <label for=${field}>${parts.label}</label>
      ${parts.control}
      <p id="${field}-hint" class="caption ${problem ? 'problem' : ''}">${problem ?? parts.hint}</p>
    </div>`;
  }

  #type(event: Event) {
    const { id, value } = event.target as HTMLInputElement;
    const draft = { ...this.draft, [id]: value };
    if (id === 'slug') this.#slugIsOwn = value !== '';
    if (id === 'name' && !this.#slugIsOwn) draft.slug = slugOf(value);
    this.draft = draft;
    this.error = undefined;
    // A field that is being corrected is not told that it is wrong until it is sent again.
    this.problems = { ...this.problems, [id]: undefined };
  }

  #submit(event: Event) {
    event.preventDefault();
    void this.#save();
  }

  async #save(): Promise<void> {
    if (this.saving) return;
    this.saving = true;
    this.error = undefined;
    try {
      this.problems = await problemsOf(this.draft);
      const wrong = (Object.keys(this.problems) as Field[])[0];
      if (wrong !== undefined) {
        await this.updateComplete;
        this.renderRoot.querySelector<HTMLElement>(`#${wrong}`)?.focus();
        return;
      }
      const dataset = await createDataset(inputOf(this.draft));
      this.#unsaved.forget();
      await this.datasets?.reload();
      navigate(`/${dataset.slug}/settings`);
    } catch (error) {
      const refused = asApiError(error);
      if (refused.code === 'dataset_exists') {
        this.problems = {
          slug: msg('A dataset of this short name exists already. Choose another one.'),
        };
        this.renderRoot.querySelector<HTMLElement>('#slug')?.focus();
      } else this.error = refused;
    } finally {
      this.saving = false;
    }
  }
}
