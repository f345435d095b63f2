/** The running process: its short-term canister with its marks, how far reading is, how long storing takes, the disk. */

import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { numberFormat } from '../../core/contract/formats.ts';
import type { CommitDurations, DiskStatus, Status } from '../../core/contract/status.ts';
import { factStyles } from '../styles/facts.ts';
import { stateStyles } from '../styles/state.ts';
import { tableStyles } from '../styles/tables.ts';
import { textStyles } from '../styles/text.ts';
import { readerLocale } from '../texts/language.ts';
import { commitBound, readingState } from './health-words.ts';
import './meter-bar.ts';
import { counted, formatBytes, formatCount, formatDuration, formatShare } from './number-format.ts';
import { formatInstant } from './time-format.ts';

@customElement('cn-server-health')
export class ServerHealth extends LitElement {
  static override styles = [
    textStyles,
    tableStyles,
    factStyles,
    stateStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 15.5rem), 1fr));
        gap: var(--space-6) var(--space-8);
        align-items: start;
      }
      dl + .caption {
        margin-top: var(--space-2);
      }
      h2 + .caption,
      .state + .caption {
        margin-top: var(--space-1);
      }
      .state {
        margin-top: var(--space-2);
        font-weight: 600;
      }
      table {
        margin-top: var(--space-3);
      }
      .bar {
        display: block;
        height: 0.5rem;
        background: var(--share);
      }
      .spread {
        width: 40%;
        vertical-align: middle;
      }
      tbody td:first-child {
        white-space: nowrap;
      }
    `,
  ];

  @property({ attribute: false }) status: Status | undefined;
  /** In which instants are told: the zone of the reader. */
  @property() timeZone = 'UTC';

  override render() {
    const { status } = this;
    if (status === undefined) return nothing;
    return html`${this.#shortTerm(status)} ${this.#reading(status)} ${this.#storing(status.commits)}
      ${this.#room(status)}`;
  }

  #shortTerm({ shortTerm }: Status) {
    const { sessions, sessionsMax, bytes, bytesMax, lowMark, highMark } = shortTerm;
    const marks = [lowMark, highMark];
    const [low, high] = marks.map((mark) => formatShare(mark, undefined, 0));
    return html`<div>
      <h2>${msg('Short-term canister')}</h2>
      <p class="caption">${msg('The active sessions of all datasets, in memory.')}</p>
      <cn-meter-bar
        label=${msg('Sessions')}
        text=${msg(str`${formatCount(sessions)} of ${formatCount(sessionsMax)}`)}
        .share=${sessions / sessionsMax}
        .marks=${marks}
      ></cn-meter-bar>
      <cn-meter-bar
        label=${msg('Size of their hits')}
        text=${msg(str`${formatBytes(bytes)} of ${formatBytes(bytesMax)}`)}
        .share=${bytes / bytesMax}
        .marks=${marks}
      ></cn-meter-bar>
      <p class="caption">
        ${msg(str`Above ${high} reading stops and sessions are ended, until ${low} is reached.`)}
      </p>
    </div>`;
  }

  #reading(status: Status) {
    const { mark, name, meaning } = readingState(status);
    const { waitingHits, lagMs } = status;
    const { evictedSessions } = status.shortTerm;
    return html`<div>
      <h2>${msg('Reading')}</h2>
      <p class="state"><span class="dot ${mark}" aria-hidden="true"></span>${name}</p>
      <p class="caption">${meaning}</p>
      <dl class="facts">
        <div><dt>${msg('Waiting hits')}</dt><dd>${formatCount(waitingHits)}</dd></div>
        <div><dt>${msg('Lag')}</dt><dd>${waitingHits === 0 ? msg('none') : formatDuration(lagMs)}</dd></div>
        <div><dt>${msg('Evicted sessions')}</dt><dd>${formatCount(evictedSessions)}</dd></div>
      </dl>
      <p class="caption">
        ${msg('Lag is how long the first waiting hit has waited. Evicted sessions ended for want of room, since the start.')}
        ${evictedSessions > 0 ? msg('When they grow, give the short-term canister more room.') : ''}
      </p>
    </div>`;
  }

  #storing(commits: CommitDurations) {
    const { count, sumSeconds, within } = commits;
    if (count === 0) {
      return html`<div>
        <h2>${msg('Storing')}</h2>
        <p class="caption">${msg('No session has been stored since the start. How long storing takes stands here then.')}</p>
      </div>`;
    }
    const most = commitBound(commits, 0.9);
    const last = within.at(-1);
    const apart = within.map(({ boundSeconds, count: upTo }, index) => ({
      name: msg(str`up to ${formatSeconds(boundSeconds)}`),
      commits: upTo - (within[index - 1]?.count ?? 0),
    }));
    if (last !== undefined) {
      apart.push({
        name: msg(str`over ${formatSeconds(last.boundSeconds)}`),
        commits: count - last.count,
      });
    }
    const largest = Math.max(...apart.map((one) => one.commits));
    return html`<div>
      <h2>${msg('Storing')}</h2>
      <p class="caption">
        ${counted(count, msg('# commit of ended sessions since the start:|# commits of ended sessions since the start:'))}
        ${msg(str`${formatSeconds(sumSeconds / count)} on average,`)}
        ${most === undefined ? msg('more than one in ten beyond the table.') : msg(str`nine of ten within ${formatSeconds(most)}.`)}
      </p>
      <table>
        <caption class="only-read">${msg('Commits by how long they took')}</caption>
        <thead>
          <tr>
            <th scope="col">${msg('Took')}</th>
            <th scope="col" class="number">${msg('Commits')}</th>
            <th class="spread"><span class="only-read">${msg('Share')}</span></th>
          </tr>
        </thead>
        <tbody>
          ${apart
            .filter((one) => one.commits > 0)
            .map(
              (one) => html`<tr>
                <td>${one.name}</td>
                <td class="number">${formatCount(one.commits)}</td>
                <td class="spread" aria-hidden="true">
                  <span class="bar" style="width: ${((one.commits / largest) * 100).toFixed(1)}%"></span>
                </td>
              </tr>`,
            )}
        </tbody>
      </table>
    </div>`;
  }

  #room({ disk, version, startedAt }: Status) {
    return html`<div>
      <h2>${msg('Disk and program')}</h2>
      ${disk === undefined ? html`<p class="caption">${msg('The disk has not been looked at yet.')}</p>` : this.#disk(disk)}
      <dl class="facts">
        <div><dt>${msg('Version')}</dt><dd>${version}</dd></div>
        <div><dt>${msg('Running since')}</dt><dd>${formatInstant(startedAt, this.timeZone)} ${this.timeZone}</dd></div>
      </dl>
    </div>`;
  }

  #disk({ freeBytes, totalBytes, freeBytesMin }: DiskStatus) {
    const used = totalBytes - freeBytes;
    return html`<cn-meter-bar
        plain
        label=${msg('Disk')}
        text=${msg(str`${formatBytes(freeBytes)} of ${formatBytes(totalBytes)} free`)}
        .share=${totalBytes === 0 ? 0 : used / totalBytes}
        .marks=${totalBytes === 0 ? [] : [1 - freeBytesMin / totalBytes]}
      ></cn-meter-bar>
      <p class="caption">${msg(str`The disk of the data folder. With less than ${formatBytes(freeBytesMin)} free, hits are refused.`)}</p>`;
  }
}

/** Seconds in the unit that fits: milliseconds below one second. */
function formatSeconds(seconds: number): string {
  if (seconds < 1) return msg(str`${formatCount(seconds * 1_000)} ms`);
  return `${numberFormat(readerLocale(), { maximumFractionDigits: 1 }).format(seconds)} s`;
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-server-health': ServerHealth;
  }
}
