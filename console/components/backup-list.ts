/** The backups there are: when the last one was made, what is in each, and a new one, also while hits come in. */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Backup, Backups } from '../../core/contract/backup.ts';
import { beginBackup, readBackups } from '../api/backups.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { oneAtATime } from '../controllers/one-at-a-time.ts';
import { RefreshController } from '../controllers/refresh-controller.ts';
import { controlStyles } from '../styles/controls.ts';
import { tableStyles } from '../styles/tables.ts';
import { textStyles } from '../styles/text.ts';
import './error-note.ts';
import { formatBytes, formatCount } from './number-format.ts';
import { formatInstant } from './time-format.ts';

const askEveryMs = 2_000;
/** Whoever keeps hundreds looks at the newest. */
const shownMax = 10;
const sumOf = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0);

@customElement('cn-backup-list')
export class BackupList extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    tableStyles,
    css`
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--space-2) var(--space-4);
      }
      .caption {
        max-width: 44rem;
        overflow-wrap: anywhere;
      }
      table {
        margin-top: var(--space-3);
      }
      cn-error-note {
        margin-top: var(--space-2);
      }
    `,
  ];

  /** In which instants are told: the zone of the reader. */
  @property() timeZone = 'UTC';
  @state() private refused: ApiError | undefined;
  readonly #once = oneAtATime(this);
  readonly #backups = new RefreshController<Backups>(this, {
    everyMs: askEveryMs,
    subject: () => '',
    fetch: readBackups,
  });

  override render() {
    const { value, error } = this.#backups;
    return html`<div class="head">
        <h2>${msg('Backups')}</h2>
        <button class="button" type="button" ?disabled=${value === undefined || value.running !== undefined} @click=${this.#begin}>
          ${msg('Make a backup now')}
        </button>
      </div>
      ${this.refused ? html`<cn-error-note .error=${this.refused}></cn-error-note>` : nothing}
      ${value ? this.#body(value) : error ? html`<cn-error-note .error=${error}></cn-error-note>` : nothing}`;
  }

  #body({ backups, folder, running, failed }: Backups) {
    // Of one that is whole, only the removing of older ones has failed.
    const isMissing = failed && !running && !backups.some(({ name }) => name === failed.name);
    return html`<p class="caption" role="status">
        ${running ? msg(str`One is being made: ${formatBytes(running.bytes)} are copied. Hits are taken as ever.`) : ''}
      </p>
      ${isMissing ? html`<p class="caption" role="status">${msg(str`The last one was not made: ${failed.reason}`)}</p>` : nothing}
      <p class="caption">
        ${
          backups.length === 0
            ? msg(
                'There is none yet. A backup is a copy of everything that is stored, at one moment, without the master key: keep that in another place.',
              )
            : msg(
                html`They lie in <bdi dir="ltr">${folder}</bdi> on the server, without the master key.`,
              )
        }
      </p>
      ${backups.length === 0 ? nothing : this.#table(backups)}
      ${backups.length > shownMax ? html`<p class="caption">${msg(str`The newest ${formatCount(shownMax)} of ${formatCount(backups.length)}.`)}</p>` : nothing}`;
  }

  #table(backups: readonly Backup[]) {
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${msg('Backups')}>
      <table>
        <caption class="only-read">${msg('Backups, the newest first')}</caption>
        <thead>
          <tr>
            <th scope="col">${msg('Made at')}</th>
            <th scope="col" class="number">${msg('Datasets')}</th>
            <th scope="col" class="number">${msg('Sessions')}</th>
            <th scope="col" class="number">${msg('Hits')}</th>
            <th scope="col" class="number">${msg('Size')}</th>
          </tr>
        </thead>
        <tbody>
          ${backups.slice(0, shownMax).map(
            ({ madeAt, datasets, bytes }) => html`<tr>
              <td class="when">${formatInstant(madeAt, this.timeZone)}</td>
              <td class="number">${formatCount(datasets.length)}</td>
              <td class="number">${formatCount(sumOf(datasets.map((one) => one.sessions)))}</td>
              <td class="number">${formatCount(sumOf(datasets.map((one) => one.hits)))}</td>
              <td class="number">${formatBytes(bytes)}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  readonly #begin = () =>
    this.#once(async () => {
      this.refused = undefined;
      try {
        await beginBackup();
      } catch (error) {
        this.refused = asApiError(error);
      }
      void this.#backups.ask();
    });
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-backup-list': BackupList;
  }
}
