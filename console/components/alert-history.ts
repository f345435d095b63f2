/** What the alerts of a dataset did, and what was done with them, newest first. */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { AlertEntry } from '../../core/contract/alert.ts';
import type { Dataset } from '../../core/contract/dataset.ts';
import { sessionPath } from '../routes.ts';
import { tableStyles } from '../styles/tables.ts';
import { textStyles } from '../styles/text.ts';
import { closingWords } from './alert-words.ts';
import { formatInstantShort } from './time-format.ts';

const changeTexts: Record<AlertEntry['change'], string> = {
  fired: msg('Fired'),
  recovered: msg('Recovered'),
  closed: msg('Closed'),
};

@customElement('cn-alert-history')
export class AlertHistory extends LitElement {
  static override styles = [
    textStyles,
    tableStyles,
    css`
      td {
        overflow-wrap: anywhere;
      }
      td .caption {
        display: block;
      }
      .narrow {
        width: 1%;
        white-space: nowrap;
      }
      .fired {
        color: var(--worse);
        font-weight: 550;
      }
    `,
  ];

  @property({ attribute: false }) open: Dataset | undefined;
  @property({ attribute: false }) entries: readonly AlertEntry[] = [];

  override render() {
    const { open, entries } = this;
    if (open === undefined) return nothing;
    const { slug, timeZone } = open;
    return html`<table class="history">
      <caption class="caption">${msg(str`Newest first, times in ${timeZone}.`)}</caption>
      <thead>
        <tr><th scope="col" class="narrow">${msg('When')}</th><th scope="col">${msg('What')}</th><th scope="col">${msg('Sessions')}</th></tr>
      </thead>
      <tbody>
        ${entries.map(
          ({ at, rule, change, says, sessions, closing }) => html`<tr>
            <td class="narrow">${formatInstantShort(at, timeZone)}</td>
            <td><span class=${change}>${changeTexts[change]}</span> <bdi>${rule}</bdi><span class="caption"><bdi>${closing ? closingWords(closing) : says}</bdi></span></td>
            <td>${sessions.map((id) => html`<a href=${sessionPath(slug, id)} title=${msg(str`Session ${id}`)}><code>${id.slice(0, 6)}</code></a> `)}</td>
          </tr>`,
        )}
      </tbody>
    </table>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-alert-history': AlertHistory;
  }
}
