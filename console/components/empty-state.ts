/** A page without anything to show yet: what it will show, and the one thing to do now. */
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { textStyles } from '../styles/text.ts';

@customElement('cn-empty-state')
export class EmptyState extends LitElement {
  static override styles = [
    textStyles,
    css`
      :host {
        display: block;
        max-width: 40rem;
        padding: var(--space-8) 0;
      }
      p {
        max-width: 34rem;
        margin: var(--space-1) 0 var(--space-4);
        color: var(--ink-quiet);
      }
    `,
  ];

  @property() heading = '';
  @property() text = '';
  /** True where this is the whole page, so that its heading is the page's. */
  @property({ type: Boolean }) alone = false;

  override render() {
    return html`${this.alone ? html`<h1>${this.heading}</h1>` : html`<h2>${this.heading}</h2>`}
      <p>${this.text}</p>
      <slot></slot>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-empty-state': EmptyState;
  }
}
