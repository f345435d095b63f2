/** What is wrong at present, one alarm a note: what it is, in particular, what to do, and where more is written. */
import { msg } from '@lit/localize';
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Alarm } from '../../core/contract/status.ts';
import { textStyles } from '../styles/text.ts';
import { alarmText } from './health-words.ts';

@customElement('cn-alarm-list')
export class AlarmList extends LitElement {
  static override styles = [
    textStyles,
    css`
      :host {
        display: block;
      }
      ul {
        display: grid;
        gap: var(--space-2);
        max-width: 56rem;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: flex;
        gap: var(--space-3);
        padding: var(--space-3) var(--space-4);
        border-inline-start: 3px solid var(--worse);
        background: var(--worse-ground);
        font-size: var(--text-dense);
      }
      li > div {
        min-width: 0;
      }
      wa-icon {
        flex: none;
        margin-top: 0.1875rem;
        color: var(--worse);
      }
      .detail {
        font-family: var(--font-mono);
        font-size: var(--text-caption);
        overflow-wrap: anywhere;
      }
      .none {
        display: flex;
        align-items: center;
        gap: var(--space-2);
      }
      .none wa-icon {
        margin: 0;
        color: var(--better);
      }
    `,
  ];

  @property({ attribute: false }) alarms: readonly Alarm[] = [];

  override render() {
    if (this.alarms.length === 0) {
      return html`<p class="none"><wa-icon name="check"></wa-icon>${msg('No alarm is raised.')}</p>`;
    }
    return html`<ul>
      ${this.alarms.map(({ code, detail }) => {
        const { title, todo } = alarmText(code);
        return html`<li>
          <wa-icon name="warning"></wa-icon>
          <div>
            <h3>${title}</h3>
            <p class="detail">${detail}</p>
            <p>${todo}</p>
          </div>
        </li>`;
      })}
    </ul>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-alarm-list': AlarmList;
  }
}
