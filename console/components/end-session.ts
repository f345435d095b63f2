/**
 * Ends a session by hand: says what that means, and does it at the second press. A double click is one press, and
 * the first one is forgotten after a while, by Escape, and when the focus goes elsewhere. Fires `cn-end`.
 */
import { msg } from '@lit/localize';
import { css, html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { controlStyles } from '../styles/controls.ts';
import { textStyles } from '../styles/text.ts';

const doubleClickMs = 400;
const forgottenAfterMs = 8_000;

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
  @state() private armedAt: number | undefined;
  #forget: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#disarm();
  }

  override render() {
    const armed = this.armedAt !== undefined;
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
        @click=${this.#press}
        @blur=${this.#disarm}
        @keydown=${this.#key}
      >
        ${label}
      </button>
      <p class="caption" id="meaning">
        ${msg('Ends it now and stores it with the hits that it has. This cannot be undone; a further hit of this visitor begins a new session.')}
      </p>
      <span class="only-read" role="status">${armed ? msg('Press again to end the session.') : ''}</span>`;
  }

  #press() {
    if (this.ending) return;
    const now = performance.now();
    if (this.armedAt === undefined) {
      this.armedAt = now;
      this.#forget = setTimeout(() => this.#disarm(), forgottenAfterMs);
    } else if (now - this.armedAt > doubleClickMs) {
      this.#disarm();
      this.dispatchEvent(new CustomEvent('cn-end', { bubbles: true, composed: true }));
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
    'cn-end-session': EndSession;
  }
}
