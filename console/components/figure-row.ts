/** The row of figures on top of a report: label, value, and the change since the previous period in arrow and words. */
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type Figure, layoutOf, numberAt } from '../../core/contract/answer-layout.ts';
import type { Answer } from '../../core/contract/query.ts';
import { skeletonStyles } from '../styles/skeleton.ts';
import { textStyles } from '../styles/text.ts';
import { type Change, changeOf } from './change.ts';
import { labelName, labelStyles } from './label-name.ts';
import { formatMetric } from './number-format.ts';
import { openButton, openStyles } from './open-figure.ts';
import './term.ts';

const placeholders = [0, 1, 2, 3, 4, 5];

@customElement('cn-figure-row')
export class FigureRow extends LitElement {
  static override styles = [
    textStyles,
    skeletonStyles,
    labelStyles,
    openStyles,
    css`
      :host {
        display: block;
        container-type: inline-size;
      }
      dl {
        display: grid;
        grid-template-columns: repeat(6, minmax(0, 1fr));
        margin: 0;
        border-block: 1px solid var(--line);
      }
      dl > div {
        min-width: 0;
        padding: var(--space-3) var(--space-4);
        border-inline-start: 1px solid var(--line);
      }
      dl > div:first-child {
        padding-inline-start: 0;
        border-inline-start: 0;
      }
      dt {
        color: var(--ink-quiet);
        font-size: var(--text-caption);
        font-weight: 500;
        line-height: 1rem;
      }
      dd {
        margin: 0;
      }
      .value {
        margin-top: var(--space-1);
        font-size: var(--text-figure);
        font-weight: 580;
        letter-spacing: -0.022em;
        line-height: 2rem;
        white-space: nowrap;
      }
      .change {
        display: flex;
        align-items: center;
        min-height: 1.25rem;
        color: var(--ink-quiet);
        font-size: var(--text-caption);
        font-weight: 550;
        line-height: 1.25rem;
        white-space: nowrap;
      }
      .change wa-icon {
        margin-inline-start: -0.25rem;
        font-size: 1rem;
      }
      .label {
        font-size: var(--text-caption);
        line-height: 1.25rem;
      }
      .label b {
        font-weight: 600;
      }
      .better {
        color: var(--better);
      }
      .worse {
        color: var(--worse);
      }
      .bone.value {
        width: 60%;
        height: 1.5rem;
        margin: 0.5rem 0;
      }
      .bone.change {
        width: 35%;
        min-height: 0;
        margin: 0.25rem 0;
      }
      @container (max-width: 52rem) {
        dl {
          grid-template-columns: repeat(3, minmax(0, 1fr));
        }
        dl > div:nth-child(3n + 1) {
          padding-inline-start: 0;
          border-inline-start: 0;
        }
        dl > div:nth-child(n + 4) {
          border-top: 1px solid var(--line);
        }
      }
      @container (max-width: 26rem) {
        dl {
          grid-template-columns: repeat(2, minmax(0, 1fr));
        }
        dl > div:nth-child(n) {
          padding-inline: var(--space-3);
          border-inline-start: 1px solid var(--line);
        }
        dl > div:nth-child(odd) {
          padding-inline-start: 0;
          border-inline-start: 0;
        }
        dl > div:nth-child(n + 3) {
          border-top: 1px solid var(--line);
        }
      }
    `,
  ];

  /** One row of metrics; without it the places are held. */
  @property({ attribute: false }) answer: Answer | undefined;
  /** Whether figures open their sessions: each press is a `cn-open` event. */
  @property({ type: Boolean }) opens = false;

  override render() {
    const { answer } = this;
    if (answer === undefined) {
      return html`<dl aria-hidden="true">
        ${placeholders.map(
          () => html`<div>
            <dt><span class="bone" style="width: 5rem"></span></dt>
            <dd><span class="bone value"></span><span class="bone change"></span></dd>
          </div>`,
        )}
      </dl>`;
    }
    return html`<dl>
      ${layoutOf(answer).figures.map((figure) => this.#figure(figure, answer))}
    </dl>`;
  }

  #shown(text: string, metric: string, label?: string) {
    return this.opens ? openButton(text, { values: [], metric, label }, true) : text;
  }

  #figure({ column, places: [all, ...labels] }: Figure, answer: Answer) {
    const row = answer.rows[0];
    const value = numberAt(row, all?.index ?? -1);
    const change =
      all?.before === undefined ? undefined : changeOf(value, numberAt(row, all.before), column);
    return html`<div>
      <dt><cn-term label=${column.label} definition=${column.definition}></cn-term></dt>
      <dd class="value">${this.#shown(formatMetric(value, column.unit), column.name)}</dd>
      ${change === undefined ? nothing : renderChange(change)}
      ${labels.map(
        ({ of = '', index }) =>
          html`<dd class="label">
            ${labelName(answer, of)}
            <b>${this.#shown(formatMetric(numberAt(row, index), column.unit), column.name, of)}</b>
          </dd>`,
      )}
    </div>`;
  }
}

function renderChange(change: Change) {
  const icon = change.direction === 'up' ? 'arrow-up' : 'arrow-down';
  const hasArrow = change.direction === 'up' || change.direction === 'down';
  return html`<dd class="change ${change.verdict}" title=${change.description}>
    ${hasArrow ? html`<wa-icon name=${icon}></wa-icon>` : nothing}
    <span aria-hidden="true">${change.text}</span>
    <span class="only-read">${change.description}</span>
  </dd>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-figure-row': FigureRow;
  }
}
