/** Sessions by a condition, active and ended ones together. What is asked for stands in the address. */
import { msg, str } from '@lit/localize';
import '@awesome.me/webawesome/dist/components/switch/switch.js';
import { html, LitElement, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { addDays, type DateRange, dayOf } from '../../core/contract/calendar.ts';
import type { Dataset } from '../../core/contract/dataset.ts';
import type { SearchAnswer } from '../../core/contract/search.ts';
import { hasTrackerAndLog } from '../api/reports.ts';
import { search } from '../api/search.ts';
import { serverNow } from '../api/server-time.ts';
import '../components/condition-box.ts';
import type { ConditionBox } from '../components/condition-box.ts';
import { leavesOutSeen, narrowedTo, withSeen } from '../components/condition-text.ts';
import '../components/day-range.ts';
import type { RangeChoice } from '../components/day-range.ts';
import '../components/empty-state.ts';
import '../components/error-note.ts';
import type { FacetChoice } from '../components/facet-list.ts';
import { pageSessions, type SearchAsked } from '../components/found-sessions.ts';
import '../components/found-sessions.ts';
import { counted } from '../components/number-format.ts';
import '../components/search-start.ts';
import { searchWays, searchWaysStyles } from '../components/search-ways.ts';
import { rangeOf } from '../controllers/analysis-view.ts';
import { QueryController } from '../controllers/query-controller.ts';
import { type SearchView, searchViewCodec } from '../controllers/search-view.ts';
import { UrlStateController } from '../controllers/url-state-controller.ts';
import { searchPath } from '../routes.ts';
import { controlStyles } from '../styles/controls.ts';
import { pageStyles } from '../styles/page.ts';
import { searchPageStyles } from '../styles/search-page.ts';
import { textStyles } from '../styles/text.ts';

/** Where all time is searched, so many days are looked at for sessions of both tracker and log. */
const lookBackDays = 366;

@customElement('cn-search-page')
export class SearchPage extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    pageStyles,
    searchPageStyles,
    searchWaysStyles,
  ];

  @property({ attribute: false }) open: Dataset | undefined;
  @query('cn-condition-box') private box: ConditionBox | undefined;

  readonly #view = new UrlStateController<SearchView>(this, searchViewCodec);
  readonly #answer = new QueryController<SearchAsked, SearchAnswer>(this, {
    key: () => this.#asked,
    subject: ({ slug }) => slug,
    fetch: ({ slug, ...asked }, signal) =>
      search(slug, { ...asked, limit: pageSessions, facets: true }, signal),
  });

  /** Asked once there is an answer: that must not wait for this. */
  readonly #hasBoth = new QueryController<{ slug: string; range: DateRange }, boolean>(this, {
    key: () => this.open && this.#answer.value && { slug: this.open.slug, range: this.#lookedAt },
    subject: ({ slug }) => slug,
    fetch: ({ slug, range }, signal) => hasTrackerAndLog(slug, range, signal),
  });

  get #today(): string {
    return dayOf(serverNow(), this.open?.timeZone ?? 'UTC');
  }

  get #asked(): SearchAsked | undefined {
    const { condition, range } = this.#view.value;
    if (this.open === undefined || condition === '') return undefined;
    const days = range === 'all' ? {} : rangeOf(range, this.#today);
    return { slug: this.open.slug, condition, ...days };
  }

  get #lookedAt(): DateRange {
    const { range } = this.#view.value;
    if (range !== 'all') return rangeOf(range, this.#today);
    const to = addDays(this.#today, 1);
    return { from: addDays(to, -lookBackDays), to };
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
        ${this.#hasBoth.value || leavesOutSeen(condition) ? this.#seenSwitch(condition) : nothing}
      </div>
      ${condition === '' ? html`<cn-search-start slug=${open.slug}></cn-search-start>` : this.#found(open)}`;
  }

  /** What it does stands in the condition, so that it is kept with a search and goes along with an address. */
  #seenSwitch(condition: string) {
    return html`<wa-switch
      class="seen"
      size="s"
      .checked=${!leavesOutSeen(condition)}
      @change=${(event: Event) => this.#setSeen((event.target as HTMLInputElement).checked)}
      >${msg('Log sessions the tracker saw too')}</wa-switch
    >`;
  }

  #setSeen(isWith: boolean) {
    this.#run({ condition: withSeen(this.box?.value ?? '', isWith) });
  }

  /** Searches for what stands in the box; the same once more asks anew. */
  #run(part: Partial<SearchView> = {}) {
    const next = { ...this.#view.value, condition: this.box?.value.trim() ?? '', ...part };
    const isSame = JSON.stringify(next) === JSON.stringify(this.#view.value);
    if (isSame) this.#answer.retry();
    else this.#view.set(next);
  }

  #found({ slug, timeZone }: Dataset) {
    const { value, error, stale, pending } = this.#answer;
    const isOld = stale && pending;
    if (error !== undefined) {
      return html`<cn-error-note .error=${error} @cn-retry=${() => this.#answer.retry()}></cn-error-note>
        ${searchWays({ slug, error, view: this.#view.value, run: (range) => this.#run({ range }) })}`;
    }
    if (value?.sessions === 0 && !isOld) return this.#nothing(value);
    return html`<cn-found-sessions
      .asked=${this.#asked}
      .answer=${value}
      timeZone=${timeZone}
      ?old=${isOld}
      @cn-facet=${(event: CustomEvent<FacetChoice>) => this.#narrow(event.detail)}
    ></cn-found-sessions>`;
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

  #narrow({ field, value }: FacetChoice) {
    const { condition } = this.#view.value;
    this.#run({ condition: narrowedTo(condition, field, value) });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-search-page': SearchPage;
  }
}
