/** Backfills: begun for a published event over some days, followed while they run, stopped. */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { dayOf } from '../../core/contract/calendar.ts';
import type { Dataset } from '../../core/contract/dataset.ts';
import type { Backfill } from '../../core/contract/event-life.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { beginBackfill, cancelBackfill, listBackfills } from '../api/events.ts';
import { serverNow } from '../api/server-time.ts';
import { rangeOf } from '../controllers/analysis-view.ts';
import { oneAtATime } from '../controllers/one-at-a-time.ts';
import { RefreshController } from '../controllers/refresh-controller.ts';
import { searchPath } from '../routes.ts';
import { controlStyles } from '../styles/controls.ts';
import { fieldsetStyles } from '../styles/fieldset.ts';
import { tableStyles } from '../styles/tables.ts';
import { textStyles } from '../styles/text.ts';
import { quoted } from './condition-text.ts';
import './confirm-button.ts';
import './day-range.ts';
import type { RangeChoice } from './day-range.ts';
import './error-note.ts';
import { jobStateTexts } from './event-words.ts';
import { formatCount } from './number-format.ts';
import { formatInstantShort, formatRange } from './time-format.ts';

const askEveryMs = 1_000;
const isUnderWay = ({ state }: Backfill) => state === 'waiting' || state === 'running';

@customElement('cn-backfill-list')
export class BackfillList extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    tableStyles,
    fieldsetStyles,
    css`
      td {
        overflow-wrap: anywhere;
      }
      td .caption {
        display: block;
      }
      progress {
        width: 6rem;
        accent-color: var(--accent);
      }
      table {
        margin-top: var(--space-2);
      }
      @media (max-width: 40rem) {
        .secondary {
          display: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) open: Dataset | undefined;
  /** Names of the events that are published. */
  @property({ attribute: false }) events: readonly string[] = [];
  @state() private range: RangeChoice = 'all';
  @state() private failed: ApiError | undefined;
  readonly #once = oneAtATime(this);

  readonly #read = new RefreshController<Backfill[]>(this, {
    everyMs: askEveryMs,
    subject: () => this.open?.slug,
    fetch: (signal) => listBackfills(this.open?.slug ?? '', signal),
  });

  override render() {
    const { value = [], error } = this.#read;
    return html`<div class="line">
        <label class="entry"
          ><span>${msg('Event')}</span
          ><select id="event" class="field">
            ${this.events.map((name) => html`<option value=${name}>${name}</option>`)}
          </select></label
        >
        <div class="entry">
          <span>${msg('Sessions that began')}</span>
          <cn-day-range
            .choice=${this.range}
            today=${this.#today}
            @cn-range=${(event: CustomEvent<RangeChoice>) => {
              this.range = event.detail;
            }}
          ></cn-day-range>
        </div>
        <div class="entry">
          <span>&nbsp;</span>
          <button class="button" type="button" @click=${() => this.#begin()}>${msg('Run over the past')}</button>
        </div>
      </div>
      ${this.failed ? html`<cn-error-note .error=${this.failed}></cn-error-note>` : nothing}
      ${error ? html`<cn-error-note .error=${error} @cn-retry=${() => this.#read.ask()}></cn-error-note>` : nothing}
      ${value.length === 0 ? html`<p class="caption">${msg('None yet. Publishing does not touch sessions that began before; a backfill does.')}</p>` : this.#table(value)}`;
  }

  get #today(): string {
    return dayOf(serverNow(), this.open?.timeZone ?? 'UTC');
  }

  #table(backfills: readonly Backfill[]) {
    return html`<table>
      <caption class="only-read">${msg('Backfills, newest first')}</caption>
      <thead>
        <tr>
          <th scope="col">${msg('Event')}</th>
          <th scope="col">${msg('Progress')}</th>
          <th scope="col" class="number">${msg('Facts')}</th>
          <th scope="col" class="secondary">${msg('Asked for')}</th>
          <th scope="col"><span class="only-read">${msg('Actions')}</span></th>
        </tr>
      </thead>
      <tbody>
        ${repeat(
          [...backfills].reverse(),
          ({ number }) => number,
          (one) => this.#row(one),
        )}
      </tbody>
    </table>`;
  }

  #row(one: Backfill) {
    const { event, state, sessionsDone, sessionsTotal, facts, from, to } = one;
    const days =
      from !== undefined && to !== undefined ? formatRange({ from, to }) : msg('all time');
    const slug = this.open?.slug ?? '';
    return html`<tr ?acting=${this.#once.isActing(String(one.number))}>
      <td>
        <a href=${searchPath(slug, `event ${quoted(event)}`)} title=${msg('Sessions with it')}><bdi>${event}</bdi></a>
        <span class="caption">${msg(str`version ${one.version}, ${days}`)}</span>
      </td>
      <td>
        ${
          isUnderWay(one)
            ? html`<progress max=${Math.max(1, sessionsTotal)} value=${sessionsDone} aria-label=${msg(str`Progress of ${event}`)}></progress> `
            : nothing
        }<span role="status">${jobStateTexts[state]}</span>
        <span class="caption">${msg(str`${formatCount(sessionsDone)} of ${formatCount(sessionsTotal)} sessions`)}${one.reason === undefined ? '' : `: ${one.reason}`}</span>
        ${one.unreadable === 0 ? nothing : html`<span class="caption problem">${msg(str`${formatCount(one.unreadable)} could not be opened and were left out`)}</span>`}
      </td>
      <td class="number">${formatCount(facts)}<span class="caption">${msg(str`in ${formatCount(one.sessionsFired)} sessions`)}</span></td>
      <td class="secondary">${formatInstantShort(one.requestedAt, this.open?.timeZone ?? 'UTC')}</td>
      <td>${isUnderWay(one) ? html`<cn-confirm-button label=${msg('Cancel')} what=${msg(str`the backfill of ${event}`)} @cn-confirm=${() => this.#cancel(one.number)}></cn-confirm-button>` : nothing}</td>
    </tr>`;
  }

  #begin() {
    const event = this.renderRoot.querySelector<HTMLSelectElement>('#event')?.value ?? '';
    const days = this.range === 'all' ? {} : rangeOf(this.range, this.#today);
    return this.#do(() => beginBackfill(this.open?.slug ?? '', event, days));
  }

  #cancel(number: number) {
    return this.#do(() => cancelBackfill(this.open?.slug ?? '', number), String(number));
  }

  #do(act: () => Promise<unknown>, of?: string): Promise<void> {
    return this.#once(async () => {
      this.failed = undefined;
      try {
        await act();
      } catch (error) {
        this.failed = asApiError(error);
      }
      await this.#read.ask();
    }, of);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-backfill-list': BackfillList;
  }
}
