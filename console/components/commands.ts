/**
 * The keys of the whole console: Ctrl+K (or Cmd+K) for everything there is to go to, `?` for the list of keys, `/` to
 * search, `g` and a letter to go. What they open is loaded when it is first asked for.
 */
import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { navigate } from '../controllers/location.ts';
import { isTyping, letterKeysOn } from '../controllers/typing.ts';
import type { NavDataset, NavGroup, NavPlace } from './side-nav.ts';

/** How long a `g` waits for its letter. */
const letterMsMax = 1_500;
const fieldMsMax = 3_000;

@customElement('cn-commands')
export class Commands extends LitElement {
  @property({ attribute: false }) groups: readonly NavGroup[] = [];
  @property({ attribute: false }) datasets: readonly NavDataset[] = [];
  /** The slug of the dataset whose reports and searches are offered. */
  @property() openSlug = '';

  @state() private opened: 'palette' | 'keys' | undefined;
  #goingSince = Number.NEGATIVE_INFINITY;

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('keydown', this.#press);
    window.addEventListener('cn-open-palette', this.#openPalette);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('keydown', this.#press);
    window.removeEventListener('cn-open-palette', this.#openPalette);
  }

  readonly #openPalette = () => void this.#open('palette');

  readonly #press = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.repeat) return;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      void this.#open('palette');
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    // What is over the page has the keys for itself.
    if (this.opened !== undefined || !letterKeysOn() || hasDialog(document)) return;
    if (this.#takeLetter(event.key)) event.preventDefault();
  };

  /** @returns whether the key was a command */
  #takeLetter(key: string): boolean {
    const isGoing = performance.now() - this.#goingSince < letterMsMax;
    this.#goingSince = Number.NEGATIVE_INFINITY;
    if (isGoing) {
      const place = this.#places().find(({ letter }) => letter === key);
      if (place) navigate(place.href);
      return place !== undefined;
    }
    if (key === 'g') this.#goingSince = performance.now();
    else if (key === '?') void this.#open('keys');
    else if (key === '/') return this.#search();
    else return false;
    return true;
  }

  #places(): NavPlace[] {
    return this.groups.flatMap(({ places }) => places);
  }

  #search(): boolean {
    const place = this.#places().find(({ id }) => id === 'search');
    if (place === undefined) return false;
    if (location.pathname !== place.href) navigate(place.href);
    focusSearch(performance.now() + fieldMsMax);
    return true;
  }

  async #open(what: 'palette' | 'keys'): Promise<void> {
    await (what === 'palette' ? import('./palette.ts') : import('./key-sheet.ts'));
    this.opened = what;
  }

  readonly #close = () => {
    this.opened = undefined;
  };

  override render() {
    if (this.opened === 'palette')
      return html`<cn-palette
        .groups=${this.groups}
        .datasets=${this.datasets}
        openSlug=${this.openSlug}
        @cn-close=${this.#close}
        @cn-open-keys=${() => void this.#open('keys')}
      ></cn-palette>`;
    if (this.opened === 'keys')
      return html`<cn-key-sheet .places=${this.#places()} @cn-close=${this.#close}></cn-key-sheet>`;
    return nothing;
  }
}

/** Every element below a root, those in shadow roots too. */
function* elementsBelow(root: Document | ShadowRoot): Generator<Element> {
  for (const element of root.querySelectorAll('*')) {
    yield element;
    if (element.shadowRoot) yield* elementsBelow(element.shadowRoot);
  }
}

function hasDialog(root: Document): boolean {
  for (const element of elementsBelow(root))
    if (element instanceof HTMLDialogElement && element.open) return true;
  return false;
}

/** The page may still be on its way: its field is waited for. */
function focusSearch(until: number): void {
  for (const element of elementsBelow(document)) {
    if (element.localName !== 'cn-condition-box') continue;
    const field = element.shadowRoot?.querySelector<HTMLElement>('textarea, input');
    if (field && location.pathname.endsWith('/search')) {
      field.focus();
      return;
    }
  }
  if (performance.now() < until) requestAnimationFrame(() => focusSearch(until));
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-commands': Commands;
  }
}
