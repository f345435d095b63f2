/** What differs between two sets of events, field by field: what was, struck out, and what is. */
import { msg } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { SetDiff } from '../../core/contract/event-life.ts';
import { textStyles } from '../styles/text.ts';

const changeTexts = {
  added: msg('new'),
  removed: msg('gone'),
  changed: msg('changed'),
  moved: msg('moved'),
};

@customElement('cn-set-diff')
export class SetDiffView extends LitElement {
  static override styles = [
    textStyles,
    css`
      :host {
        display: block;
        font-size: var(--text-dense);
      }
      ul {
        margin: var(--space-1) 0;
        padding-inline-start: var(--space-4);
      }
      dl {
        margin: var(--space-1) 0;
      }
      dt {
        color: var(--ink-quiet);
      }
      dd {
        margin: 0 0 var(--space-1);
        font-family: var(--font-mono);
        font-size: var(--text-caption);
        overflow-wrap: anywhere;
      }
      del {
        background: var(--worse-ground);
      }
      ins {
        background: var(--better-ground);
        text-decoration: none;
      }
    `,
  ];

  @property({ attribute: false }) diff: SetDiff | undefined;

  override render() {
    const { diff } = this;
    if (diff === undefined) return nothing;
    if (diff.changes.length === 0) return html`<p class="caption">${msg('Nothing differs.')}</p>`;
    return html`<ul>
      ${diff.changes.map(
        ({ kind, name, change, fields }) => html`<li>
          <b>${name}</b> <span class="quiet">(${kind}) ${changeTexts[change]}</span>
          ${
            change === 'changed'
              ? html`<dl>
                  ${fields.map(
                    ({ field, before, after }) => html`<dt>${field}</dt>
                      <dd>
                        ${before === undefined ? nothing : html`<del>${textOf(before)}</del> `}${after === undefined ? nothing : html`<ins>${textOf(after)}</ins>`}
                      </dd>`,
                  )}
                </dl>`
              : nothing
          }
        </li>`,
      )}
    </ul>`;
  }
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

declare global {
  interface HTMLElementTagNameMap {
    'cn-set-diff': SetDiffView;
  }
}
