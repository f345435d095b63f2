/** The sessions that are active now, as they change. */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Dataset } from '../../core/contract/dataset.ts';
import type { ActiveSessions } from '../../core/contract/session.ts';
import { openActiveSessions, type StreamState } from '../api/active-sessions.ts';
import type { ApiError } from '../api/client.ts';
import { idleTimeoutOf, trackerSnippet } from '../api/datasets.ts';
import { serverNow } from '../api/server-time.ts';
import '../components/code-block.ts';
import '../components/empty-state.ts';
import '../components/error-note.ts';
import { counted, formatSpan } from '../components/number-format.ts';
import '../components/session-table.ts';
import { PollController } from '../controllers/poll-controller.ts';
import { sessionPath } from '../routes.ts';
import { pageStyles } from '../styles/page.ts';
import { stateStyles } from '../styles/state.ts';
import { textStyles } from '../styles/text.ts';

const stateTexts: Record<StreamState, string> = {
  connecting: msg('Connecting …'),
  live: msg('Live'),
  reconnecting: msg('Reconnecting …'),
};

@customElement('cn-live-page')
export class LivePage extends LitElement {
  static override styles = [
    textStyles,
    pageStyles,
    stateStyles,
    css`
      .page-head {
        position: sticky;
        top: 0;
        z-index: 10;
        background: var(--ground);
      }
      .counts {
        display: flex;
        gap: var(--space-4);
      }
      .counts b {
        font-size: var(--text-title);
        font-weight: 580;
        letter-spacing: -0.011em;
      }
      .state {
        justify-content: flex-end;
        min-width: 7rem;
      }
      cn-session-table {
        display: block;
        margin-top: var(--space-3);
      }
      .stale {
        opacity: 0.6;
      }
      .caption {
        margin-top: var(--space-3);
      }
      @media (max-width: 48rem) {
        .page-head {
          top: var(--bar-height);
        }
        .state {
          min-width: 0;
        }
      }
      @media (max-width: 30rem) {
        .counts {
          order: 1;
          flex-basis: 100%;
        }
      }
    `,
  ];

  @property({ attribute: false }) open: Dataset | undefined;
  @state() private stream: StreamState = 'connecting';
  @state() private active: ActiveSessions | undefined;
  @state() private error: ApiError | undefined;
  @state() private now = serverNow();

  #release: (() => void) | undefined;

  constructor() {
    super();
    new PollController(this, 1_000, () => {
      this.now = serverNow();
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#listen();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#release?.();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('open') || changed.get('open')?.slug === this.open?.slug) return;
    this.active = undefined;
    this.#listen();
  }

  #listen(): void {
    this.#release?.();
    this.error = undefined;
    if (this.open === undefined) return;
    this.#release = openActiveSessions(this.open.slug, {
      sessions: (value) => {
        this.active = value;
        this.error = undefined;
        this.now = serverNow();
      },
      state: (state) => {
        this.stream = state;
      },
      refused: (error) => {
        this.error = error;
      },
    });
  }

  override render() {
    const { stream } = this;
    return html`<header class="page-head">
        <h1>${msg('Active sessions')}</h1>
        ${this.active ? this.#counts(this.active) : nothing}
        <span class="state" role="status">
          <span class="dot ${stream}" aria-hidden="true"></span>${stateTexts[stream]}
        </span>
      </header>
      ${this.error ? html`<cn-error-note .error=${this.error} @cn-retry=${() => this.#listen()}></cn-error-note>` : nothing}
      ${this.error && this.active === undefined ? nothing : this.#body(this.active)}`;
  }

  #counts({ total, robots }: ActiveSessions) {
    return html`<span class="counts figures">
      <span><b>${Math.max(0, total - robots)}</b> <span class="quiet">${msg('active')}</span></span>
      <span><b>${robots}</b> <span class="quiet">${counted(robots, msg('robot|robots'))}</span></span>
    </span>`;
  }

  #body(active: ActiveSessions | undefined) {
    if (active?.total === 0) return this.#teach();
    const sessions = active && [...active.sessions].sort((a, b) => b.startedAt - a.startedAt);
    const hidden = active ? active.total - active.sessions.length : 0;
    return html`<cn-session-table
        class=${this.stream === 'live' || active === undefined ? '' : 'stale'}
        .sessions=${sessions}
        .now=${this.now}
        timeZone=${this.open?.timeZone ?? 'UTC'}
        .hrefOf=${(id: string) => sessionPath(this.open?.slug ?? '', id)}
      ></cn-session-table>
      <p class="caption">
        ${msg(str`Times in ${this.open?.timeZone ?? 'UTC'}.`)}
        ${hidden > 0 ? counted(hidden, msg('# more session is active.|# more sessions are active.')) : ''}
        ${this.open === undefined ? '' : msg(str`A session ends after ${formatSpan(idleTimeoutOf(this.open))} without a hit.`)}
        ${msg('A row opens its session.')}
      </p>`;
  }

  #teach() {
    const snippet = trackerSnippet(location.origin, this.open?.writeKey ?? '');
    return html`<cn-empty-state
      heading=${msg('No session is active')}
      text=${msg('Sessions appear here with their first hit and change as they go on. Put this line into the head of your pages, then open one of them.')}
    >
      <cn-code-block text=${snippet} copies=${msg('the snippet')}></cn-code-block>
      <p class="caption">
        ${msg(html`Is it there already? <a href="/${this.open?.slug}/settings">Settings</a> says whether hits arrive.`)}
      </p>
    </cn-empty-state>`;
  }
}
