/** The events of a dataset: what is defined, drafted and in force; one of them in the editor, by the address; and the past. */
import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Me } from '../../core/contract/access.ts';
import type { Dataset } from '../../core/contract/dataset.ts';
import type { AttributeDraft, EventDraft, EventList } from '../../core/contract/event-life.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { deleteAttribute, deleteEvent, listEvents, publishEvents } from '../api/events.ts';
import '../components/attribute-form.ts';
import '../components/backfill-list.ts';
import { quoted } from '../components/condition-text.ts';
import '../components/confirm-button.ts';
import '../components/empty-state.ts';
import '../components/error-note.ts';
import '../components/kept-facts.ts';
import { factsOfEvent } from '../components/kept-facts.ts';
import '../components/event-editor.ts';
import '../components/event-past.ts';
import '../components/event-from-hit.ts';
import { draftStateTexts, takeTexts, triggerTexts } from '../components/event-words.ts';
import type { HitProposal } from '../components/hit-proposals.ts';
import { counted } from '../components/number-format.ts';
import '../components/set-history.ts';
import type { SetHistory } from '../components/set-history.ts';
import { mayI, meContext } from '../context/me.ts';
import { oneAtATime } from '../controllers/one-at-a-time.ts';
import { QueryController } from '../controllers/query-controller.ts';
import { type UrlCodec, UrlStateController } from '../controllers/url-state-controller.ts';
import { eventsPath, searchPath } from '../routes.ts';
import { controlStyles } from '../styles/controls.ts';
import { eventsPageStyles } from '../styles/events-page.ts';
import { pageStyles } from '../styles/page.ts';
import { stateStyles } from '../styles/state.ts';
import { tableStyles } from '../styles/tables.ts';
import { textStyles } from '../styles/text.ts';

/** The event that is open in the editor; empty for a new one, undefined for the list. */
type Opened = string | undefined;
const openedCodec: UrlCodec<Opened> = {
  decode: (params) => params.get('event') ?? undefined,
  encode: (event) => new URLSearchParams(event === undefined ? {} : { event }),
};

const dots: Record<EventDraft['state'], string> = {
  draft: '',
  published: 'live',
  changed: 'warned',
};

@customElement('cn-events-page')
export class EventsPage extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    pageStyles,
    stateStyles,
    tableStyles,
    eventsPageStyles,
  ];

  @property({ attribute: false }) open: Dataset | undefined;
  @query('cn-set-history') private history: SetHistory | undefined;
  @consume({ context: meContext, subscribe: true })
  @state()
  private me: Me | undefined;
  @state() private failed: ApiError | undefined;
  @state() private said = '';
  @state() private proposal: HitProposal | undefined;
  /** The attribute in its form: a draft, or `new`. */
  @state() private attribute: AttributeDraft | 'new' | undefined;
  readonly #once = oneAtATime(this);

  readonly #opened = new UrlStateController<Opened>(this, openedCodec);
  readonly #list = new QueryController<string, EventList>(this, {
    key: () => this.open?.slug,
    subject: (slug) => slug,
    fetch: (slug, signal) => listEvents(slug, signal),
  });

  /** Who may not change them looks at them. */
  get #mayChange(): boolean {
    return mayI(this.me, 'configure', this.open?.slug);
  }

  #shown: Opened;
  /** Between list and editor the focus goes along, for the link that was pressed is gone. */
  protected override updated(): void {
    if (this.#shown === this.#opened.value) return;
    this.#shown = this.#opened.value;
    this.renderRoot.querySelector<HTMLElement>('h1')?.focus();
  }

  override render() {
    const { open } = this;
    if (open === undefined) return nothing;
    const { value, error } = this.#list;
    const opened = this.#opened.value;
    const path = eventsPath(open.slug);
    return html`<header class="page-head">
        <h1 tabindex="-1">${opened === undefined ? msg('Events') : opened === '' ? msg('New event') : html`<bdi>${opened}</bdi>`}</h1>
        ${opened !== undefined ? html`<a href=${path}>${msg('All events')}</a>` : this.#mayChange ? html`<a class="button first" href="${path}?event=">${msg('New event')}</a>` : nothing}
      </header>
      ${error ? html`<cn-error-note .error=${error} @cn-retry=${() => this.#list.retry()}></cn-error-note>` : nothing}
      ${this.failed ? html`<cn-error-note .error=${this.failed}></cn-error-note>` : nothing}
      ${
        value === undefined
          ? error
            ? nothing
            : html`<p class="caption" role="status">${msg('Loading …')}</p>`
          : opened === undefined
            ? this.#all(open, value)
            : this.#editor(open, value, opened)
      }`;
  }

  #editor(open: Dataset, { events, version }: EventList, opened: string) {
    const kept = events.find(({ definition }) => definition.name === opened);
    if (opened !== '' && kept === undefined && !this.#list.pending) {
      return html`<cn-empty-state heading=${msg(str`There is no event "${opened}"`)} text=${msg('It may have been deleted meanwhile. What it recorded stays.')}>
        <a class="button" href=${eventsPath(open.slug)}>${msg('All events')}</a>
      </cn-empty-state>`;
    }
    if (!this.#mayChange) {
      return kept === undefined
        ? html`<p class="caption">${msg('Your role looks at events. A configurator can make one.')}</p>`
        : html`<cn-kept-facts .facts=${factsOfEvent(kept)}></cn-kept-facts>`;
    }
    return html`${
      opened === ''
        ? html`<cn-event-from-hit
              slug=${open.slug}
              .taken=${events.map(({ definition }) => definition.name)}
              @cn-proposal=${(event: CustomEvent<HitProposal | undefined>) => {
                this.proposal = event.detail;
              }}
            ></cn-event-from-hit>`
        : nothing
    }<cn-event-editor
      .open=${open}
      .kept=${kept}
      .proposal=${opened === '' ? this.proposal : undefined}
      @cn-saved=${(event: CustomEvent<string>) => this.#saved(event.detail)}
    ></cn-event-editor>${
      kept === undefined || kept.state === 'draft' || !kept.definition.active
        ? nothing
        : html`<cn-event-past .open=${open} event=${kept.definition.name} edition="${version} ${kept.revision} ${kept.state}"></cn-event-past>`
    }`;
  }

  #saved(name: string) {
    this.#list.retry();
    if (this.#opened.value !== name) this.#opened.set(name);
  }

  #all(open: Dataset, list: EventList) {
    const drafts = [...list.events, ...list.attributes].filter(
      ({ state }) => state !== 'published',
    );
    const published = list.events.filter(
      ({ state, definition }) => state !== 'draft' && definition.active,
    );
    return html`<div class="said">
        <span>${msg(str`Version ${list.version} is in force.`)}</span>
        ${
          drafts.length === 0 || !this.#mayChange
            ? nothing
            : html`<span>${msg(str`${counted(drafts.length, msg('# draft is|# drafts are'))} not published.`)}</span>
                <cn-confirm-button label=${msg('Publish all drafts')} @cn-confirm=${() => this.#publishAll(open.slug)}></cn-confirm-button>`
        }
        <span class="caption" role="status">${this.said}</span>
      </div>
      ${this.#events(open, list.events)}
      <section>
        <h2>${msg('Hit and step attributes')}</h2>
        <p class="caption">${msg('They take a value out of a request, a response or a step, for conditions and events to use.')}</p>
        ${this.#attributes(open, list.attributes)}
      </section>
      ${this.#mayChange ? this.#past(open, published) : nothing}
      <section>
        <h2>${msg('History')}</h2>
        <cn-set-history
          slug=${open.slug}
          timeZone=${open.timeZone}
          version=${list.version}
          ?readonly=${!this.#mayChange}
          @cn-changed=${() => this.#reload(msg('Rolled back: drafts are what they were then.'))}
        ></cn-set-history>
      </section>`;
  }

  #past(open: Dataset, published: readonly EventDraft[]) {
    return html`<section>
        <h2>${msg('Over the past')}</h2>
        <p class="caption">${msg('A backfill runs a published event over stored sessions, in the background.')}</p>
        <cn-backfill-list .open=${open} .events=${published.map(({ definition }) => definition.name)}></cn-backfill-list>
      </section>`;
  }

  #events({ slug }: Dataset, events: readonly EventDraft[]) {
    return html`<table>
      <caption class="only-read">${msg('Events in the order of evaluation')}</caption>
      <thead>
        <tr>
          <th scope="col">${msg('Event')}</th>
          <th scope="col" class="secondary">${msg('Trigger')}</th>
          <th scope="col" class="narrow">${msg('State')}</th>
          <th scope="col"><span class="only-read">${msg('Actions')}</span></th>
        </tr>
      </thead>
      <tbody>
        ${repeat(
          events,
          ({ definition }) => definition.name,
          ({ definition, state }) => {
            const { name, condition, trigger, active, buildingBlock } = definition;
            return html`<tr>
            <td>
              <a href="${eventsPath(slug)}?${new URLSearchParams({ event: name })}"><bdi>${name}</bdi></a>
              ${buildingBlock ? html`<span class="quiet">${msg('building block')}</span>` : nothing}
              <code class="condition" title=${condition}><bdi>${condition}</bdi></code>
            </td>
            <td class="secondary">${triggerTexts[trigger]}</td>
            <td class="narrow"><span class="state"><span class="dot ${active ? dots[state] : ''}" aria-hidden="true"></span>${active ? draftStateTexts[state] : msg('Off')}</span></td>
            <td class="acts">
              <a href=${searchPath(slug, `event ${quoted(name)}`)}>${msg(html`Sessions<span class="only-read"> with ${name}</span>`)}</a>
              ${this.#mayChange ? html`<cn-confirm-button small label=${msg('Delete')} what=${name} @cn-confirm=${() => this.#do(() => deleteEvent(slug, name), msg(str`"${name}" is deleted; its past facts stay.`))}></cn-confirm-button>` : nothing}
            </td>
          </tr>`;
          },
        )}
      </tbody>
    </table>`;
  }

  #attributes({ slug }: Dataset, attributes: readonly AttributeDraft[]) {
    const attribute = this.attribute;
    if (attribute !== undefined) {
      return html`<cn-attribute-form
        slug=${slug}
        .kept=${attribute === 'new' ? undefined : attribute}
        @cn-cancel=${() => this.#closeAttribute()}
        @cn-saved=${() => {
          this.#closeAttribute();
          this.#reload(msg('The attribute is saved as a draft.'));
        }}
      ></cn-attribute-form>`;
    }
    return html`${
      attributes.length === 0
        ? nothing
        : html`<table class="attributes">
              <caption class="only-read">${msg('Attributes')}</caption>
              <tbody>
                ${repeat(
                  attributes,
                  ({ definition: { name, home } }) => `${home} ${name}`,
                  (one) => {
                    const { name, home, take } = one.definition;
                    return html`<tr>
                    <td><code>${home}_attribute.<bdi>${name}</bdi></code></td>
                    <td class="secondary">${takeTexts[take.by]}</td>
                    <td class="narrow">${draftStateTexts[one.state]}</td>
                    <td class="acts">${
                      this.#mayChange
                        ? html`
                      <button class="button" type="button" @click=${() => this.#openAttribute(one)}>${msg(html`Edit<span class="only-read"> ${name}</span>`)}</button>
                      <cn-confirm-button label=${msg('Delete')} what=${name} @cn-confirm=${() => this.#do(() => deleteAttribute(slug, name), msg(str`"${name}" is deleted.`))}></cn-confirm-button>`
                        : nothing
                    }
                    </td>
                  </tr>`;
                  },
                )}
              </tbody>
            </table>`
    }
      ${this.#mayChange ? html`<button class="button new" type="button" @click=${() => this.#openAttribute('new')}>${msg('New attribute')}</button>` : nothing}`;
  }

  #openAttribute(attribute: AttributeDraft | 'new') {
    this.attribute = attribute;
  }

  #closeAttribute() {
    this.attribute = undefined;
  }

  #publishAll(slug: string) {
    return this.#do(() => publishEvents(slug), msg('All drafts are published.'));
  }

  #do(act: () => Promise<unknown>, said: string): Promise<void> {
    return this.#once(async () => {
      this.failed = undefined;
      this.said = '';
      try {
        await act();
        await this.#reload(said);
      } catch (error) {
        this.failed = asApiError(error);
      }
    });
  }

  async #reload(said: string): Promise<void> {
    this.said = said;
    this.history?.reload();
    await this.#list.retry();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-events-page': EventsPage;
  }
}
