/**
 * A button for what cannot be taken back: it acts at the second press. The first one is forgotten, too, when the button
 * becomes one for something else, as in a list that moves between the presses. Fires `cn-confirm`.
 */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { SecondPress } from '../controllers/second-press.ts';
import { controlStyles } from '../styles/controls.ts';
import { textStyles } from '../styles/text.ts';

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

  readonly #press = new SecondPress(this, () => this.dispatchEvent(new CustomEvent('cn-confirm')));

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('label') || changed.has('what')) this.#press.forget();
  }

  override render() {
    const { isArmed: armed, press, key, forget } = this.#press;
    return html`<button
      class="button ${armed ? 'armed' : this.small ? 'plain' : ''}"
      type="button"
      ?disabled=${this.disabled}
      @click=${press}
      @blur=${forget}
      @keydown=${key}
    >
      ${armed ? msg('Press again') : this.label}${this.what === '' ? '' : html`<span class="only-read"> ${this.what}</span>`}
    </button><span class="only-read" role="status">${armed ? msg(str`Press again: ${this.label}`) : ''}</span>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-confirm-button': ConfirmButton;
  }
}
