/** One source: how far it is, what can be done with it, and its runs. Fires `cn-changed`, `cn-deleted` and `cn-edit`. */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { SourceRun, SourceStatus } from '../../core/contract/source.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { changeSource, deleteSource, listRuns, runSource } from '../api/sources.ts';
import { oneAtATime } from '../controllers/one-at-a-time.ts';
import { RefreshController } from '../controllers/refresh-controller.ts';
import { controlStyles } from '../styles/controls.ts';
import { tableStyles } from '../styles/tables.ts';
import { textStyles } from '../styles/text.ts';
import './confirm-button.ts';
import './error-note.ts';
import { counted, formatBytes, formatCount } from './number-format.ts';
import { runReasonWords, runStateWords } from './source-words.ts';
import { formatInstant } from './time-format.ts';

const askEveryMs = 2_000;

@customElement('cn-source-detail')
export class SourceDetail extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    tableStyles,
    css`
      .actions {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2);
        margin-top: var(--space-3);
      }
      ul {
        margin: var(--space-1) 0 0;
        padding: 0;
        list-style: none;
      }
      .locations {
        font-family: var(--font-mono);
        font-size: var(--text-caption);
        overflow-wrap: anywhere;
      }
      .problem {
        color: var(--worse);
        font-size: var(--text-caption);
        line-height: var(--line-dense);
        overflow-wrap: anywhere;
        white-space: normal;
      }
      h3 {
        margin-top: var(--space-6);
      }
      .said {
        margin-top: var(--space-2);
      }
    `,
  ];

  @property({ attribute: false }) status: SourceStatus | undefined;
  @state() private error: ApiError | undefined;
  @state() private said = '';
  @state() private starting = false;
  readonly #once = oneAtATime(this);

  readonly #runs = new RefreshController<SourceRun[]>(this, {
    everyMs: askEveryMs,
    subject: () => this.#name,
    fetch: async (signal) => (this.#name === '' ? [] : await listRuns(this.#name, signal)),
  });

  get #name(): string {
    return this.status?.source.name ?? '';
  }

  override render() {
    const { status } = this;
    if (status === undefined) return nothing;
    const { source, state: stands } = status;
    const next = source.paused ? 'resume' : 'pause';
    return html`<h2>${source.name}</h2>
      <ul class="locations" aria-label=${msg('Locations')}>${source.locations.map((one) => html`<li><bdi dir="ltr">${one}</bdi></li>`)}</ul>
      <div class="actions">
        <button class="button first" type="button" ?disabled=${stands.isRunning || this.starting} @click=${this.#run}>${msg('Run it now')}</button>
        <button class="button" type="button" @click=${() => this.#change(next)}>${next === 'pause' ? msg('Pause') : msg('Resume')}</button>
        <button class="button" type="button" @click=${() => this.dispatchEvent(new CustomEvent('cn-edit'))}>${msg('Change')}</button>
        <cn-confirm-button label=${msg('Delete')} what=${source.name} @cn-confirm=${() => this.#once(() => this.#delete())}></cn-confirm-button>
      </div>
      <p class="said caption" role="status">${this.#progress(status)}</p>
      ${this.error ? html`<cn-error-note .error=${this.error}></cn-error-note>` : nothing}
      ${this.#history()}`;
  }

  #progress({ state: { progress } }: SourceStatus) {
    if (progress === undefined) return this.said;
    const { doing, fetchedBytes, files, file } = progress;
    const brought = msg(
      str`${formatBytes(fetchedBytes)} of ${counted(files, msg('# file|# files'))}`,
    );
    return doing === 'storing'
      ? msg(str`Storing what came: ${brought} …`)
      : msg(str`Fetching ${file ?? ''} … ${formatBytes(fetchedBytes)} so far`);
  }

  #history() {
    const { value, error } = this.#runs;
    if (error)
      return html`<cn-error-note .error=${error} @cn-retry=${() => this.#runs.ask()}></cn-error-note>`;
    if (value === undefined) return nothing;
    if (value.length === 0)
      return html`<h3>${msg('Runs')}</h3><p class="caption">${msg('It has not run yet.')}</p>`;
    return html`<h3>${msg('Runs, newest first')}</h3>
      <div class="scroll" role="region" aria-label=${msg('Runs')} tabindex="0"><table>
        <thead><tr><th scope="col">${msg('Begun')}</th><th scope="col">${msg('State')}</th><th scope="col" class="number">${msg('Files')}</th><th scope="col" class="number">${msg('Fetched')}</th><th scope="col" class="number">${msg('Lines')}</th><th scope="col" class="number">${msg('Accepted')}</th><th scope="col" class="number">${msg('Duplicate')}</th><th scope="col" class="number">${msg('Excluded')}</th><th scope="col" class="number">${msg('Bad')}</th><th scope="col" class="number">${msg('Sessions')}</th></tr></thead>
        <tbody>${value.map((one) => this.#row(one))}</tbody>
      </table></div>`;
  }

  #row(run: SourceRun) {
    const zone = this.status?.source.timeZone ?? 'UTC';
    const counts = [run.lines, run.accepted, run.duplicate, run.excluded, run.bad, run.sessions];
    return html`<tr>
        <td class="when">${formatInstant(run.startedAt, zone)}</td>
        <td>${runStateWords[run.state]}${run.reason === 'hand' ? html` <span class="quiet">(${runReasonWords.hand})</span>` : nothing}</td>
        <td class="number">${formatCount(run.files)}</td>
        <td class="number">${formatBytes(run.fetchedBytes)}</td>
        ${counts.map((count) => html`<td class="number">${formatCount(count)}</td>`)}
      </tr>
      ${
        run.problems.length === 0
          ? nothing
          : html`<tr><td colspan="10"><ul>${run.problems.map((problem) => html`<li class="problem"><bdi>${problem}</bdi></li>`)}</ul></td></tr>`
      }`;
  }

  /** Does something, says what was done, and lets the page ask anew. */
  async #do(work: () => Promise<string>): Promise<void> {
    this.error = undefined;
    this.said = '';
    try {
      this.said = await work();
    } catch (error) {
      this.error = asApiError(error);
    }
    this.dispatchEvent(new CustomEvent('cn-changed'));
    void this.#runs.ask();
  }

  #change(next: 'pause' | 'resume') {
    const change = async () => {
      await changeSource(this.#name, next);
      return next === 'pause' ? msg('Paused.') : msg('It goes on.');
    };
    return this.#once(() => this.#do(change));
  }

  async #run(): Promise<void> {
    this.starting = true;
    const done = this.#do(async () => {
      const { state, accepted, files } = await runSource(this.#name);
      // Its problems stand with the run.
      if (state === 'failed') return msg('It has failed.');
      return msg(
        str`It has run: ${counted(accepted, msg('# hit|# hits'))} of ${counted(files, msg('# file|# files'))}.`,
      );
    });
    // The page asks how far it is while it runs.
    setTimeout(() => this.dispatchEvent(new CustomEvent('cn-changed')), 300);
    await done;
    this.starting = false;
  }

  async #delete(): Promise<void> {
    this.error = undefined;
    try {
      await deleteSource(this.#name);
      this.dispatchEvent(new CustomEvent('cn-deleted'));
    } catch (error) {
      this.error = asApiError(error);
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-source-detail': SourceDetail;
  }
}
