/** How full something is: a thin bar against its limit, with the marks at which something happens. */
import { msg } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { textStyles } from '../styles/text.ts';
import { formatShare } from './number-format.ts';

const percent = (share: number) => `${(Math.min(1, Math.max(0, share)) * 100).toFixed(2)}%`;

@customElement('cn-meter-bar')
export class MeterBar extends LitElement {
  static override styles = [
    textStyles,
    css`
      :host {
        display: block;
        margin-top: var(--space-3);
        font-size: var(--text-dense);
        line-height: var(--line-dense);
      }
      .line {
        display: flex;
        justify-content: space-between;
        gap: var(--space-4);
      }
      .bar {
        position: relative;
        height: 0.5rem;
        margin: 2px 0;
        background: var(--line);
      }
      .fill {
        position: absolute;
        inset-block: 0 0;
        inset-inline: 0 auto;
        background: var(--accent);
      }
      .fill.over {
        background: var(--worse);
      }
      .mark {
        position: absolute;
        top: -3px;
        bottom: -3px;
        width: 2px;
        margin-inline-start: -1px;
        background: var(--ink);
        box-shadow: 0 0 0 1px var(--ground);
      }
      .scale {
        position: relative;
        height: 1rem;
      }
      .scale span {
        position: absolute;
        translate: -50%;
        white-space: nowrap;
      }
      .scale span:dir(rtl) {
        translate: 50%;
      }
    `,
  ];

  @property() label = '';
  /** The value with its limit in words, such as "812 of 250,000". */
  @property() text = '';
  /** How much of the limit it is: 1 is all. */
  @property({ type: Number }) share = 0;
  /** Shares at which something happens; above the largest of them the bar warns. */
  @property({ attribute: false }) marks: readonly number[] = [];

  /** True to leave out the figures below the marks. */
  @property({ type: Boolean }) plain = false;

  override render() {
    const over = this.marks.length > 0 && this.share > Math.max(...this.marks);
    const words = `${this.text}, ${formatShare(this.share)}${over ? msg(', above the mark') : ''}`;
    return html`<div class="line">
        <span>${this.label}</span>
        <span class="figures" aria-hidden="true">${this.text}</span>
      </div>
      <div
        class="bar"
        role="meter"
        aria-label=${this.label}
        aria-valuemin="0"
        aria-valuemax="100"
        aria-valuenow=${Math.round(Math.min(1, this.share) * 100)}
        aria-valuetext=${words}
      >
        <div class="fill ${over ? 'over' : ''}" style="width: ${percent(this.share)}"></div>
        ${this.marks.map((mark) => html`<div class="mark" style="inset-inline-start: ${percent(mark)}"></div>`)}
      </div>
      ${this.plain ? nothing : this.#scale()}`;
  }

  #scale() {
    return html`<div class="scale caption figures" aria-hidden="true">
      ${this.marks.map(
        (mark) =>
          html`<span style="inset-inline-start: ${percent(mark)}">${formatShare(mark, undefined, 0)}</span>`,
      )}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-meter-bar': MeterBar;
  }
}
