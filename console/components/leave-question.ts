/**
 * Asks before what somebody has typed is lost with its page: at a link, at back and forward, at a key or command that
 * leads elsewhere; and with its dialog, which says so by `askToLeave`. Closing and loading anew are the browser's own
 * question.
 */
import { msg } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { navigate } from '../controllers/location.ts';
import { forgetUnsaved, isUnsaved } from '../controllers/unsaved-input.ts';
import { controlStyles } from '../styles/controls.ts';
import { paletteStyles } from '../styles/palette.ts';
import { textStyles } from '../styles/text.ts';

const asksToLeave = 'cn-ask-to-leave';

/** Leaves what stands inside an element, once its loss is agreed to where there is any. */
export function askToLeave(from: Element, leave: () => void): void {
  const detail = leave;
  from.dispatchEvent(new CustomEvent(asksToLeave, { detail, bubbles: true, composed: true }));
}

@customElement('cn-leave-question')
export class LeaveQuestion extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    paletteStyles,
    css`
      dialog {
        width: min(28rem, calc(100vw - 2rem));
        padding: var(--space-4);
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
        margin-top: var(--space-4);
      }
    `,
  ];

  /** Goes where somebody wants to go; undefined while nothing is asked. */
  @state() private leave: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('click', this.#click, { capture: true });
    window.addEventListener(asksToLeave, this.#asked);
    navigation()?.addEventListener('navigate', this.#navigate);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('click', this.#click, { capture: true });
    window.removeEventListener(asksToLeave, this.#asked);
    navigation()?.removeEventListener('navigate', this.#navigate);
  }

  /** Goes on at once where nothing would be lost, and else when that was agreed to. */
  ask(leave: () => void): void {
    if (isUnsaved()) this.leave = leave;
    else leave();
  }

  protected override updated(): void {
    const dialog = this.renderRoot.querySelector('dialog');
    if (dialog?.open === false) dialog.showModal();
  }

  override render() {
    if (this.leave === undefined) return nothing;
    return html`<dialog
      role="alertdialog"
      aria-labelledby="heading"
      aria-describedby="about"
      @close=${this.#closed}
    >
      <h2 id="heading">${msg('Leave without saving?')}</h2>
      <p id="about">${msg('What you have typed on this page is not saved. It is lost when you leave.')}</p>
      <div class="actions">
        <button class="button first" type="button" autofocus @click=${this.#stay}>${msg('Stay here')}</button>
        <button class="button" type="button" @click=${this.#agree}>${msg('Leave without saving')}</button>
      </div>
    </dialog>`;
  }

  readonly #asked = (event: Event) => this.ask((event as CustomEvent<() => void>).detail);

  readonly #stay = () => this.renderRoot.querySelector('dialog')?.close();

  readonly #agree = () => {
    const { leave } = this;
    forgetUnsaved();
    this.#stay();
    leave?.();
  };

  readonly #closed = () => {
    this.leave = undefined;
  };

  /** A link is held before the router takes it: that would show the other page under the old address. */
  readonly #click = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const link = event.composedPath().find((part) => part instanceof HTMLAnchorElement);
    if (link === undefined || !leadsElsewhere(link) || !isUnsaved()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.ask(() => link.click());
  };

  /** Everything that is no link. */
  readonly #navigate = (event: NavigateEvent) => {
    const { destination, navigationType } = event;
    if (!event.cancelable || !destination.sameDocument || event.hashChange) return;
    if (!isElsewhere(new URL(destination.url)) || !isUnsaved()) return;
    event.preventDefault();
    this.ask(() => {
      if (navigationType === 'traverse') navigation()?.traverseTo(destination.key);
      else navigate(destination.url, navigationType === 'replace' ? 'replace' : 'push');
    });
  };
}

/** A browser without it asks at links, and at closing and loading anew. */
const navigation = () => ('navigation' in window ? window.navigation : undefined);

const isElsewhere = ({ pathname, search }: { pathname: string; search: string }) =>
  pathname !== location.pathname || search !== location.search;

/** True for a link to another page of the console, in this window. */
const leadsElsewhere = (link: HTMLAnchorElement) =>
  link.href !== '' &&
  link.target === '' &&
  !link.hasAttribute('download') &&
  link.rel !== 'external' &&
  link.origin === location.origin &&
  isElsewhere(link);

declare global {
  interface HTMLElementTagNameMap {
    'cn-leave-question': LeaveQuestion;
  }
}
