/**
 * What was just taken away, with the way back: at the foot of every page, until it is closed, used or followed by the
 * next. A page offers it by `offerUndo`; Ctrl+Z outside of a field takes it, too.
 */
import { msg } from '@lit/localize';
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { type ApiError, asApiError } from '../api/client.ts';
import { isTyping } from '../controllers/typing.ts';
import { controlStyles } from '../styles/controls.ts';
import { textStyles } from '../styles/text.ts';

export interface Undo {
  /** What happened, as a sentence. */
  said: string;
  /** Brings it back, and shows it in the page if that is still open. @throws ApiError */
  undo: () => Promise<unknown>;
}

/** Tells the frame that something was taken away and can be brought back. */
export function offerUndo(detail: Undo): void {
  window.dispatchEvent(new CustomEvent<Undo>('cn-undo', { detail }));
}

@customElement('cn-undo-note')
export class UndoNote extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    css`
      .note {
        position: fixed;
        z-index: 40;
        inset-block-end: var(--space-4);
        inset-inline: 0;
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2) var(--space-3);
        width: fit-content;
        max-width: min(36rem, calc(100vw - 2 * var(--space-4)));
        margin-inline: auto;
        padding: var(--space-2) var(--space-2) var(--space-2) var(--space-4);
        border: 1px solid var(--line-strong);
        border-radius: var(--radius);
        background: var(--ground-high);
        box-shadow: 0 0.25rem 1rem rgb(0 0 0 / 18%);
        font-size: var(--text-dense);
        overflow-wrap: anywhere;
      }
    `,
  ];

  @state() private offered: Undo | undefined;
  @state() private failed: ApiError | undefined;
  @state() private isUndoing = false;
  /** What became of the last undo. */
  @state() private said = '';

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('cn-undo', this.#offer);
    window.addEventListener('keydown', this.#key);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('cn-undo', this.#offer);
    window.removeEventListener('keydown', this.#key);
  }

  override render() {
    const { offered } = this;
    // The region is there before its text, so that the text is read out.
    return html`<div role="status">
      ${
        offered === undefined
          ? html`<span class="only-read">${this.said}</span>`
          : html`<div class="note">
              <span><bdi>${offered.said}</bdi>${this.failed === undefined ? nothing : html` <b>${this.failed.title}</b> ${this.failed.message}`}</span>
              <button class="button undo" type="button" ?disabled=${this.isUndoing} @click=${this.#undo}>${msg('Undo')}</button>
              <button class="button plain icon" type="button" aria-label=${msg('Close')} @click=${this.#close}>
                <wa-icon name="close"></wa-icon>
              </button>
            </div>`
      }
    </div>`;
  }

  readonly #offer = async (event: Event) => {
    this.failed = undefined;
    this.offered = (event as CustomEvent<Undo>).detail;
    await this.updateComplete;
    // The button that was pressed goes with its row: whoever works by keyboard goes on here.
    this.renderRoot.querySelector<HTMLElement>('.undo')?.focus({ preventScroll: true });
  };

  readonly #key = (event: KeyboardEvent) => {
    const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key === 'z';
    if (!isUndo || this.offered === undefined || isTyping(event)) return;
    event.preventDefault();
    void this.#undo();
  };

  readonly #close = () => {
    this.offered = undefined;
    this.said = '';
  };

  readonly #undo = async () => {
    const { offered } = this;
    if (offered === undefined || this.isUndoing) return;
    this.isUndoing = true;
    try {
      await offered.undo();
      // What was offered meanwhile is another matter.
      if (this.offered === offered) this.offered = undefined;
      this.said = msg('It is back.');
    } catch (error) {
      this.failed = asApiError(error);
    } finally {
      this.isUndoing = false;
    }
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-undo-note': UndoNote;
  }
}
