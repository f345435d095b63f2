/** The published sets of events, what differs from what is drafted, the way back to each, and who did what. Fires `cn-changed`. */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { EventChange, SetDiff, SetSummary } from '../../core/contract/event-life.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { listSets, readChanges, readDiff, rollback } from '../api/events.ts';
import { oneAtATime } from '../controllers/one-at-a-time.ts';
import { QueryController } from '../controllers/query-controller.ts';
import { controlStyles } from '../styles/controls.ts';
import { tableStyles } from '../styles/tables.ts';
import { textStyles } from '../styles/text.ts';
import './confirm-button.ts';
import './error-note.ts';
import { changeTexts } from './event-words.ts';
import './set-diff.ts';
import { formatInstantShort } from './time-format.ts';

const changesListed = 50;
const authorTexts: Record<EventChange['author'], string> = {
  cli: msg('command line'),
  api: msg('console or API'),
  canister: msg('Canister'),
};

@customElement('cn-set-history')
export class SetHistory extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    tableStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr));
        gap: var(--space-4) var(--space-8);
        align-items: start;
      }
      h3 {
        margin-bottom: var(--space-1);
      }
      td {
        vertical-align: middle;
        overflow-wrap: anywhere;
      }
      td.acts {
        text-align: end;
      }
      cn-set-diff {
        margin-top: var(--space-3);
      }
      .log {
        max-height: 24rem;
        overflow: auto;
      }
    `,
  ];

  @property() slug = '';
  /** True for who may look only. */
  @property({ type: Boolean }) readonly = false;
  @property() timeZone = 'UTC';
  /** The set in force; a change of it loads all anew. */
  @property({ type: Number }) version = 0;
  @state() private diff: SetDiff | undefined;
  @state() private failed: ApiError | undefined;
  readonly #once = oneAtATime(this);

  readonly #read = new QueryController<
    [string, number],
    { sets: SetSummary[]; changes: EventChange[] }
  >(this, {
    key: () => (this.slug === '' ? undefined : [this.slug, this.version]),
    subject: ([slug]) => slug,
    fetch: async ([slug], signal) => {
      const [sets, changes] = await Promise.all([
        listSets(slug, signal),
        readChanges(slug, { limit: changesListed }, signal),
      ]);
      return { sets, changes };
    },
  });

  /** Asks again, after something was saved. */
  reload(): void {
    this.#read.retry();
  }

  override render() {
    const { value, error } = this.#read;
    return html`<div>
        <h3>${msg('Versions')}</h3>
        ${error ? html`<cn-error-note .error=${error} @cn-retry=${() => this.#read.retry()}></cn-error-note>` : nothing}
        ${value ? this.#sets(value.sets) : nothing}
        ${this.failed ? html`<cn-error-note .error=${this.failed}></cn-error-note>` : nothing}
        ${this.diff ? html`<h3>${this.diff.to === 'draft' ? msg(str`From version ${this.diff.from} to the drafts`) : msg(str`From version ${this.diff.from} to version ${this.diff.to}`)}</h3>` : nothing}
        <cn-set-diff .diff=${this.diff}></cn-set-diff>
      </div>
      <div>
        <h3>${msg('Changes')}</h3>
        ${value ? this.#changes(value.changes) : nothing}
      </div>`;
  }

  #sets(sets: readonly SetSummary[]) {
    if (sets.length === 0) {
      return html`<p class="caption">${msg('Nothing was published yet: the standard events are in force (version 0).')}</p>
        <button class="button" type="button" @click=${() => this.#compare('0', 'draft')}>${msg('Compare with the drafts')}</button>`;
    }
    return html`<table>
      <caption class="only-read">${msg('Published versions, newest first')}</caption>
      <thead>
        <tr><th scope="col">${msg('Version')}</th><th scope="col">${msg('Published')}</th><th scope="col"><span class="only-read">${msg('Actions')}</span></th></tr>
      </thead>
      <tbody>
        ${repeat(
          sets,
          ({ version }) => version,
          ({ version, publishedAt }) => html`<tr>
            <td>${version}${version === this.version ? html` <span class="caption">${msg('in force')}</span>` : nothing}</td>
            <td>${formatInstantShort(publishedAt, this.timeZone)}</td>
            <td class="acts">${this.#acts(version)}</td>
          </tr>`,
        )}
      </tbody>
    </table>`;
  }

  #acts(version: number) {
    if (version === this.version) {
      return html`<button class="button plain" type="button" @click=${() => this.#compare(String(version), 'draft')}>
        ${msg('Compare with the drafts')}
      </button>`;
    }
    return html`<button class="button plain" type="button" @click=${() => this.#compare(String(version), String(this.version))}>
        ${msg(html`Compare<span class="only-read"> version ${version} with the one in force</span>`)}
      </button>
      ${this.readonly ? nothing : html`<cn-confirm-button label=${msg('Roll back')} what=${msg(str`to version ${version}`)} @cn-confirm=${() => this.#rollback(version)}></cn-confirm-button>`}`;
  }

  #changes(changes: readonly EventChange[]) {
    if (changes.length === 0)
      return html`<p class="caption">${msg('Nobody has changed anything yet.')}</p>`;
    return html`<div class="log" tabindex="0" role="region" aria-label=${msg('Changes')}>
      <table>
        <caption class="only-read">${msg('Changes, newest first')}</caption>
        <tbody>
          ${changes.map(
            ({ at, author, action, name, version }) => html`<tr>
              <td>${formatInstantShort(at, this.timeZone)}</td>
              <td><bdi>${name ?? ''}</bdi> ${changeTexts[action]}${version === undefined ? '' : msg(str`, version ${version}`)}</td>
              <td class="quiet">${authorTexts[author]}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  #compare(from: string, to: string) {
    return this.#do(async () => {
      this.diff = await readDiff(this.slug, from, to);
    });
  }

  #rollback(version: number) {
    const roll = async () => {
      await rollback(this.slug, version);
      this.diff = undefined;
      this.dispatchEvent(new CustomEvent('cn-changed'));
    };
    return this.#once(() => this.#do(roll));
  }

  async #do(act: () => Promise<void>): Promise<void> {
    this.failed = undefined;
    try {
      await act();
    } catch (error) {
      this.failed = asApiError(error);
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-set-history': SetHistory;
  }
}
