/**
 * Closes an alert that is raised: a button that opens a line for a note, which may stay empty. Fires `cn-close` with the
 * note.
 */
import { msg } from '@lit/localize';
import { css, html, LitElement } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { UnsavedInput } from '../controllers/unsaved-input.ts';
import { controlStyles } from '../styles/controls.ts';
import { textStyles } from '../styles/text.ts';

const noteLengthMax = 500;

@customElement('cn-close-alert')
export class CloseAlert extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    css`
      :host {
        display: block;
        margin-top: var(--space-1);
      }
      form {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: var(--space-2);
      }
      label {
        flex: 1 1 12rem;
        min-width: 0;
        max-width: 24rem;
      }
      label > span {
        display: block;
      }
      .field {
        width: 100%;
      }
      .small {
        min-height: 1.5rem;
        padding: 0 var(--space-2);
        font-size: var(--text-caption);
      }
    `,
  ];

  /** The alert. */
  @property() name = '';
  @query('input') private field: HTMLInputElement | null | undefined;
  @query('.small') private opener: HTMLButtonElement | null | undefined;
  /** What is noted; undefined while it is not asked for. */
  @state() private note: string | undefined;

  constructor() {
    super();
    new UnsavedInput(this, { typed: () => this.note, saved: () => '' });
  }

  override render() {
    if (this.note === undefined)
      return html`<button class="button small" type="button" @click=${() => this.#open('')}>
        ${msg(html`Close<span class="only-read"> ${this.name}</span>`)}
      </button>`;
    return html`<form
      @submit=${this.#close}
      @keydown=${({ key }: KeyboardEvent) => key === 'Escape' && this.#open(undefined)}
    >
      <label
        ><span class="caption">${msg('Note (optional)')}</span
        ><input
          class="field"
          autocomplete="off"
          maxlength=${noteLengthMax}
          .value=${this.note}
          @input=${(event: Event) => {
            this.note = (event.target as HTMLInputElement).value;
          }}
      /></label>
      <button class="button first" type="submit">${msg('Close the alert')}</button>
      <button class="button plain" type="button" @click=${() => this.#open(undefined)}>${msg('Cancel')}</button>
    </form>`;
  }

  /** The focus goes along, for what was pressed is gone. */
  async #open(note: string | undefined): Promise<void> {
    this.note = note;
    await this.updateComplete;
    (note === undefined ? this.opener : this.field)?.focus();
  }

  #close(event: Event) {
    event.preventDefault();
    const detail = this.note;
    this.note = undefined;
    this.dispatchEvent(new CustomEvent('cn-close', { detail }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-close-alert': CloseAlert;
  }
}
