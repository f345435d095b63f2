/** What a recut moves: the sessions before and after it, side by side. */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { SessionRules } from '../../core/contract/session-rules.ts';
import type { RecutSummary } from '../../core/contract/upkeep.ts';
import { tableStyles } from '../styles/tables.ts';
import { textStyles } from '../styles/text.ts';
import { formatCount, formatDuration, formatShare, formatSpan } from './number-format.ts';

const percent = (share: number) => formatShare(share);
const onOff = (on: boolean) => (on ? msg('yes') : msg('no'));

@customElement('cn-recut-figures')
export class RecutFigures extends LitElement {
  static override styles = [
    textStyles,
    tableStyles,
    css`
      table {
        max-width: 40rem;
      }
      th {
        white-space: normal;
      }
      th[scope='row'] {
        border-bottom: 1px solid var(--line);
      }
      th.number {
        text-align: end;
      }
      p {
        margin: var(--space-2) 0;
      }
    `,
  ];

  @property({ attribute: false }) summary: RecutSummary | undefined;

  override render() {
    if (this.summary === undefined) return nothing;
    const { before, after, rulesBefore, rules, unchanged, split, joined } = this.summary;
    return html`<table>
        <caption class="only-read">${msg('Sessions before and after')}</caption>
        <thead>
          <tr>
            <th scope="col"><span class="only-read">${msg('Figure')}</span></th>
            <th scope="col" class="number">${msg('As they are')}</th>
            <th scope="col" class="number">${msg('With the new rules')}</th>
          </tr>
        </thead>
        <tbody>
          ${this.#rules(rulesBefore, rules)}
          ${this.#row(msg('Sessions'), formatCount(before.sessions), formatCount(after.sessions))}
          ${this.#row(msg('Hits'), formatCount(before.hits), formatCount(after.hits))}
          ${this.#row(msg('Bounce rate'), percent(before.bounceRate), percent(after.bounceRate))}
          ${this.#row(msg('Mean duration'), formatDuration(before.durationMsMean), formatDuration(after.durationMsMean))}
        </tbody>
      </table>
      <p>
        ${msg(str`Of ${formatCount(before.sessions)} sessions ${formatCount(unchanged)} stay as they are, ${formatCount(split)} are split, and ${formatCount(joined)} are joined with others.`)}
      </p>`;
  }

  #rules(before: SessionRules, after: SessionRules) {
    return html`${this.#row(msg('Idle timeout'), formatSpan(before.idleTimeoutMs), formatSpan(after.idleTimeoutMs))}
    ${this.#row(msg('Cut at midnight'), onOff(before.cutAtMidnight), onOff(after.cutAtMidnight))}
    ${this.#row(msg('Cut at a new campaign'), onOff(before.cutOnNewCampaign), onOff(after.cutOnNewCampaign))}`;
  }

  #row(name: string, before: string, after: string) {
    return html`<tr>
      <th scope="row">${name}</th>
      <td class="number">${before}</td>
      <td class="number">${before === after ? after : html`<b>${after}</b>`}</td>
    </tr>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-recut-figures': RecutFigures;
  }
}
