/** What became of hits hour by hour, newest first, with the sum and whether it all adds up; below it the reasons. */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { HitCounts, HourCounts } from '../../core/contract/status.ts';
import { tableStyles } from '../styles/tables.ts';
import { textStyles } from '../styles/text.ts';
import { reasonText, unexplained } from './health-words.ts';
import { formatCount } from './number-format.ts';
import { formatHour } from './time-format.ts';

type Figures = HitCounts & { setAside: number };

const columns = [
  ['accepted', msg('Accepted')],
  ['duplicate', msg('Duplicate')],
  ['excluded', msg('Excluded')],
  ['bad', msg('Bad')],
] as const;
const outcomeTexts: Partial<Record<string, string>> = {
  duplicate: msg('Duplicate'),
  excluded: msg('Excluded'),
  bad: msg('Bad'),
  set_aside: msg('Set aside'),
};

@customElement('cn-hour-table')
export class HourTable extends LitElement {
  static override styles = [
    textStyles,
    tableStyles,
    css`
      :host {
        display: block;
      }
      .equation {
        margin-bottom: var(--space-3);
      }
      .scroll table {
        min-width: 34rem;
      }
      .hour {
        position: relative;
        width: 26%;
        white-space: nowrap;
      }
      .hour:first-child {
        padding-inline-start: var(--space-2);
      }
      .bar {
        position: absolute;
        inset-block: 2px 2px;
        inset-inline: 0 auto;
        background: var(--share);
        border-radius: 2px;
      }
      .text {
        position: relative;
      }
      tfoot th {
        border-bottom: 0;
        color: inherit;
        font-size: inherit;
        font-weight: 640;
      }
      tfoot td {
        border-bottom: 0;
        font-weight: 640;
      }
      .some {
        font-weight: 600;
      }
      .zero {
        color: var(--ink-quiet);
      }
      .right {
        color: var(--ink-quiet);
      }
      .equation .right {
        color: var(--better);
      }
      .wrong {
        color: var(--worse);
        font-weight: 600;
      }
      .reasons {
        max-width: 44rem;
        margin-top: var(--space-5);
      }
      .reasons td:nth-child(2) {
        overflow-wrap: anywhere;
      }
    `,
  ];

  /** Oldest first, as the server gives them. */
  @property({ attribute: false }) hours: readonly HourCounts[] = [];
  @property() timeZone = 'UTC';
  /** What the table is of, for screen readers. */
  @property() label = '';

  override render() {
    const sum = addUp(this.hours);
    const largest = Math.max(1, ...this.hours.map(({ received }) => received));
    return html`${equation(sum)}
      <div class="scroll" tabindex="0" role="region" aria-label=${this.label}>
        <table>
          <caption class="only-read">${this.label}</caption>
          <thead>
            <tr>
              <th scope="col" class="hour">${msg('Hour')}</th>
              <th scope="col" class="number">${msg('Received')}</th>
              ${columns.map(([, name]) => html`<th scope="col" class="number">${name}</th>`)}
              <th scope="col" class="number">${msg('Adds up')}</th>
              <th scope="col" class="number">${msg('Set aside')}</th>
            </tr>
          </thead>
          <tbody>
            ${[...this.hours].reverse().map((hour) => this.#hour(hour, largest))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" class="hour">${msg('All')}</th>
              ${cells(sum)}
            </tr>
          </tfoot>
        </table>
      </div>
      ${this.#reasons()}`;
  }

  #hour(hour: HourCounts, largest: number) {
    const width = ((hour.received / largest) * 100).toFixed(1);
    return html`<tr>
      <td class="hour when">
        <span class="bar" style="width: ${width}%"></span
        ><span class="text">${formatHour(hour.at, this.timeZone)}</span>
      </td>
      ${cells(hour)}
    </tr>`;
  }

  #reasons() {
    const reasons = new Map<string, { outcome: string; reason: string; count: number }>();
    for (const { outcome, reason, count } of this.hours.flatMap((hour) => hour.reasons)) {
      if (!(outcome in outcomeTexts) || count === 0) continue;
      const key = `${outcome}\n${reason}`;
      const before = reasons.get(key)?.count ?? 0;
      reasons.set(key, { outcome, reason, count: before + count });
    }
    if (reasons.size === 0) return nothing;
    const rows = [...reasons.values()].sort((a, b) => b.count - a.count);
    return html`<table class="reasons">
      <caption class="only-read">${msg('Why hits were not accepted, or were set aside')}</caption>
      <thead>
        <tr>
          <th scope="col">${msg('Outcome')}</th>
          <th scope="col">${msg('Reason')}</th>
          <th scope="col" class="number">${msg('Hits')}</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ outcome, reason, count }) => html`<tr>
            <td>${outcomeTexts[outcome]}</td>
            <td>${reasonText(reason)} ${reasonText(reason) === reason ? nothing : html`<code class="quiet">${reason}</code>`}</td>
            <td class="number">${formatCount(count)}</td>
          </tr>`,
        )}
      </tbody>
    </table>`;
  }
}

/** The sum of the counters of many hours. */
export function addUp(hours: readonly HourCounts[]): Figures {
  const sum: Figures = { received: 0, accepted: 0, duplicate: 0, excluded: 0, bad: 0, setAside: 0 };
  for (const hour of hours) {
    for (const name of Object.keys(sum) as (keyof Figures)[]) sum[name] += hour[name];
  }
  return sum;
}

function equation(sum: Figures) {
  const parts = [
    msg(str`${formatCount(sum.accepted)} accepted`),
    msg(str`${formatCount(sum.duplicate)} duplicate`),
    msg(str`${formatCount(sum.excluded)} excluded`),
    msg(str`${formatCount(sum.bad)} bad`),
  ];
  const sign = unexplained(sum) === 0 ? '=' : '≠';
  return html`<p class="equation figures">
    ${msg(str`${formatCount(sum.received)} received`)} ${sign} ${parts.join(' + ')}. ${verdict(sum, true)}
  </p>`;
}

function cells(counts: Figures) {
  const number = (value: number, usual: boolean) =>
    html`<td class="number ${value === 0 ? 'zero' : usual ? '' : 'some'}">${formatCount(value)}</td>`;
  return html`${number(counts.received, true)}
    ${columns.map(([key]) => number(counts[key], key === 'accepted'))}
    <td class="number">${verdict(counts)}</td>
    ${number(counts.setAside, false)}`;
}

/** Whether the identity holds: a word, or how many hits are unexplained. */
export function verdict(counts: HitCounts, inWords = false) {
  const rest = unexplained(counts);
  if (rest === 0)
    return html`<span class="right">${inWords ? msg('It adds up.') : msg('yes')}</span>`;
  const text =
    rest > 0
      ? msg(str`${formatCount(rest)} unexplained`)
      : msg(str`${formatCount(-rest)} explained twice`);
  return html`<span class="wrong">${text}${inWords ? '.' : ''}</span>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-hour-table': HourTable;
  }
}
