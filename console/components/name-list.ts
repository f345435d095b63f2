/** A list of names that is added to and taken from. Fires `cn-names` with the whole list. */
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { controlStyles } from '../styles/controls.ts';
import { textStyles } from '../styles/text.ts';

@customElement('cn-name-list')
export class NameList extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    css`
      ul {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
        margin: 0 0 var(--space-3);
        padding: 0;
        list-style: none;
      }
      li {
        display: inline-flex;
        align-items: center;
        gap: var(--space-1);
        padding-inline-start: var(--space-2);
        border: 1px solid var(--line-strong);
        border-radius: var(--radius);
        font-size: var(--text-dense);
        overflow-wrap: anywhere;
      }
      li .button {
        width: 1.75rem;
        min-height: 1.75rem;
      }
      .none {
        margin-bottom: var(--space-3);
      }
      .add {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: var(--space-2);
      }
      label span {
        display: block;
        margin-bottom: var(--space-1);
        font-size: var(--text-dense);
        font-weight: 600;
      }
      .field {
        width: 18rem;
        max-width: 100%;
      }
    `,
  ];

  @property({ attribute: false }) names: readonly string[] = [];
  /** What one of them is, as the label of the field. */
  @property() label = '';
  /** What can be chosen from; others may be typed. */
  @property({ attribute: false }) known: readonly string[] = [];
  @property({ type: Boolean }) readonly = false;

  override render() {
    return html`${
      this.names.length === 0
        ? html`<p class="caption none">${msg('None yet.')}</p>`
        : html`<ul aria-label=${this.label}>
              ${this.names.map((name) => this.#one(name))}
            </ul>`
    }
      ${this.readonly ? nothing : this.#adding()}`;
  }

  #one(name: string) {
    return html`<li>
      <code>${name}</code>
      ${
        this.readonly
          ? html`<span></span>`
          : html`<button
              class="button plain icon"
              type="button"
              aria-label=${msg(str`Remove ${name}`)}
              @click=${() => this.#tell(this.names.filter((one) => one !== name))}
            >
              <wa-icon name="close"></wa-icon>
            </button>`
      }
    </li>`;
  }

  #adding() {
    const left = this.known.filter((name) => !this.names.includes(name));
    return html`<div class="add">
      <label
        ><span>${this.label}</span
        ><input
          class="field"
          list="known"
          maxlength="200"
          autocomplete="off"
          spellcheck="false"
          @keydown=${(event: KeyboardEvent) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            this.#add();
          }}
      /></label>
      <datalist id="known">${left.map((name) => html`<option value=${name}></option>`)}</datalist>
      <button class="button" type="button" @click=${this.#add}>${msg('Add')}</button>
    </div>`;
  }

  #add() {
    const field = this.renderRoot.querySelector('input');
    const name = field?.value.trim() ?? '';
    if (field === null || name === '') return;
    field.value = '';
    field.focus();
    if (!this.names.includes(name)) this.#tell([...this.names, name]);
  }

  #tell(detail: readonly string[]) {
    this.dispatchEvent(new CustomEvent('cn-names', { detail }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-name-list': NameList;
  }
}
