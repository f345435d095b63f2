/** Keeps the open condition under a name: as a saved search, a segment, or a label for reports. */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type ApiError, asApiError } from '../api/client.ts';
import { saveLabel, saveSearch } from '../api/search.ts';
import { UnsavedInput } from '../controllers/unsaved-input.ts';
import { controlStyles } from '../styles/controls.ts';
import { textStyles } from '../styles/text.ts';
import './error-note.ts';
import { labelStyles, labelToken } from './label-name.ts';

const kinds = {
  search: msg('Saved search'),
  segment: msg('Segment'),
  label: msg('Label for reports'),
} as const;
type Kind = keyof typeof kinds;
const colours = [1, 2, 3, 4, 5, 6, 7, 8];

@customElement('cn-keep-search')
export class KeepSearch extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    labelStyles,
    css`
      summary {
        width: fit-content;
        color: var(--accent);
        font-size: var(--text-dense);
        cursor: pointer;
      }
      form {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: var(--space-2) var(--space-3);
        margin-top: var(--space-2);
      }
      form label > span {
        display: block;
        color: var(--ink-quiet);
        font-size: var(--text-caption);
      }
      .name {
        flex: 0 1 20rem;
      }
      .name input {
        width: 100%;
      }
      .colour {
        display: flex;
        align-items: center;
      }
      .patch {
        width: 0.75rem;
        height: 0.75rem;
        margin-inline-start: var(--space-2);
      }
      cn-error-note {
        display: block;
        margin-top: var(--space-2);
      }
    `,
  ];

  @property() slug = '';
  @property() condition = '';
  @state() private kind: Kind = 'search';
  @state() private colour = 1;
  @state() private saving = false;
  @state() private error: ApiError | undefined;
  @state() private said = '';

  constructor() {
    super();
    new UnsavedInput(this, { typed: () => this.#typedName(), saved: () => this.#kept });
  }

  /** The name that was kept last: it is not missed. */
  #kept: string | undefined;

  #typedName(): string | undefined {
    const name = this.renderRoot.querySelector<HTMLInputElement>('#name')?.value.trim();
    return name === '' ? undefined : name;
  }

  override render() {
    return html`<details>
        <summary>${msg('Keep this search')}</summary>
        <form @submit=${this.#submit}>
          <label class="name"
            ><span>${msg('Name')}</span
            ><input id="name" class="field" required maxlength="120" autocomplete="off" @input=${this.#type}
          /></label>
          <label
            ><span>${msg('As')}</span
            ><select class="field" @change=${this.#choose}>
              ${Object.entries(kinds).map(
                ([kind, text]) =>
                  html`<option value=${kind} ?selected=${kind === this.kind}>${text}</option>`,
              )}
            </select></label
          >
          ${this.kind === 'label' ? this.#colours() : nothing}
          <button class="button" type="submit" ?disabled=${this.saving}>${this.saving ? msg('Keeping …') : msg('Keep')}</button>
        </form>
      </details>
      <p class="caption" role="status">${this.said}</p>
      ${this.error ? html`<cn-error-note .error=${this.error} @cn-retry=${() => this.#save()}></cn-error-note>` : nothing}`;
  }

  #colours() {
    return html`<label
      ><span>${msg('Colour')}</span
      ><span class="colour"
        ><select
          class="field"
          @change=${(event: Event) => {
            this.colour = Number((event.target as HTMLSelectElement).value);
          }}
        >
          ${colours.map((one) => html`<option value=${one} ?selected=${one === this.colour}>${msg(str`Colour ${one}`)}</option>`)}</select
        ><span class="patch" style="background: ${labelToken(this.colour)}"></span></span
    ></label>`;
  }

  #type() {
    this.said = '';
    this.error = undefined;
  }

  #choose(event: Event) {
    this.kind = (event.target as HTMLSelectElement).value as Kind;
    this.#type();
  }

  #submit(event: Event) {
    event.preventDefault();
    void this.#save();
  }

  async #save(): Promise<void> {
    const name = this.#typedName();
    if (name === undefined || this.saving) return;
    const { slug, condition, kind, colour } = this;
    this.saving = true;
    this.#type();
    try {
      if (kind === 'label') await saveLabel(slug, { name, condition, colour });
      else await saveSearch(slug, name, { condition, segment: kind === 'segment' });
      this.#kept = name;
      this.said =
        kind === 'label'
          ? msg(str`Kept as the label "${name}": reports offer it beside all.`)
          : msg(str`Kept as "${name}".`);
    } catch (error) {
      this.error = asApiError(error);
    } finally {
      this.saving = false;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-keep-search': KeepSearch;
  }
}
