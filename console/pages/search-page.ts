/** Sessions by a condition, active and ended ones together. What is asked for stands in the address. */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { dayOf } from '../../core/contract/calendar.ts';
import type { Dataset } from '../../core/contract/dataset.ts';
import type {
  FoundSession,
  SavedSearch,
  SavedSearchList,
  SearchAnswer,
} from '../../core/contract/search.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { listSearches, removeSearch, saveSearch, search } from '../api/search.ts';
import { serverNow } from '../api/server-time.ts';
import '../components/condition-box.ts';
import type { ConditionBox } from '../components/condition-box.ts';
import { narrowedTo } from '../components/condition-text.ts';
import '../components/day-range.ts';
import type { RangeChoice } from '../components/day-range.ts';
import '../components/empty-state.ts';
import '../components/error-note.ts';
import '../components/facet-list.ts';
import type { FacetChoice } from '../components/facet-list.ts';
import '../components/found-table.ts';
import '../components/keep-search.ts';
import { counted, formatCount } from '../components/number-format.ts';
import '../components/saved-searches.ts';
import { offerUndo } from '../components/undo-note.ts';
import { rangeOf } from '../controllers/analysis-view.ts';
import { QueryController } from '../controllers/query-controller.ts';
import { type SearchView, searchViewCodec } from '../controllers/search-view.ts';
import { UrlStateController } from '../controllers/url-state-controller.ts';
import { searchPath, sessionPath } from '../routes.ts';
import { controlStyles } from '../styles/controls.ts';
import { pageStyles } from '../styles/page.ts';
import { textStyles } from '../styles/text.ts';

const pageSessions = 50;

/** A question, as the server is asked it. */
interface Asked {
  slug: string;
  condition: string;
  from?: string;
  to?: string;
}

@customElement('cn-search-page')
export class SearchPage extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    pageStyles,
    css`
      .ask {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto auto;
        gap: var(--space-2);
        align-items: start;
        margin-top: var(--space-4);
      }
      .ask cn-day-range,
      .ask .button {
        margin-top: 1.5rem;
      }
      .said {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 var(--space-3);
        margin: var(--space-4) 0 var(--space-2);
      }
      .said b {
        font-size: var(--text-lead);
        font-weight: 620;
      }
      .stale {
        opacity: 0.6;
      }
      .more {
        display: flex;
        align-items: center;
        gap: var(--space-3);
        margin-top: var(--space-3);
      }
      cn-keep-search {
        display: block;
        margin-top: var(--space-2);
      }
      .found {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 14rem;
        gap: 0 var(--space-8);
        align-items: start;
        margin-top: var(--space-3);
      }
      .facets {
        grid-area: 1 / 2;
      }
      .facets summary {
        width: fit-content;
        color: var(--accent);
        font-size: var(--text-dense);
        cursor: pointer;
      }
      cn-facet-list {
        margin-top: var(--space-2);
      }
      .start {
        display: block;
        padding: var(--space-6) 0 0;
      }
      .fields {
        margin-top: var(--space-4);
      }
      @media (max-width: 72rem) {
        .found {
          display: block;
        }
        .facets {
          margin-bottom: var(--space-3);
        }
      }
      @media (max-width: 48rem) {
        .ask {
          grid-template-columns: minmax(0, 1fr) auto;
        }
        .ask cn-condition-box {
          grid-column: 1 / -1;
        }
        .ask cn-day-range,
        .ask .button {
          margin-top: 0;
        }
      }
    `,
  ];

  @property({ attribute: false }) open: Dataset | undefined;
  @query('cn-condition-box') private box: ConditionBox | undefined;
  /** Pages behind the first one, with the answer that they continue. */
  @state() private more:
    | { of: SearchAnswer; found: FoundSession[]; next?: string | undefined }
    | undefined;
  @state() private moreError: ApiError | undefined;
  @state() private loadingMore = false;
  @state() private removeError: ApiError | undefined;

  readonly #view = new UrlStateController<SearchView>(this, searchViewCodec);
  readonly #answer = new QueryController<Asked, SearchAnswer>(this, {
    key: () => this.#asked,
    subject: ({ slug }) => slug,
    fetch: ({ slug, ...asked }, signal) =>
      search(slug, { ...asked, limit: pageSessions, facets: true }, signal),
  });
  readonly #saved = new QueryController<string, SavedSearchList>(this, {
    key: () => this.open?.slug,
    subject: (slug) => slug,
    fetch: (slug, signal) => listSearches(slug, signal),
  });

  get #today(): string {
    return dayOf(serverNow(), this.open?.timeZone ?? 'UTC');
  }

  get #asked(): Asked | undefined {
    const { condition, range } = this.#view.value;
    if (this.open === undefined || condition === '') return undefined;
    const days = range === 'all' ? {} : rangeOf(range, this.#today);
    return { slug: this.open.slug, condition, ...days };
  }

  override render() {
    const { open } = this;
    if (open === undefined) return nothing;
    const { condition, range } = this.#view.value;
    return html`<header class="page-head">
        <h1>${msg('Search')}</h1>
        <span class="caption">${msg('Active and ended sessions, newest first')}</span>
      </header>
      <div class="ask" role="search">
        <cn-condition-box
          slug=${open.slug}
          label=${msg('Sessions with')}
          .value=${condition}
          placeholder='response.status = 404 and request.path starts with "/shop"'
          @cn-submit=${() => this.#run()}
        ></cn-condition-box>
        <cn-day-range
          .choice=${range}
          today=${this.#today}
          @cn-range=${(event: CustomEvent<RangeChoice>) => this.#run({ range: event.detail })}
        ></cn-day-range>
        <button class="button first" type="button" @click=${() => this.#run()}>${msg('Search')}</button>
      </div>
      ${condition === '' ? this.#teach(open) : this.#found(open, condition)}`;
  }

  /** Searches for what stands in the box; the same once more asks anew. */
  #run(part: Partial<SearchView> = {}) {
    const next = { ...this.#view.value, condition: this.box?.value.trim() ?? '', ...part };
    const isSame = JSON.stringify(next) === JSON.stringify(this.#view.value);
    if (isSame) this.#answer.retry();
    else this.#view.set(next);
  }

  #teach({ slug }: Dataset) {
    const { value, error } = this.#saved;
    return html`<cn-empty-state
        class="start"
        heading=${msg('Find sessions by what happened in them')}
        text=${msg('Type a condition: a field, an operator, a value; the box completes what there is. Or begin with one of these.')}
      ></cn-empty-state>
      ${error ? html`<cn-error-note .error=${error} @cn-retry=${() => this.#saved.retry()}></cn-error-note>` : nothing}
      ${this.removeError ? html`<cn-error-note .error=${this.removeError} @cn-retry=${() => this.#saved.retry()}></cn-error-note>` : nothing}
      ${
        value === undefined
          ? nothing
          : html`<cn-saved-searches
              .list=${value}
              .hrefOf=${(condition: string) => searchPath(slug, condition)}
              @cn-remove=${(event: CustomEvent<SavedSearch>) => this.#remove(event.detail)}
            ></cn-saved-searches>`
      }
      <p class="caption fields"><a href="/docs/conditions.md" target="_blank">${msg('All fields and operators')}</a></p>`;
  }

  async #remove({ name, condition, segment }: SavedSearch): Promise<void> {
    const slug = this.open?.slug ?? '';
    try {
      this.removeError = undefined;
      await removeSearch(slug, name);
      offerUndo({
        said: msg(str`"${name}" is deleted.`),
        undo: async () => {
          await saveSearch(slug, name, { condition, segment }, { isNew: true });
          this.#saved.retry();
        },
      });
    } catch (error) {
      this.removeError = asApiError(error);
    }
    this.#saved.retry();
  }

  #found({ slug, timeZone }: Dataset, condition: string) {
    const { value, error, stale, pending } = this.#answer;
    const isOld = stale && pending;
    if (error !== undefined) {
      return html`<cn-error-note .error=${error} @cn-retry=${() => this.#answer.retry()}></cn-error-note>`;
    }
    if (value?.sessions === 0 && !isOld) return this.#nothing(value);
    const more = this.more?.of === value ? this.more : undefined;
    const sessions = value && [...value.found, ...(more?.found ?? [])];
    return html`<div class=${isOld ? 'stale' : ''}>
      ${value ? this.#sentence(value, isOld) : html`<p class="caption said" role="status">${msg('Searching …')}</p>`}
      <cn-keep-search slug=${slug} condition=${condition} @cn-kept=${() => this.#saved.retry()}></cn-keep-search>
      <div class="found">
        ${value?.facets ? this.#facets(value) : nothing}
        <div>
          <cn-found-table
            .sessions=${sessions}
            timeZone=${timeZone}
            .hrefOf=${(id: string) => sessionPath(slug, id)}
          ></cn-found-table>
          ${value && sessions ? this.#rest(value, sessions.length, more ? more.next : value.next) : nothing}
        </div>
      </div>
    </div>`;
  }

  #sentence({ sessions, active, unindexed, elapsedMs }: SearchAnswer, isOld: boolean) {
    return html`<p class="said" role="status">
      <b class="figures">${counted(sessions, msg('# session|# sessions'))}</b>
      ${active === 0 ? nothing : html`<span>${msg(str`${formatCount(active)} active now`)}</span>`}
      ${unindexed === 0 ? nothing : html`<span class="partial">${counted(unindexed, msg('# session is not indexed yet|# sessions are not indexed yet'))}</span>`}
      <span class="caption">${isOld ? msg('Searching …') : msg(str`${formatCount(elapsedMs)} ms`)}</span>
    </p>`;
  }

  #nothing({ condition, unindexed }: SearchAnswer) {
    const late =
      unindexed > 0
        ? counted(
            unindexed,
            msg(
              '# session is not indexed yet: search again in a moment.|# sessions are not indexed yet: search again in a moment.',
            ),
          )
        : '';
    return html`<cn-empty-state
      heading=${msg('No session meets this condition')}
      text=${[msg(str`Searched for ${condition}.`), late, msg('More days or a wider condition may find some: "contains" in place of "=", or fewer parts.')].filter((part) => part !== '').join(' ')}
    >
      ${
        this.#view.value.range === 'all'
          ? nothing
          : html`<button class="button" type="button" @click=${() => this.#run({ range: 'all' })}>${msg('Search all time')}</button>`
      }
      <a class="button" href=${searchPath(this.open?.slug ?? '')}>${msg('Begin anew')}</a>
    </cn-empty-state>`;
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
          ${msg(str`${formatCount(shown)} of ${formatCount(sessions)} shown. Times in ${this.open?.timeZone}. A row opens its session.`)}
        </span>
      </div>
      ${this.moreError && next ? html`<cn-error-note .error=${this.moreError} @cn-retry=${() => this.#loadMore(next)}></cn-error-note>` : nothing}`;
  }

  #facets({ facets = [], sessions }: SearchAnswer) {
    return html`<details class="facets" ?open=${window.matchMedia('(min-width: 72rem)').matches}>
      <summary>${msg('What they have in common')}</summary>
      <cn-facet-list
        .facets=${facets}
        .sessions=${sessions}
        @cn-facet=${(event: CustomEvent<FacetChoice>) => this.#narrow(event.detail)}
      ></cn-facet-list>
    </details>`;
  }

  #narrow({ field, value }: FacetChoice) {
    const { condition } = this.#view.value;
    this.#run({ condition: narrowedTo(condition, field, value) });
  }

  async #loadMore(cursor: string): Promise<void> {
    const [asked, of] = [this.#asked, this.#answer.value];
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
    'cn-search-page': SearchPage;
  }
}
