/** Ends a session by hand: says what that means, and does it at the second press. Fires `cn-end`. */
import { msg } from '@lit/localize';
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { SecondPress } from '../controllers/second-press.ts';
import { controlStyles } from '../styles/controls.ts';
import { textStyles } from '../styles/text.ts';

@customElement('cn-end-session')
export class EndSession extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2) var(--space-4);
      }
      .button {
        min-width: 11rem;
      }
      .button.armed {
        border-color: var(--worse);
        background: var(--worse-ground);
        color: var(--worse);
      }
      p {
        flex: 1 1 18rem;
        max-width: 40rem;
      }
    `,
  ];

  /** True while the server is asked. */
  @property({ type: Boolean }) ending = false;

  readonly #press = new SecondPress(this, () =>
    this.dispatchEvent(new CustomEvent('cn-end', { bubbles: true, composed: true })),
  );

  override render() {
    const { isArmed: armed, press, key, forget } = this.#press;
    const label = this.ending
      ? msg('Ending …')
      : armed
        ? msg('Press again to end it')
        : msg('End session');
    return html`<button
        class="button ${armed ? 'armed' : ''}"
        type="button"
        aria-describedby="meaning"
        aria-disabled=${String(this.ending)}
        @click=${() => this.ending || press()}
        @blur=${forget}
        @keydown=${key}
      >
        ${label}
      </button>
      <p class="caption" id="meaning">
        ${msg('Ends it now and stores it with the hits that it has. This cannot be undone; a further hit of this visitor begins a new session.')}
      </p>
      <span class="only-read" role="status">${armed ? msg('Press again to end the session.') : ''}</span>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-end-session': EndSession;
  }
}
