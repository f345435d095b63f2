/**
 * A button for what cannot be taken back: it acts at the second press. A double click is one press; the first one is
 * forgotten after a while, by Escape, when the focus goes elsewhere, and when the button becomes one for something else,
 * as in a list that moves between the presses. Fires `cn-confirm`.
 */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { controlStyles } from '../styles/controls.ts';
import { textStyles } from '../styles/text.ts';

const doubleClickMs = 400;
const forgottenAfterMs = 8_000;

@customElement('cn-confirm-button')
export class ConfirmButton extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    css`
      :host {
        display: inline-block;
      }
      .button.armed {
        border-color: var(--worse);
        background: var(--worse-ground);
        color: var(--worse);
      }
      :host([small]) .button {
        min-height: 1.5rem;
        padding: 0 var(--space-2);
        font-size: var(--text-caption);
      }
    `,
  ];

  /** What it does. */
  @property() label = '';
  /** What it does it to, for those who hear the button without its row. */
  @property() what = '';
  @property({ type: Boolean }) disabled = false;
  @property({ type: Boolean, reflect: true }) small = false;
  @state() private armedAt: number | undefined;
  #forget: ReturnType<typeof setTimeout> | undefined;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('label') || changed.has('what')) this.#disarm();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#disarm();
  }

  override render() {
    const armed = this.armedAt !== undefined;
    return html`<button
      class="button ${armed ? 'armed' : this.small ? 'plain' : ''}"
      type="button"
      ?disabled=${this.disabled}
      @click=${this.#press}
      @blur=${this.#disarm}
      @keydown=${this.#key}
    >
      ${armed ? msg('Press again') : this.label}${this.what === '' ? '' : html`<span class="only-read"> ${this.what}</span>`}
    </button><span class="only-read" role="status">${armed ? msg(str`Press again: ${this.label}`) : ''}</span>`;
  }

  #press() {
    const now = performance.now();
    if (this.armedAt === undefined) {
      this.armedAt = now;
      this.#forget = setTimeout(() => this.#disarm(), forgottenAfterMs);
    } else if (now - this.armedAt > doubleClickMs) {
      this.#disarm();
      this.dispatchEvent(new CustomEvent('cn-confirm'));
    }
  }

  #key(event: KeyboardEvent) {
    if (event.key === 'Escape') this.#disarm();
  }

  #disarm() {
    clearTimeout(this.#forget);
    this.armedAt = undefined;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-confirm-button': ConfirmButton;
  }
}
