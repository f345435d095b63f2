/**
 * Active sessions, one a row, newest first. Durations run with `now`. Every text in it comes from strangers and is
 * drawn as text. Where it is narrow, source and technology move under the pages.
 */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { readablePath } from '../../core/contract/readable-path.ts';
import type { ActiveSession } from '../../core/contract/session.ts';
import { sessionRowStyles } from '../styles/session-rows.ts';
import { skeletonStyles } from '../styles/skeleton.ts';
import { tableStyles } from '../styles/tables.ts';
import { textStyles } from '../styles/text.ts';
import { formatCount, formatDuration } from './number-format.ts';
import { bones, robotMark } from './session-row.ts';
import { sourceOf, technologyOf } from './session-words.ts';
import { formatTime } from './time-format.ts';

@customElement('cn-session-table')
export class SessionTable extends LitElement {
  static override styles = [
    textStyles,
    tableStyles,
    skeletonStyles,
    sessionRowStyles,
    css`
      .when {
        width: 6rem;
      }
      .duration {
        width: 5.5rem;
      }
      .count {
        width: 4rem;
      }
      .source {
        width: 18%;
      }
      .technology {
        width: 24%;
      }
      .route {
        display: grid;
        grid-template-columns: fit-content(55%) auto minmax(0, 1fr);
        gap: var(--space-2);
      }
      .route.one {
        grid-template-columns: minmax(0, 1fr);
      }
      .under,
      .under .started {
        display: none;
      }
      tr.fresh td {
        animation: arrive 1.6s ease-out;
      }
      @keyframes arrive {
        from {
          background: var(--accent-ground);
        }
      }
      @media (prefers-reduced-motion: reduce) {
        tr.fresh td {
          animation: none;
        }
      }
      @container (max-width: 46rem) {
        .source,
        .technology {
          display: none;
        }
        .under {
          display: block;
        }
      }
      @container (max-width: 30rem) {
        .when {
          display: none;
        }
        th.duration,
        td.duration {
          width: 4.75rem;
          padding-inline-start: 0;
        }
        .count {
          width: 4rem;
        }
        .under .started {
          display: inline;
        }
      }
    `,
  ];

  @property({ attribute: false }) sessions: readonly ActiveSession[] | undefined;
  /** The current time in epoch milliseconds, for the running durations. */
  @property({ type: Number }) now = 0;
  @property() timeZone = 'UTC';
  /** The address of a session's page. */
  @property({ attribute: false }) hrefOf: (sessionId: string) => string = (id) => id;

  override render() {
    return html`<table>
      <caption class="only-read">${msg(str`Active sessions, times in ${this.timeZone}`)}</caption>
      <thead>
        <tr>
          <th scope="col" class="when">${msg('Started')}</th>
          <th scope="col" class="number duration">${msg('Duration')}</th>
          <th scope="col" class="number count" title=${msg('Page views so far')}>${msg('Pages')}</th>
          <th scope="col" class="ellipsis">${msg('Entry page → last page')}</th>
          <th scope="col" class="source">${msg('Source')}</th>
          <th scope="col" class="technology">${msg('Technology')}</th>
        </tr>
      </thead>
      <tbody>
        ${
          this.sessions === undefined
            ? bones
            : repeat(
                this.sessions,
                (session) => session.id,
                (session) => this.#row(session),
              )
        }
      </tbody>
    </table>`;
  }

  #row(session: ActiveSession) {
    const source = sourceOf(session) ?? msg('Direct');
    const technology = technologyOf(session);
    const isFresh = this.now - session.startedAt < 5_000;
    return html`<tr class=${isFresh ? 'fresh' : ''}>
      <td class="when ellipsis">${formatTime(session.startedAt, this.timeZone)}</td>
      <td class="number duration">${formatDuration(this.now - session.startedAt)}</td>
      <td class="number count">${formatCount(session.pageViews)}</td>
      <td>
        ${route(session, this.hrefOf(session.id))}
        <span class="under caption ellipsis" title="${source} · ${technology}"
          ><span class="started">${formatTime(session.startedAt, this.timeZone)} · </span
          >${robotMark(session)}${source} · ${technology}</span
        >
      </td>
      <td class="source ellipsis" title=${source}>${source}</td>
      <td class="technology ellipsis" title=${technology}>${robotMark(session)}${technology}</td>
    </tr>`;
  }
}

/** The pages, as the link that the whole row is. */
function route(session: ActiveSession, href: string) {
  const { entryPath, lastPath, lastTitle } = session;
  const last = lastTitle ? `${lastTitle} (${lastPath})` : lastPath;
  return html`<a class="route ${entryPath === lastPath ? 'one' : ''}" href=${href}>
    <span class="ellipsis" title=${entryPath}>${readablePath(entryPath)}</span>
    ${
      entryPath === lastPath
        ? nothing
        : html`<span class="arrow" aria-label=${msg('then')}>→</span
            ><span class="ellipsis" title=${last}>${readablePath(lastPath)}</span>`
    }
  </a>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-session-table': SessionTable;
  }
}
