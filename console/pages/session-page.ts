/**
 * One session whole. While it is active the page follows it by itself, and can end it; when it has ended it says why,
 * and which sessions were before and after it where a limit or midnight cut.
 */

import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Me } from '../../core/contract/access.ts';
import type { Dataset } from '../../core/contract/dataset.ts';
import type { WholeSession } from '../../core/contract/session.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { endSession, readSession, sessionIdOf } from '../api/sessions.ts';
import { quoted } from '../components/condition-text.ts';
import '../components/empty-state.ts';
import '../components/end-session.ts';
import '../components/error-note.ts';
import '../components/hit-list.ts';
import { counted, formatDuration } from '../components/number-format.ts';
import '../components/session-events.ts';
import '../components/session-facts.ts';
import '../components/visitor-data.ts';
import { endReasonTexts } from '../components/session-words.ts';
import { formatInstant, formatTime } from '../components/time-format.ts';
import { mayI, meContext } from '../context/me.ts';
import { RefreshController } from '../controllers/refresh-controller.ts';
import { eventFromHitPath, eventsPath, searchPath, sessionPath } from '../routes.ts';
import { controlStyles } from '../styles/controls.ts';
import { pageStyles } from '../styles/page.ts';
import { sessionPageStyles } from '../styles/session-page.ts';
import { skeletonStyles } from '../styles/skeleton.ts';
import { stateStyles } from '../styles/state.ts';
import { textStyles } from '../styles/text.ts';

const askEveryMs = 1_000;

@customElement('cn-session-page')
export class SessionPage extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    skeletonStyles,
    pageStyles,
    stateStyles,
    sessionPageStyles,
  ];

  @property({ attribute: false }) open: Dataset | undefined;
  /** The id of the session, as the address has it. */
  @property() session = '';
  @consume({ context: meContext, subscribe: true })
  @state()
  private me: Me | undefined;
  @state() private ending = false;
  @state() private endFailed: { id: string; error: ApiError } | undefined;

  readonly #read = new RefreshController<WholeSession>(this, {
    everyMs: askEveryMs,
    subject: () => {
      const id = sessionIdOf(this.session);
      return this.open === undefined || id === undefined ? undefined : `${this.open.slug}/${id}`;
    },
    fetch: (signal, known) =>
      readSession(
        this.open?.slug ?? '',
        sessionIdOf(this.session) ?? '',
        known?.hits.length,
        signal,
      ),
    isFinal: ({ endReason }) => endReason !== undefined,
  });

  override render() {
    const { open } = this;
    if (open === undefined) return nothing;
    const session = this.#read.value;
    const { error } = this.#read;
    if (sessionIdOf(this.session) === undefined || error?.code === 'session_unknown') {
      return this.#unknown(open);
    }
    return html`<header class="page-head">
        <h1 tabindex="-1">${msg('Session')}</h1>
        ${session ? this.#state(session) : nothing}
      </header>
      ${this.#errors()}
      ${session ? this.#whole(session, open) : error ? nothing : bones}`;
  }

  #state({ endReason }: WholeSession) {
    const [name, text] =
      endReason !== undefined
        ? ['ended', msg('Ended')]
        : this.#read.stale
          ? ['stale', msg('No news')]
          : ['live', msg('Active')];
    return html`<span class="state" role="status"
      ><span class="dot ${name}" aria-hidden="true"></span>${text}</span
    >`;
  }

  #errors() {
    const { error, stale, answeredAt } = this.#read;
    const { endFailed } = this;
    if (
      endFailed !== undefined &&
      endFailed.id === this.session &&
      endFailed.error.code !== 'session_unknown'
    ) {
      return html`<cn-error-note .error=${endFailed.error} @cn-retry=${() => this.#end()}></cn-error-note>`;
    }
    if (error === undefined) return nothing;
    const since =
      stale && answeredAt !== undefined
        ? html`<p class="caption since">
            ${msg(str`What is shown is of ${formatTime(answeredAt, this.open?.timeZone ?? 'UTC')}. It is asked for again by itself.`)}
          </p>`
        : nothing;
    return html`<cn-error-note .error=${error} @cn-retry=${() => this.#read.ask()}></cn-error-note>${since}`;
  }

  #whole(session: WholeSession, open: Dataset) {
    const { hits, endReason } = session;
    const pages = hits.filter(({ type }) => type === 'page_view').length;
    return html`<dl class="strip">
        <div><dt>${msg('Started')}</dt><dd>${formatInstant(session.startedAt, open.timeZone)}</dd></div>
        <div>
          <dt>${endReason === undefined ? msg('Duration so far') : msg('Duration')}</dt>
          <dd>${formatDuration(session.endedAt - session.startedAt)}</dd>
        </div>
        <div><dt>${msg('Hits')}</dt><dd>${hits.length}</dd></div>
        <div><dt>${msg('Page views')}</dt><dd>${pages}</dd></div>
      </dl>
      ${this.#ways(session, open)}
      ${
        endReason === undefined && mayI(this.me, 'configure', open.slug)
          ? html`<cn-end-session .ending=${this.ending} @cn-end=${() => this.#end()}></cn-end-session>`
          : nothing
      }
      <section>
        <h2>${msg('Events')}</h2>
        <cn-session-events
          .session=${session}
          .hrefOf=${(event: string) => `${eventsPath(open.slug)}?event=${encodeURIComponent(event)}`}
          @cn-hit=${(event: CustomEvent<string>) => this.#show(event.detail)}
        ></cn-session-events>
      </section>
      <section>
        <h2>${msg('Hits')}</h2>
        <p class="caption">
          ${msg(str`${counted(hits.length, msg('# hit|# hits'))}, at their times after the first; open one to see its fields. Times in ${open.timeZone}.`)}
        </p>
        <cn-hit-list
          .hits=${hits}
          .fired=${firedOn(session)}
          .eventHrefOf=${mayI(this.me, 'configure', open.slug) ? (hit: string) => eventFromHitPath(open.slug, session.id, hit) : undefined}
          timeZone=${open.timeZone}
        ></cn-hit-list>
      </section>
      <section>
        <h2>${msg('Visitor and origin')}</h2>
        <cn-session-facts .session=${session}></cn-session-facts>
        <p>
          <a href=${searchPath(open.slug, `visitor = ${quoted(session.visitor)} exact`)}>${msg('All sessions of this visitor')}</a>
        </p>
      </section>
      ${
        mayI(this.me, 'administer', open.slug)
          ? html`<section>
              <h2>${msg('Data of this visitor')}</h2>
              <cn-visitor-data slug=${open.slug} visitor=${session.visitor}></cn-visitor-data>
            </section>`
          : nothing
      }`;
  }

  #show(hitId: string): void {
    void this.renderRoot.querySelector('cn-hit-list')?.show(hitId);
  }

  /** Why it ended, and the ways to the sessions before and after. */
  #ways({ endReason, continues, continuedBy }: WholeSession, { slug }: Dataset) {
    if (endReason === undefined && continues === undefined) return nothing;
    const late =
      this.endFailed?.id === this.session ? msg('It had ended before it was ended by hand.') : '';
    return html`<p class="ways" role="status">
      ${endReason === undefined ? nothing : html`<span><b>${msg('Ended.')}</b> ${late} ${endReasonTexts[endReason]}</span>`}
      ${
        continues === undefined
          ? nothing
          : html`<span>${msg(html`It continues <a href=${sessionPath(slug, continues)}>the session before it</a>.`)}</span>`
      }
      ${
        continuedBy === undefined
          ? nothing
          : html`<span>${msg(html`It goes on in <a href=${sessionPath(slug, continuedBy)}>the next session</a>.`)}</span>`
      }
    </p>`;
  }

  async #end(): Promise<void> {
    const { open, session: text } = this;
    const id = sessionIdOf(text);
    if (open === undefined || id === undefined || this.ending) return;
    this.ending = true;
    this.endFailed = undefined;
    try {
      await endSession(open.slug, id);
    } catch (error) {
      this.endFailed = { id: text, error: asApiError(error) };
      this.ending = false;
    }
    await this.#read.ask();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('session')) this.ending = false;
  }

  protected override updated(): void {
    if (!this.ending || this.#read.value?.endReason === undefined) return;
    this.ending = false;
    // The button that had the focus is gone.
    this.renderRoot.querySelector('h1')?.focus({ preventScroll: true });
  }

  #unknown({ slug, name }: Dataset) {
    return html`<cn-empty-state
      alone
      heading=${msg('There is no such session')}
      text=${msg(str`${name} has no session of this id. The address may have a slip in it, the session may belong to another dataset, or it was older than sessions are kept here.`)}
    >
      <a class="button" href="/${slug}/live">${msg('Active sessions')}</a>
      <a class="button" href="/${slug}/sql">${msg('Find one by SQL')}</a>
    </cn-empty-state>`;
  }
}

/** Each event once a hit, however often it fired on its steps. */
function firedOn({ facts = [] }: WholeSession): ReadonlyMap<string, string[]> {
  const fired = new Map<string, string[]>();
  for (const { hitId, event } of facts) {
    if (hitId === undefined) continue;
    const events = fired.get(hitId) ?? [];
    if (!events.includes(event)) fired.set(hitId, [...events, event]);
  }
  return fired;
}

const bones = html`<div role="status" aria-label=${msg('Loading')}>
  ${[40, 70, 55, 62].map((width) => html`<span class="bone" style="width: ${width}%"></span>`)}
</div>`;

declare global {
  interface HTMLElementTagNameMap {
    'cn-session-page': SessionPage;
  }
}
