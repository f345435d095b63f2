/** A dry run of a definition, saved or not, over stored sessions: begun, followed, stopped, and its figures. */
import { msg, str } from '@lit/localize';
import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { EventDefinition } from '../../core/contract/event.ts';
import type { DryRun } from '../../core/contract/event-life.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { beginDryRun, cancelDryRun, type JobDays, readDryRun } from '../api/events.ts';
import { oneAtATime } from '../controllers/one-at-a-time.ts';
import { sessionPath } from '../routes.ts';
import { controlStyles } from '../styles/controls.ts';
import { fieldsetStyles } from '../styles/fieldset.ts';
import { textStyles } from '../styles/text.ts';
import './error-note.ts';
import { jobStateTexts } from './event-words.ts';
import { counted, formatCount } from './number-format.ts';

const askEveryMs = 400;
const sessionsShown = 20;

const isUnderWay = ({ state }: DryRun) => state === 'waiting' || state === 'running';

@customElement('cn-event-trial')
export class EventTrial extends LitElement {
  static override styles = [textStyles, controlStyles, fieldsetStyles];

  @property() slug = '';
  @state() private latest: DryRun | undefined;
  @state() private error: ApiError | undefined;
  readonly #once = oneAtATime(this);
  /** Counts runs up: what an earlier one still hears is not shown. */
  #number = 0;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#number += 1;
  }

  /** Forgets the figures: they are of another definition than the one on the page. */
  clear(): void {
    this.#number += 1;
    this.latest = undefined;
    this.error = undefined;
  }

  /** Begins to try a definition over the sessions of some days, and shows how far it is to its end. */
  async begin(definition: EventDefinition, days: JobDays): Promise<void> {
    this.clear();
    const mine = this.#number;
    try {
      void this.#follow(await beginDryRun(this.slug, definition.name, definition, days), mine);
    } catch (error) {
      if (mine === this.#number) this.error = asApiError(error);
    }
  }

  async #follow(begun: DryRun, mine: number): Promise<void> {
    let run = begun;
    try {
      while (mine === this.#number) {
        this.latest = run;
        if (!isUnderWay(run)) return;
        await new Promise((resolve) => setTimeout(resolve, askEveryMs));
        run = await readDryRun(this.slug, run.number);
      }
    } catch (error) {
      if (mine === this.#number) this.error = asApiError(error);
    }
  }

  override render() {
    const run = this.latest;
    return html`${this.error ? html`<cn-error-note .error=${this.error}></cn-error-note>` : nothing}
      <div role="status">${run === undefined ? nothing : html`<div class="outcome">${this.#figures(run)}</div>`}</div>`;
  }

  #figures(run: DryRun) {
    const { occurrences, fired, published, faultCount, faults, unreadable } = run;
    const done = msg(
      str`${formatCount(run.sessionsDone)} of ${counted(run.sessionsTotal, msg('# session|# sessions'))}`,
    );
    if (isUnderWay(run)) {
      return html`<p>${msg(str`${jobStateTexts[run.state]}: ${done} tried, ${counted(occurrences, msg('# occurrence|# occurrences'))} so far.`)}</p>
        <button class="button" type="button" @click=${() => this.#cancel(run)}>${msg('Stop')}</button>`;
    }
    if (run.state === 'failed')
      return html`<p class="problem">${msg(str`The dry run failed: ${run.reason ?? msg('no reason was given')}`)}</p>`;
    const would = counted(
      occurrences,
      msg('It would have fired # time|It would have fired # times'),
    );
    const tried =
      run.state === 'cancelled'
        ? msg(str`${done} tried, then it was stopped`)
        : msg(str`${done} tried`);
    return html`<p>
        ${msg(html`<b>${would}</b> in ${counted(fired.count, msg('# session|# sessions'))}; ${tried}. Nothing was written.`)}
      </p>
      ${this.#sessions(msg('Sessions in which it would have fired'), fired)}
      ${
        published === undefined
          ? nothing
          : html`<p>
                ${msg(str`As published (version ${published.version}) it fires ${counted(published.occurrences, msg('# time|# times'))} in ${counted(published.sessions, msg('# session|# sessions'))}: ${formatCount(published.gained.count)} gained, ${formatCount(published.lost.count)} lost.`)}
              </p>
              ${this.#sessions(msg('Gained'), published.gained)} ${this.#sessions(msg('Lost'), published.lost)}`
      }
      ${unreadable === 0 ? nothing : html`<p class="problem">${msg(str`${counted(unreadable, msg('# session|# sessions'))} could not be opened and were left out.`)}</p>`}
      ${
        faultCount === 0
          ? nothing
          : html`<p class="problem">${msg(str`It could not be evaluated ${counted(faultCount, msg('# time|# times'))}:`)}</p>
              <ul>
                ${faults.map(({ session, hitNumber, reason }) => html`<li><a href=${sessionPath(this.slug, session)}>${msg(str`hit ${hitNumber}`)}</a>: ${reason}</li>`)}
              </ul>`
      }`;
  }

  #sessions(label: string, { count, sessions }: DryRun['fired']) {
    if (count === 0) return nothing;
    return html`<details>
      <summary>${label} (${formatCount(count)})</summary>
      <ul>
        ${sessions.slice(0, sessionsShown).map((id) => html`<li><a href=${sessionPath(this.slug, id)}><code>${id.slice(0, 12)}…</code></a></li>`)}
      </ul>
      ${count > sessionsShown ? html`<p class="caption">${msg(str`The first ${Math.min(sessionsShown, sessions.length)} are listed.`)}</p>` : nothing}
    </details>`;
  }

  #cancel({ number }: DryRun): Promise<void> {
    return this.#once(async () => {
      try {
        await cancelDryRun(this.slug, number);
      } catch (error) {
        this.error = asApiError(error);
      }
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-event-trial': EventTrial;
  }
}
