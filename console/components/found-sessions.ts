/**
 * What a search has found: how many sessions, what they have in common, and the sessions themselves, a page at a time.
 * Fires `cn-facet` with a value to narrow the search to.
 */
import { msg, str } from '@lit/localize';
import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { FoundSession, SearchAnswer } from '../../core/contract/search.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { search } from '../api/search.ts';
import { sessionPath } from '../routes.ts';
import { controlStyles } from '../styles/controls.ts';
import { foundSessionsStyles } from '../styles/search-page.ts';
import { textStyles } from '../styles/text.ts';
import './error-note.ts';
import './facet-list.ts';
import type { FacetChoice } from './facet-list.ts';
import './found-table.ts';
import './keep-search.ts';
import { counted, formatCount } from './number-format.ts';

export const pageSessions = 50;

/** A question, as the server is asked it. */
export interface SearchAsked {
  slug: string;
  condition: string;
  from?: string;
  to?: string;
}

@customElement('cn-found-sessions')
export class FoundSessions extends LitElement {
  static override styles = [textStyles, controlStyles, foundSessionsStyles];

  @property({ attribute: false }) asked: SearchAsked | undefined;
  /** The first page; undefined while it is searched for. */
  @property({ attribute: false }) answer: SearchAnswer | undefined;
  @property() timeZone = 'UTC';
  /** The answer is one to another question, and a newer one is on its way. */
  @property({ type: Boolean }) old = false;
  /** Pages behind the first one, with the answer that they continue. */
  @state() private more:
    | { of: SearchAnswer; found: FoundSession[]; next?: string | undefined }
    | undefined;
  @state() private moreError: ApiError | undefined;
  @state() private loadingMore = false;

  override render() {
    const { answer, asked } = this;
    if (asked === undefined) return nothing;
    const { slug, condition } = asked;
    const more = this.more?.of === answer ? this.more : undefined;
    const sessions = answer && [...answer.found, ...(more?.found ?? [])];
    return html`<div class=${this.old ? 'stale' : ''}>
      ${answer ? this.#sentence(answer) : html`<p class="caption said" role="status">${msg('Searching …')}</p>`}
      <cn-keep-search slug=${slug} condition=${condition}></cn-keep-search>
      <div class="found">
        ${answer?.facets ? this.#facets(answer) : nothing}
        <div>
          <cn-found-table
            .sessions=${sessions}
            timeZone=${this.timeZone}
            .hrefOf=${(id: string) => sessionPath(slug, id)}
          ></cn-found-table>
          ${answer && sessions ? this.#rest(answer, sessions.length, more ? more.next : answer.next) : nothing}
        </div>
      </div>
    </div>`;
  }

  #sentence({ sessions, active, unindexed, elapsedMs }: SearchAnswer) {
    return html`<p class="said" role="status">
      <b class="figures">${counted(sessions, msg('# session|# sessions'))}</b>
      ${active === 0 ? nothing : html`<span>${msg(str`${formatCount(active)} active now`)}</span>`}
      ${unindexed === 0 ? nothing : html`<span class="partial">${counted(unindexed, msg('# session is not indexed yet|# sessions are not indexed yet'))}</span>`}
      <span class="caption">${this.old ? msg('Searching …') : msg(str`${formatCount(elapsedMs)} ms`)}</span>
    </p>`;
  }

  #rest({ sessions }: SearchAnswer, shown: number, next: string | undefined) {
    return html`<div class="more">
        ${
          next === undefined
            ? nothing
            : html`<button class="button" type="button" ?disabled=${this.loadingMore} @click=${() => this.#loadMore(next)}>
                ${this.loadingMore ? msg('Loading …') : msg(str`Show ${pageSessions} more`)}
              </button>`
        }
        <span class="caption" role="status">
          ${msg(str`${formatCount(shown)} of ${formatCount(sessions)} shown. Times in ${this.timeZone}. A row opens its session.`)}
        </span>
      </div>
      ${this.moreError && next ? html`<cn-error-note .error=${this.moreError} @cn-retry=${() => this.#loadMore(next)}></cn-error-note>` : nothing}`;
  }

  #facets({ facets = [], sessions }: SearchAnswer) {
    return html`<details class="facets" ?open=${window.matchMedia('(min-width: 72rem)').matches}>
      <summary>${msg('What they have in common')}</summary>
      <button class="button past" type="button" @click=${this.#toSessions}>${msg('Skip to the sessions')}</button>
      <cn-facet-list
        .facets=${facets}
        .sessions=${sessions}
        @cn-facet=${({ detail }: CustomEvent<FacetChoice>) => this.dispatchEvent(new CustomEvent('cn-facet', { detail }))}
      ></cn-facet-list>
    </details>`;
  }

  /** Past all the values, which are as many presses of Tab. */
  readonly #toSessions = () =>
    this.renderRoot.querySelector('cn-found-table')?.renderRoot.querySelector('a')?.focus();

  async #loadMore(cursor: string): Promise<void> {
    const { asked, answer: of } = this;
    if (asked === undefined || of === undefined || this.loadingMore) return;
    this.loadingMore = true;
    this.moreError = undefined;
    const { slug, ...rest } = asked;
    try {
      const answer = await search(slug, { ...rest, limit: pageSessions, cursor });
      const before = this.more?.of === of ? this.more.found : [];
      this.more = { of, found: [...before, ...answer.found], next: answer.next };
    } catch (error) {
      this.moreError = asApiError(error);
    } finally {
      this.loadingMore = false;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-found-sessions': FoundSessions;
  }
}
