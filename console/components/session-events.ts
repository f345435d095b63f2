/**
 * What the events of a session have recorded, in the order in which they fired, and the session attributes that they
 * have set. Fires `cn-hit` with the id of the hit that somebody wants to see.
 */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { EventFault, Fact } from '../../core/contract/event.ts';
import type { WholeSession } from '../../core/contract/session.ts';
import { controlStyles } from '../styles/controls.ts';
import { factStyles } from '../styles/facts.ts';
import { tableStyles } from '../styles/tables.ts';
import { textStyles } from '../styles/text.ts';
import { severityTexts } from './alert-words.ts';
import { counted, formatCount, formatMetric, formatOffset, noValue } from './number-format.ts';

/** So many are shown before somebody asks for all. */
const factsShownMax = 50;

@customElement('cn-session-events')
export class SessionEvents extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    tableStyles,
    factStyles,
    css`
      :host {
        display: block;
        margin-top: var(--space-2);
      }
      td {
        overflow-wrap: anywhere;
      }
      .mark {
        color: var(--ink-quiet);
        font-size: var(--text-caption);
        white-space: nowrap;
      }
      .mark.alert {
        color: var(--worse);
        font-weight: 550;
      }
      td .button {
        min-height: 1.5rem;
        padding: 0 var(--space-2);
        font-size: var(--text-caption);
      }
      .more,
      h3 {
        margin-top: var(--space-3);
      }
      dl.facts {
        max-width: 40rem;
      }
      .faults {
        margin: var(--space-3) 0 0;
        padding: 0;
        list-style: none;
        color: var(--worse);
      }
    `,
  ];

  @property({ attribute: false }) session: WholeSession | undefined;
  /** The address of an event's page. */
  @property({ attribute: false }) hrefOf: (event: string) => string = (event) => event;
  @state() private isWhole = false;

  override render() {
    const { session } = this;
    if (session === undefined) return nothing;
    const { facts = [], attributes = {}, eventFaults = [] } = session;
    const shown = this.isWhole ? facts : facts.slice(0, factsShownMax);
    const rest = facts.length - shown.length;
    return html`${facts.length === 0 ? this.#none(session) : this.#table(session, shown)}
      ${
        rest === 0
          ? nothing
          : html`<button
              class="button more"
              type="button"
              @click=${() => {
                this.isWhole = true;
              }}
            >
              ${msg(str`Show ${counted(rest, msg('# more event|# more events'))}`)}
            </button>`
      }
      ${
        Object.keys(attributes).length === 0
          ? nothing
          : html`<h3>${msg('Session attributes')}</h3>
            <dl class="facts">
              ${Object.entries(attributes).map(
                ([name, values]) =>
                  html`<div><dt>${name}</dt><dd><bdi>${values.join(', ')}</bdi></dd></div>`,
              )}
            </dl>`
      }
      ${
        eventFaults.length === 0
          ? nothing
          : html`<ul class="faults caption">
              ${eventFaults.map(faultLine)}
            </ul>`
      }`;
  }

  #none({ endReason }: WholeSession) {
    return html`<p class="caption">
      ${endReason === undefined ? msg('No event has fired in it so far.') : msg('No event fired in it.')}
    </p>`;
  }

  #table({ hits }: WholeSession, facts: readonly Fact[]) {
    const startedAt = hits[0]?.at ?? 0;
    const placeOf = new Map(hits.map(({ id }, index) => [id, index + 1]));
    return html`<div class="scroll" role="region" aria-label=${msg('Events')} tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col" class="number">${msg('Time')}</th>
            <th scope="col">${msg('Event')}</th>
            <th scope="col">${msg('Value')}</th>
            <th scope="col">${msg('Dimensions')}</th>
            <th scope="col">${msg('Hit')}</th>
          </tr>
        </thead>
        <tbody>
          ${facts.map((fact) => {
            // Who recorded it before ids were kept knew the place only.
            const hitId = fact.hitId ?? hits[fact.hitNumber - 1]?.id;
            const place = hitId === undefined ? undefined : placeOf.get(hitId);
            return html`<tr>
              <td class="number"><span dir="ltr">${formatOffset(fact.at - startedAt)}</span></td>
              <td><a href=${this.hrefOf(fact.event)}>${fact.event}</a> ${marks(fact)}</td>
              <td><bdi>${recorded(fact)}</bdi></td>
              <td>${dimensionsOf(fact)}</td>
              <td>
                ${
                  place === undefined
                    ? noValue
                    : html`<button class="button" type="button" @click=${() => this.#show(hitId)}>
                        ${msg(str`Hit ${formatCount(place)}`)}
                      </button>`
                }
              </td>
            </tr>`;
          })}
        </tbody>
      </table>
    </div>`;
  }

  #show(hitId: string | undefined) {
    this.dispatchEvent(new CustomEvent('cn-hit', { detail: hitId }));
  }
}

function marks({ alert, buildingBlock, backfilled }: Fact) {
  return html`${alert === undefined ? nothing : html`<span class="mark alert">${severityTexts[alert]}</span>`} ${
    buildingBlock ? html`<span class="mark">${msg('building block')}</span>` : nothing
  } ${backfilled ? html`<span class="mark">${msg('by a backfill')}</span>` : nothing}`;
}

function recorded({ valueNumber, valueText }: Fact): string {
  if (valueNumber === undefined) return valueText ?? noValue;
  return formatMetric(valueNumber, Number.isInteger(valueNumber) ? 'count' : 'number');
}

function dimensionsOf({ dimensions = {} }: Fact) {
  const entries = Object.entries(dimensions);
  if (entries.length === 0) return noValue;
  return entries.map(
    ([name, value]) => html`<div><span class="quiet">${name}</span> <bdi>${value}</bdi></div>`,
  );
}

const faultLine = ({ event, hitNumber, reason }: EventFault) =>
  html`<li>${msg(str`${event} failed on hit ${formatCount(hitNumber)}:`)} <bdi>${reason}</bdi></li>`;

declare global {
  interface HTMLElementTagNameMap {
    'cn-session-events': SessionEvents;
  }
}
