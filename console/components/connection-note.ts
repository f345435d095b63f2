/**
 * What concerns every page at once, above it: that the server is out of reach and how old what is shown is, that it
 * answers again, that a newer version waits. It never loads anything anew by itself: somebody may be typing.
 */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { oldestAnswerAt, stalenessNews } from '../offline/staleness.ts';
import { controlStyles } from '../styles/controls.ts';
import { textStyles } from '../styles/text.ts';
import { formatInstant } from './time-format.ts';

const lookEveryMs = 4_000;

@customElement('cn-connection-note')
export class ConnectionNote extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    css`
      p {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-1) var(--space-3);
        padding: var(--space-2) var(--space-6);
        border-bottom: 1px solid var(--warn-line);
        background: var(--warn-ground);
        font-size: var(--text-dense);
      }
      p.news {
        border-color: var(--line);
        background: var(--accent-ground);
      }
      .button {
        min-height: 1.625rem;
        font-size: var(--text-caption);
      }
      @media (max-width: 48rem) {
        p {
          padding: var(--space-2) var(--space-4);
        }
      }
    `,
  ];

  /** Puts a newer version of the console in force; undefined while none waits. */
  @property({ attribute: false }) newVersion: (() => void) | undefined;

  @state() private oldestAt: number | undefined = oldestAnswerAt();
  @state() private isOffline = !navigator.onLine;
  /** True once the server was out of reach and answers again. */
  @state() private isBack = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    stalenessNews.addEventListener('change', this.#look);
    window.addEventListener('online', this.#look);
    window.addEventListener('offline', this.#look);
    this.#look();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    stalenessNews.removeEventListener('change', this.#look);
    window.removeEventListener('online', this.#look);
    window.removeEventListener('offline', this.#look);
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  readonly #look = () => {
    this.oldestAt = oldestAnswerAt();
    this.isOffline = !navigator.onLine;
    const isStale = this.oldestAt !== undefined;
    if (!isStale) this.isBack = false;
    if (isStale && this.#timer === undefined)
      this.#timer = setInterval(() => void this.#askServer(), lookEveryMs);
    if (!isStale) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  };

  async #askServer(): Promise<void> {
    const isBack = await fetch('/healthz', { cache: 'no-store' }).then(
      ({ ok }) => ok,
      () => false,
    );
    this.isBack = isBack && this.oldestAt !== undefined;
  }

  override render() {
    return html`<div role="status">${this.#connection()} ${this.#version()}</div>`;
  }

  #connection() {
    const { oldestAt } = this;
    if (oldestAt === undefined)
      return this.isOffline
        ? html`<p><b>${msg('Offline.')}</b> <span>${msg('What is asked now waits for the network.')}</span></p>`
        : nothing;
    const since = formatInstant(oldestAt, Intl.DateTimeFormat().resolvedOptions().timeZone);
    if (this.isBack)
      return html`<p class="news">
        <span>${msg(html`<b>The server answers again.</b> This page still shows figures that are stale, from ${since}.`)}</span>
        <button class="button" type="button" @click=${reload}>${msg('Load them anew')}</button>
      </p>`;
    return html`<p>
      <span
        ><b>${this.isOffline ? msg('Offline.') : msg('The server does not answer.')}</b>
        ${msg(str`What you see is stale, from ${since}. Nothing can be changed until the server is back.`)}</span
      >
    </p>`;
  }

  #version() {
    if (this.newVersion === undefined) return nothing;
    return html`<p class="news">
      <span>${msg(html`<b>A new version of the console is ready.</b> Loading it loses what you have typed and not saved.`)}</span>
      <button class="button" type="button" @click=${this.newVersion}>${msg('Reload')}</button>
    </p>`;
  }
}

const reload = () => location.reload();

declare global {
  interface HTMLElementTagNameMap {
    'cn-connection-note': ConnectionNote;
  }
}
