/** Sources: where logs are fetched from, how each stands, and the form to make one. */

import { consume } from '@lit/context';
import { msg } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { SourceStatus } from '../../core/contract/source.ts';
import { listSources } from '../api/sources.ts';
import '../components/empty-state.ts';
import '../components/error-note.ts';
import '../components/source-detail.ts';
import '../components/source-form.ts';
import { counted, noValue } from '../components/number-format.ts';
import { runStateWords } from '../components/source-words.ts';
import { formatInstant } from '../components/time-format.ts';
import { type DatasetsValue, datasetsContext } from '../context/datasets.ts';
import { RefreshController } from '../controllers/refresh-controller.ts';
import { controlStyles } from '../styles/controls.ts';
import { openedRowStyles } from '../styles/opened-row.ts';
import { pageStyles } from '../styles/page.ts';
import { tableStyles } from '../styles/tables.ts';
import { textStyles } from '../styles/text.ts';

const askEveryMs = 2_000;

@customElement('cn-sources-page')
export class SourcesPage extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    tableStyles,
    pageStyles,
    openedRowStyles,
    css`
      .problem {
        max-width: 24rem;
        color: var(--worse);
        white-space: normal;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @consume({ context: datasetsContext, subscribe: true })
  @state()
  private datasets: DatasetsValue | undefined;
  /** The name of the one that is open. */
  @state() private opened: string | undefined;
  /** The name of the one that is changed; empty for a new one. */
  @state() private edited: string | undefined;

  readonly #sources = new RefreshController<SourceStatus[]>(this, {
    everyMs: askEveryMs,
    subject: () => '',
    fetch: (signal) => listSources(signal),
  });

  override render() {
    const { value, error } = this.#sources;
    const canMake = (this.datasets?.list ?? []).length > 0;
    return html`<header class="page-head">
        <h1>${msg('Sources')}</h1>
        ${
          this.edited === undefined && canMake
            ? html`<button class="button first" type="button" @click=${() => {
                this.edited = '';
              }}>${msg('New source')}</button>`
            : nothing
        }
      </header>
      ${error ? html`<cn-error-note .error=${error} @cn-retry=${() => this.#sources.ask()}></cn-error-note>` : nothing}
      ${this.edited === undefined ? this.#list(value, canMake) : this.#form(value)}`;
  }

  #form(all: readonly SourceStatus[] | undefined) {
    const status = all?.find(({ source }) => source.name === this.edited);
    return html`<section>
      <h2 class="only-read">${this.edited === '' ? msg('New source') : this.edited}</h2>
      <cn-source-form
        .datasets=${this.datasets?.list ?? []}
        .status=${status}
        @cn-saved=${(event: CustomEvent<string>) => this.#saved(event.detail)}
        @cn-cancel=${() => {
          this.edited = undefined;
        }}
      ></cn-source-form>
    </section>`;
  }

  #saved(name: string) {
    this.edited = undefined;
    this.opened = name;
    void this.#sources.ask();
  }

  #list(all: readonly SourceStatus[] | undefined, canMake: boolean) {
    if (all === undefined)
      return this.#sources.error
        ? nothing
        : html`<p class="caption" role="status">${msg('Loading …')}</p>`;
    if (all.length === 0)
      return html`<cn-empty-state
        heading=${msg('No logs are fetched yet')}
        text=${msg('A source fetches the logs of a web server on a schedule, from this machine or over HTTP, SFTP, FTP or S3. No line is counted twice, however logs are rotated.')}
      >${canMake ? nothing : html`<a class="button first" href="/datasets/new">${msg('Make a dataset first')}</a>`}</cn-empty-state>`;
    const open = all.find(({ source }) => source.name === this.opened);
    return html`<section>
        <div class="scroll" role="region" aria-label=${msg('Sources')} tabindex="0"><table>
          <thead><tr><th scope="col">${msg('Name')}</th><th scope="col">${msg('Dataset')}</th><th scope="col">${msg('Next run')}</th><th scope="col">${msg('Last run')}</th><th scope="col">${msg('How it went')}</th></tr></thead>
          <tbody>${all.map((one) => this.#row(one))}</tbody>
        </table></div>
      </section>
      ${
        open
          ? html`<section><cn-source-detail .status=${open}
              @cn-edit=${() => {
                this.edited = open.source.name;
              }}
              @cn-deleted=${() => {
                this.opened = undefined;
                void this.#sources.ask();
              }}
              @cn-changed=${() => this.#sources.ask()}
            ></cn-source-detail></section>`
          : nothing
      }`;
  }

  #row({ source, state: stands }: SourceStatus) {
    const { name, timeZone, paused, dataset } = source;
    const { lastRun, nextRunAt, isRunning, failures } = stands;
    const shown = (at: number | undefined) =>
      at === undefined ? noValue : formatInstant(at, timeZone);
    return html`<tr aria-current=${String(name === this.opened)}>
      <td><button class="name" type="button" @click=${() => {
        this.opened = name;
      }}>${name}</button></td>
      <td>${dataset}</td>
      <td class="when">${paused ? msg('paused') : `${shown(nextRunAt)} (${timeZone})`}${failures > 1 ? html`<div class="caption">${counted(failures, msg('Waits longer: # failure in a row|Waits longer: # failures in a row'))}</div>` : nothing}</td>
      <td class="when">${shown(lastRun?.startedAt)}</td>
      <td>${isRunning ? runStateWords.running : lastRun === undefined ? noValue : runStateWords[lastRun.state]}${
        !isRunning && lastRun?.problems[0]
          ? html`<div class="caption problem"><bdi>${lastRun.problems[0]}</bdi></div>`
          : nothing
      }</td>
    </tr>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-sources-page': SourcesPage;
  }
}
