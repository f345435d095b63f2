/** What is masked in captured requests and responses: what always is, and the names that a dataset adds. */
import { consume } from '@lit/context';
import { msg } from '@lit/localize';
import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Me } from '../../core/contract/access.ts';
import type { Dataset } from '../../core/contract/dataset.ts';
import type { MaskingRules } from '../../core/contract/masking.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { isConflict } from '../api/knowing.ts';
import { readMasking, saveMasking } from '../api/masking.ts';
import '../components/conflict-note.ts';
import '../components/error-note.ts';
import '../components/name-list.ts';
import { mayI, meContext } from '../context/me.ts';
import { QueryController } from '../controllers/query-controller.ts';
import { UnsavedInput } from '../controllers/unsaved-input.ts';
import { controlStyles } from '../styles/controls.ts';
import { fieldsetStyles } from '../styles/fieldset.ts';
import { pageStyles } from '../styles/page.ts';
import { rulesPageStyles } from '../styles/rules-page.ts';
import { textStyles } from '../styles/text.ts';

@customElement('cn-masking-page')
export class MaskingPage extends LitElement {
  static override styles = [textStyles, controlStyles, fieldsetStyles, pageStyles, rulesPageStyles];

  @property({ attribute: false }) open: Dataset | undefined;
  @consume({ context: meContext, subscribe: true })
  @state()
  private me: Me | undefined;
  @state() private draft: MaskingRules | undefined;
  @state() private known: MaskingRules | undefined;
  @state() private theirs: MaskingRules | undefined;
  @state() private error: ApiError | undefined;
  @state() private saving = false;
  @state() private said = '';

  readonly #read = new QueryController<string, MaskingRules>(this, {
    key: () => this.open?.slug,
    subject: (slug) => slug,
    fetch: async (slug, signal) => {
      const rules = await readMasking(slug, signal);
      this.#load(rules);
      return rules;
    },
  });

  constructor() {
    super();
    new UnsavedInput(this, { typed: () => this.draft, saved: () => this.known });
  }

  #load(rules: MaskingRules) {
    this.draft = rules;
    this.known = rules;
    this.theirs = undefined;
    this.said = '';
  }

  override render() {
    const { open, draft } = this;
    if (open === undefined) return nothing;
    const error = this.error ?? this.#read.error;
    return html`<header class="page-head"><h1>${msg('Masking')}</h1></header>
      <p class="intro">
        ${msg('Before a hit is written, what is confidential in the captured request and response is replaced by [masked]. It can then be found by nobody, and nothing brings it back.')}
      </p>
      <section>
        <h2>${msg('Always masked')}</h2>
        <p class="caption">
          ${msg('Headers with credentials (authorization, cookie and their like), fields of forms and bodies named as passwords, tokens, PINs and card numbers are, and card numbers wherever they stand.')}
        </p>
      </section>
      <section>
        <h2>${msg('Masked in this dataset')}</h2>
        <p class="caption">
          ${msg('Names of headers, form fields and members of JSON, whole, in upper or lower case. They count for hits from now on.')}
        </p>
        ${draft ? this.#form(open, draft) : error ? nothing : html`<p class="caption" role="status">${msg('Loading …')}</p>`}
        ${error ? html`<cn-error-note .error=${error} @cn-retry=${() => this.#read.retry()}></cn-error-note>` : nothing}
        ${this.#conflict(open, draft)}
        <p class="said" role="status">${this.said}</p>
      </section>`;
  }

  #form({ slug }: Dataset, draft: MaskingRules) {
    const may = mayI(this.me, 'administer', slug);
    const isSame = JSON.stringify(draft) === JSON.stringify(this.known);
    return html`<cn-name-list
        label=${msg('Name')}
        .names=${draft.names}
        ?readonly=${!may}
        @cn-names=${(event: CustomEvent<string[]>) => {
          this.draft = { names: event.detail };
          this.said = '';
        }}
      ></cn-name-list>
      ${
        may
          ? html`<div class="actions">
              <button class="button first" type="button" ?disabled=${isSame || this.saving} @click=${() => this.#save(slug)}>
                ${msg('Save masking')}
              </button>
            </div>`
          : html`<p class="caption">${msg('An administrator of the dataset can change it.')}</p>`
      }`;
  }

  #conflict({ slug }: Dataset, mine: MaskingRules | undefined) {
    const theirs = this.theirs;
    if (theirs === undefined || mine === undefined) return nothing;
    return html`<cn-conflict-note
      name=${msg('Masking')}
      .theirs=${theirs}
      .mine=${mine}
      @cn-take-theirs=${() => this.#load(theirs)}
      @cn-keep-mine=${() => {
        this.known = theirs;
        void this.#save(slug);
      }}
    ></cn-conflict-note>`;
  }

  async #save(slug: string): Promise<void> {
    const [draft, known] = [this.draft, this.known];
    if (draft === undefined || known === undefined || this.saving) return;
    this.saving = true;
    this.error = undefined;
    this.theirs = undefined;
    try {
      const kept = await saveMasking(slug, draft, known);
      // What was typed meanwhile is for the next time.
      if (this.draft === draft) this.#load(kept);
      else this.known = kept;
      this.said = msg('Saved: hits from now on are masked so.');
    } catch (error) {
      const refused = asApiError(error);
      if (isConflict(refused)) this.theirs = await readMasking(slug);
      else this.error = refused;
    } finally {
      this.saving = false;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-masking-page': MaskingPage;
  }
}
