/**
 * Found sessions, one a row, newest first, each with the pieces of text for which it was found. Every text in it comes
 * from strangers and is drawn as text. Where it is narrow, source and technology move under the pages.
 */
import { msg, str } from '@lit/localize';
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { readablePath } from '../../core/contract/readable-path.ts';
import type { FoundSession, Highlight } from '../../core/contract/search.ts';
import { foundTableStyles } from '../styles/found-table.ts';
import { sessionRowStyles } from '../styles/session-rows.ts';
import { skeletonStyles } from '../styles/skeleton.ts';
import { stateStyles } from '../styles/state.ts';
import { tableStyles } from '../styles/tables.ts';
import { textStyles } from '../styles/text.ts';
import { formatCount, formatDuration, noValue } from './number-format.ts';
import { bones, robotMark } from './session-row.ts';
import { sourceOf, technologyOf } from './session-words.ts';
import { formatInstantShort } from './time-format.ts';

/** A row says why it was found; the page of the session shows the rest. */
const highlightsShown = 3;

@customElement('cn-found-table')
export class FoundTable extends LitElement {
  static override styles = [
    textStyles,
    tableStyles,
    stateStyles,
    skeletonStyles,
    sessionRowStyles,
    foundTableStyles,
  ];

  /** Undefined while they are being looked for. */
  @property({ attribute: false }) sessions: readonly FoundSession[] | undefined;
  @property() timeZone = 'UTC';
  /** The address of a session's page. */
  @property({ attribute: false }) hrefOf: (sessionId: string) => string = (id) => id;

  override render() {
    return html`<table>
      <caption class="only-read">${msg(str`Found sessions, newest first, times in ${this.timeZone}`)}</caption>
      <thead>
        <tr>
          <th scope="col" class="when">${msg('Started')}</th>
          <th scope="col" class="number duration">${msg('Duration')}</th>
          <th scope="col" class="number count" title=${msg('Page views')}>${msg('Pages')}</th>
          <th scope="col" class="ellipsis">${msg('Entry page → last page, and why it was found')}</th>
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
                ({ id }) => id,
                (session) => this.#row(session),
              )
        }
      </tbody>
    </table>`;
  }

  #row(session: FoundSession) {
    const source = sourceOf(session) ?? msg('Direct');
    const technology = technologyOf(session);
    const started = formatInstantShort(session.startedAt, this.timeZone);
    const active = session.active
      ? html`<span class="active"><span class="dot live" aria-hidden="true"></span>${msg('active')}</span> `
      : nothing;
    return html`<tr>
      <td class="when">${active}<span class="started">${started}</span></td>
      <td class="number duration">${formatDuration(session.endedAt - session.startedAt)}</td>
      <td class="number count">${formatCount(session.pageViews)}</td>
      <td>
        ${route(session, this.hrefOf(session.id))}
        <span class="under caption ellipsis">
          <span class="first">${active}${started} · </span>${robotMark(session)}${source} · ${technology}
        </span>
        ${
          session.highlights.length === 0
            ? nothing
            : html`<ul class="highlights" aria-label=${msg('Found by')}>
                ${session.highlights.slice(0, highlightsShown).map(highlight)}
                ${session.highlights.length > highlightsShown ? html`<li class="field">${msg('and others')}</li>` : nothing}
              </ul>`
        }
      </td>
      <td class="source ellipsis" title=${source}>${source}</td>
      <td class="technology ellipsis" title=${technology}>${robotMark(session)}${technology}</td>
    </tr>`;
  }
}

/** The pages, as the link that the whole row is. */
function route({ entryPath, exitPath, visitor }: FoundSession, href: string) {
  const entry = entryPath ?? noValue;
  const label =
    entryPath === undefined ? msg(str`Session of ${visitor}, without a page view`) : nothing;
  return html`<a class="route" href=${href} aria-label=${label}
    ><span class="ellipsis" title=${entry}>${readablePath(entry)}</span>${
      exitPath === undefined || exitPath === entryPath
        ? nothing
        : html`<span class="arrow" aria-label=${msg('then')}>→</span
            ><span class="ellipsis" title=${exitPath}>${readablePath(exitPath)}</span>`
    }</a
  >`;
}

function highlight({ field, hit, text, start, end }: Highlight) {
  const isPiece = start !== undefined && end !== undefined;
  return html`<li>
    <span class="field">${field}${hit === undefined ? nothing : html` · ${msg(str`hit ${formatCount(hit)}`)}`}</span>
    <span class="text"
      >${isPiece ? html`${text.slice(0, start)}<mark>${text.slice(start, end)}</mark>${text.slice(end)}` : text}</span
    >
  </li>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-found-table': FoundTable;
  }
}
