/**
 * A published event and the sessions that began before: offers to run it over them, says what that reads, and how far it
 * is. Draws nothing where there is nothing to do, or it was done.
 */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Dataset } from '../../core/contract/dataset.ts';
import type { EventPast } from '../../core/contract/event-life.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { beginBackfill, readEventPast } from '../api/events.ts';
import { oneAtATime } from '../controllers/one-at-a-time.ts';
import { RefreshController } from '../controllers/refresh-controller.ts';
import { eventsPath, searchPath } from '../routes.ts';
import { controlStyles } from '../styles/controls.ts';
import { textStyles } from '../styles/text.ts';
import { quoted } from './condition-text.ts';
import './error-note.ts';
import { counted } from './number-format.ts';
import { formatInstantShort } from './time-format.ts';

const askEveryMs = 1_500;

@customElement('cn-event-past')
export class EventPastNote extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    css`
      :host {
        display: block;
      }
      section {
        max-width: 52rem;
        margin-top: var(--space-5);
        padding-top: var(--space-3);
        border-top: 1px solid var(--line);
      }
      p {
        margin: var(--space-2) 0;
      }
      p:focus {
        outline: none;
      }
    `,
  ];

  @property({ attribute: false }) open: Dataset | undefined;
  /** The event that is published. */
  @property() event = '';
  /** Another one after each saving and publishing: then it is asked anew. */
  @property() edition = '';
  /** It was begun from here: how it ends is told, too. */
  @state() private isBegun = false;
  @state() private failed: ApiError | undefined;
  readonly #once = oneAtATime(this);

  readonly #past = new RefreshController<EventPast>(this, {
    everyMs: askEveryMs,
    subject: () =>
      this.open === undefined || this.event === ''
        ? undefined
        : `${this.open.slug}/${this.event}/${this.edition}`,
    fetch: (signal) => this.#read(signal),
    // Only what was begun from here changes by itself while somebody looks.
    isFinal: ({ state }) => state === 'done' || (state !== 'under_way' && !this.isBegun),
  });

  /** What is published may be switched off, whatever its draft says: then it has no past, however often one asks. */
  async #read(signal: AbortSignal): Promise<EventPast> {
    try {
      return await readEventPast(this.open?.slug ?? '', this.event, signal);
    } catch (error) {
      if (asApiError(error).code !== 'event_unpublished') throw error;
      return { event: this.event, state: 'none', storedSessions: 0 };
    }
  }

  override render() {
    const { value, error } = this.#past;
    const problem = this.failed ?? error;
    const said = value === undefined ? nothing : this.#said(value);
    if (said === nothing && problem === undefined) return nothing;
    return html`<section>
      <h2>${msg('Over the past')}</h2>
      ${problem ? html`<cn-error-note .error=${problem} @cn-retry=${() => this.#past.ask()}></cn-error-note>` : nothing}
      ${said}
    </section>`;
  }

  #said(past: EventPast) {
    const { slug = '' } = this.open ?? {};
    switch (past.state) {
      case 'none':
        return nothing;
      case 'open':
        return this.#offer(past);
      case 'under_way':
        return html`<p role="status" tabindex="-1">
          ${msg(html`It runs over the past in the background. How far it is stands at <a href=${eventsPath(slug)}>all events</a>.`)}
        </p>`;
      case 'done':
        return this.isBegun
          ? html`<p role="status" tabindex="-1">
              ${msg(html`It has been run over the past: <a href=${searchPath(slug, `event ${quoted(past.event)}`)}>the sessions with it</a>.`)}
            </p>`
          : nothing;
    }
  }

  #offer({ publishedAt = 0, storedSince = 0, storedSessions, version = 0 }: EventPast) {
    const zone = this.open?.timeZone ?? 'UTC';
    const [since, published] = [storedSince, publishedAt].map((at) => formatInstantShort(at, zone));
    return html`<p>
        ${msg(str`Sessions that began before ${published} (version ${version}) were not evaluated by it as it is. Stored sessions reach back to ${since}.`)}
        ${msg(str`A backfill reads ${counted(storedSessions, msg('# session|# sessions'))} in the background; storing goes first.`)}
      </p>
      <button class="button" type="button" @click=${() => this.#begin()}>${msg('Run over the past')}</button>`;
  }

  #begin(): Promise<void> {
    return this.#once(async () => {
      this.failed = undefined;
      try {
        await beginBackfill(this.open?.slug ?? '', this.event, {});
        this.isBegun = true;
      } catch (error) {
        this.failed = asApiError(error);
      }
      await this.#past.ask();
      await this.updateComplete;
      // The button that had the focus is gone.
      this.renderRoot.querySelector<HTMLElement>('p[tabindex]')?.focus({ preventScroll: true });
    });
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('event') || changed.has('edition')) this.isBegun = false;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-event-past': EventPastNote;
  }
}
