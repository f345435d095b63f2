/** A text to copy: a snippet, a command line. It wraps, so that nothing of it is hidden. */
import { msg, str } from '@lit/localize';
import '@awesome.me/webawesome/dist/components/copy-button/copy-button.js';
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { textStyles } from '../styles/text.ts';

@customElement('cn-code-block')
export class CodeBlock extends LitElement {
  static override styles = [
    textStyles,
    css`
      :host {
        display: flex;
        align-items: flex-start;
        gap: var(--space-2);
        padding: var(--space-2) var(--space-2) var(--space-2) var(--space-3);
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--code-ground);
      }
      pre {
        text-align: left;
        flex: 1;
        min-width: 0;
        margin: 0;
        padding: 0.1875rem 0;
        font-family: var(--font-mono);
        font-size: var(--text-caption);
        line-height: 1.25rem;
        overflow-wrap: anywhere;
        white-space: pre-wrap;
      }
      wa-copy-button {
        flex: none;
        color: var(--ink-quiet);
        font-size: var(--text-dense);
      }
    `,
  ];

  @property() text = '';
  /** What is copied, for the button's name: "Copy the snippet". */
  @property() copies = msg('this text');

  override render() {
    return html`<pre>${this.text}</pre>
      <wa-copy-button
        .value=${this.text}
        copy-label=${msg(str`Copy ${this.copies}`)}
        success-label=${msg('Copied')}
        error-label=${msg('Could not be copied')}
      ></wa-copy-button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-code-block': CodeBlock;
  }
}
