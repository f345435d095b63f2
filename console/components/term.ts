/**
 * A word with its definition: a dotted underline, and the definition on hover, on focus and for screen readers.
 * Not Web Awesome's tooltip: that one renames the button to the definition, and the word would not be read out.
 */
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { textStyles } from '../styles/text.ts';

const gapPx = 6;
const marginPx = 8;

@customElement('cn-term')
export class Term extends LitElement {
  static override styles = [
    textStyles,
    css`
      :host {
        display: inline;
      }
      button {
        all: unset;
        font: inherit;
        color: inherit;
        cursor: help;
        display: inline-block;
        /* A finger finds it, and the line stays as high as its words. */
        min-width: 1.5rem;
        margin: -4px 0;
        padding: 4px 0;
        text-align: inherit;
        text-decoration: underline dotted;
        text-decoration-color: color-mix(in oklab, currentColor 55%, transparent);
        text-underline-offset: 0.25em;
      }
      button:focus-visible {
        outline: 2px solid var(--focus);
        outline-offset: 2px;
      }
      [popover] {
        position: fixed;
        inset: auto;
        width: max-content;
        max-width: min(18rem, calc(100vw - 1rem));
        margin: 0;
        padding: var(--space-2) var(--space-3);
        border: 0;
        border-radius: var(--radius);
        background: var(--ink);
        color: var(--ground);
        font-size: var(--text-caption);
        font-weight: 450;
        line-height: 1.125rem;
        text-align: start;
        white-space: normal;
        pointer-events: none;
      }
    `,
  ];

  @property() label = '';
  @property() definition = '';

  override render() {
    return html`<button
        type="button"
        aria-describedby="definition"
        @pointerenter=${this.#show}
        @pointerleave=${this.#hide}
        @focus=${this.#show}
        @blur=${this.#hide}
        @keydown=${this.#key}
      >
        ${this.label}</button
      ><span id="definition" role="tooltip" popover="manual">${this.definition}</span>`;
  }

  /** Shows the definition above the word, or below it where there is no room, always inside the window. */
  #show() {
    const word = this.renderRoot.querySelector('button');
    const note = this.#note();
    if (word === null || note === null || note.matches(':popover-open')) return;
    // Measured at the corner, where nothing narrows it.
    note.style.left = '0';
    note.style.top = '0';
    note.showPopover();
    const at = word.getBoundingClientRect();
    const { width, height } = note.getBoundingClientRect();
    const rightmost = document.documentElement.clientWidth - width - marginPx;
    const above = at.top - height - gapPx;
    note.style.left = `${Math.max(marginPx, Math.min(at.left, rightmost))}px`;
    note.style.top = `${above < marginPx ? at.bottom + gapPx : above}px`;
  }

  #hide() {
    const note = this.#note();
    if (note?.matches(':popover-open')) note.hidePopover();
  }

  #key(event: KeyboardEvent) {
    if (event.key === 'Escape') this.#hide();
  }

  #note() {
    return this.renderRoot.querySelector<HTMLElement>('[popover]');
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-term': Term;
  }
}
