/** The list of keys, and the switch for those of one letter. Fires `cn-close`. */
import { msg } from '@lit/localize';
import '@awesome.me/webawesome/dist/components/switch/switch.js';
import { html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { letterKeysOn, switchLetterKeys } from '../controllers/typing.ts';
import { controlStyles } from '../styles/controls.ts';
import { paletteStyles } from '../styles/palette.ts';
import { textStyles } from '../styles/text.ts';
import type { NavPlace } from './side-nav.ts';

const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Keys that are not about one place. */
const everywhere: [keys: string[], does: string][] = [
  [[isApple ? '⌘' : 'Ctrl', 'K'], msg('Go to a page, dataset, report or search by its name')],
  [['/'], msg('Search sessions')],
  [['?'], msg('This list')],
  [['Tab'], msg('The next link or field; the first one skips the navigation')],
  [[isApple ? '⌘' : 'Ctrl', 'Z'], msg('Bring back what was just deleted')],
  [['Esc'], msg('Close what lies over the page')],
];

@customElement('cn-key-sheet')
export class KeySheet extends LitElement {
  static override styles = [textStyles, controlStyles, paletteStyles];

  /** What there is to go to. */
  @property({ attribute: false }) places: readonly NavPlace[] = [];

  protected override firstUpdated(): void {
    this.renderRoot.querySelector('dialog')?.showModal();
  }

  override render() {
    const going = this.places.filter(({ letter }) => letter !== undefined);
    return html`<dialog
      class="sheet"
      aria-labelledby="keys"
      @close=${() => this.dispatchEvent(new CustomEvent('cn-close'))}
      @click=${this.#closeOutside}
    >
      <div class="head">
        <h2 id="keys">${msg('Keys')}</h2>
        <button class="button plain icon" type="button" aria-label=${msg('Close')} @click=${this.#close}>
          <wa-icon name="close"></wa-icon>
        </button>
      </div>
      <dl>
        ${everywhere.map(([keys, does]) => row(keys, does))}
      </dl>
      <h3>${msg('Go to')}</h3>
      <dl class="two">
        ${going.map(({ letter = '', label }) => row(['g', letter], label))}
      </dl>
      <p>
        <wa-switch
          size="s"
          ?checked=${letterKeysOn()}
          @change=${(event: Event) =>
            switchLetterKeys((event.target as HTMLElement & { checked: boolean }).checked)}
          >${msg('Keys of one letter are commands')}</wa-switch
        >
      </p>
      <p class="caption">${msg('While you type in a field they are what you type.')}</p>
    </dialog>`;
  }

  #close() {
    this.renderRoot.querySelector('dialog')?.close();
  }

  #closeOutside(event: Event) {
    if (event.target instanceof HTMLDialogElement) event.target.close();
  }
}

const row = (keys: readonly string[], does: string) => html`<div>
  <dt>${keys.map((one) => html`<kbd>${one}</kbd> `)}</dt>
  <dd>${does}</dd>
</div>`;

declare global {
  interface HTMLElementTagNameMap {
    'cn-key-sheet': KeySheet;
  }
}
