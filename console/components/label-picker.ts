/** Which labels stand beside all: a menu of check boxes, at most eight at a time. Fires `cn-labels` with the names. */
import { msg } from '@lit/localize';
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { DefinitionChoice } from '../api/reports.ts';
import { controlStyles } from '../styles/controls.ts';
import { textStyles } from '../styles/text.ts';
import { labelStyles, labelToken } from './label-name.ts';

const labelsMax = 8;

@customElement('cn-label-picker')
export class LabelPicker extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    labelStyles,
    css`
      :host {
        position: relative;
        display: block;
      }
      .menu {
        position: fixed;
        inset: auto;
        max-width: calc(100vw - 2rem);
        max-height: 60vh;
        margin: 0;
        padding: var(--space-2) var(--space-3);
        overflow: auto;
        border: 1px solid var(--line-strong);
        border-radius: var(--radius);
        background: var(--ground-high);
        color: var(--ink);
      }
      .menu label {
        display: flex;
        align-items: center;
        gap: var(--space-2);
        min-height: 1.75rem;
        font-size: var(--text-dense);
      }
      wa-icon {
        color: var(--ink-quiet);
        font-size: var(--text-caption);
      }
    `,
  ];

  @property({ attribute: false }) labels: readonly DefinitionChoice[] = [];
  /** The names of those that stand beside all. */
  @property({ attribute: false }) chosen: readonly string[] = [];

  override render() {
    const isFull = this.chosen.length >= labelsMax;
    const count = this.chosen.length === 0 ? '' : ` (${this.chosen.length})`;
    return html`<button
        class="button"
        type="button"
        popovertarget="menu"
        @click=${this.#place}
      >
        ${msg('Labels')}${count}<wa-icon name="chevron-down"></wa-icon>
      </button>
      <fieldset id="menu" class="menu" popover>
        <legend class="only-read">${msg('Labels beside all')}</legend>
        ${this.labels.map(({ name, colour = 1 }) => {
          const isChosen = this.chosen.includes(name);
          return html`<label>
            <input
              type="checkbox"
              .checked=${isChosen}
              ?disabled=${isFull && !isChosen}
              @change=${() => this.#toggle(name)}
            />
            <span><span class="patch" style="background: ${labelToken(colour)}"></span><bdi>${name}</bdi></span>
          </label>`;
        })}
        ${isFull ? html`<p class="caption">${msg('Eight labels are the most that stand beside all.')}</p>` : nothing}
      </fieldset>`;
  }

  /** Below its button, and inside the window. */
  #place() {
    const button = this.renderRoot.querySelector('button');
    const menu = this.renderRoot.querySelector<HTMLElement>('.menu');
    if (button === null || menu === null) return;
    const { left, right, bottom } = button.getBoundingClientRect();
    if (document.dir === 'rtl') {
      menu.style.left = 'auto';
      menu.style.right = `${document.documentElement.clientWidth - right}px`;
    } else menu.style.left = `${left}px`;
    menu.style.top = `${bottom + 4}px`;
  }

  #toggle(name: string) {
    const detail = this.chosen.includes(name)
      ? this.chosen.filter((one) => one !== name)
      : [...this.chosen, name];
    this.dispatchEvent(new CustomEvent('cn-labels', { detail }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-label-picker': LabelPicker;
  }
}
