/** A dataset's settings: whether hits arrive, everything needed to make them arrive, and what may be changed of it. */
import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Me } from '../../core/contract/access.ts';
import type { Dataset } from '../../core/contract/dataset.ts';
import type { DatasetStatus } from '../../core/contract/status.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { curlExample, idleTimeoutOf, importCommand, trackerSnippet } from '../api/datasets.ts';
import { readDatasetStatus } from '../api/status.ts';
import '../components/code-block.ts';
import '../components/dataset-change.ts';
import '../components/dataset-end.ts';
import '../components/error-note.ts';
import { counted, formatCount, formatSpan } from '../components/number-format.ts';
import '../components/shared-links.ts';
import { formatInstant } from '../components/time-format.ts';
import '../components/write-key.ts';
import { type DatasetsValue, datasetsContext } from '../context/datasets.ts';
import { mayI, meContext } from '../context/me.ts';
import { navigate } from '../controllers/location.ts';
import { PollController } from '../controllers/poll-controller.ts';
import { controlStyles } from '../styles/controls.ts';
import { pageStyles } from '../styles/page.ts';
import { textStyles } from '../styles/text.ts';

const pollMs = 2_000;

@customElement('cn-settings-page')
export class SettingsPage extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    pageStyles,
    css`
      .columns {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 18rem;
        gap: 0 var(--space-12);
        align-items: start;
      }
      .arrival {
        display: flex;
        align-items: baseline;
        gap: var(--space-3);
        margin-top: var(--space-4);
        padding: var(--space-3) var(--space-4);
        border-inline-start: 3px solid var(--warn-line);
        background: var(--warn-ground);
      }
      .arrival.received {
        border-color: var(--better);
        background: var(--better-ground);
      }
      .arrival a {
        margin-inline-start: auto;
        white-space: nowrap;
      }
      section p {
        max-width: 44rem;
        margin: var(--space-1) 0 var(--space-2);
      }
      dl {
        margin: var(--space-2) 0 0;
        font-size: var(--text-dense);
      }
      dl > div {
        display: flex;
        justify-content: space-between;
        gap: var(--space-4);
        padding: var(--space-1) 0;
        border-bottom: 1px solid var(--line);
      }
      dt {
        flex: none;
        color: var(--ink-quiet);
      }
      dd {
        min-width: 0;
        margin: 0;
        text-align: end;
        overflow-wrap: anywhere;
      }
      .change {
        margin-top: var(--space-3);
      }
      .mono {
        font-family: var(--font-mono);
        font-size: var(--text-caption);
      }
      @media (max-width: 64rem) {
        .columns {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  @property({ attribute: false }) open: Dataset | undefined;
  @consume({ context: meContext, subscribe: true })
  @state()
  private me: Me | undefined;
  @consume({ context: datasetsContext, subscribe: true })
  @state()
  private datasets: DatasetsValue | undefined;
  /** The dataset that is being changed. */
  @state() private changing = '';
  @state() private status: DatasetStatus | undefined;
  /** The dataset of which it is known whether hits have come. */
  @state() private known = '';
  @state() private error: ApiError | undefined;
  /** An id for the example, made once: sending the example twice is sending it once. */
  readonly #hitId = crypto.randomUUID();

  constructor() {
    super();
    new PollController(this, pollMs, () => void this.#check());
  }

  async #check(): Promise<void> {
    const slug = this.open?.slug;
    if (slug === undefined) return;
    try {
      const status = await readDatasetStatus(slug);
      if (this.open?.slug !== slug) return;
      this.status = status;
      this.known = slug;
      this.error = undefined;
    } catch (error) {
      if (this.open?.slug === slug) this.error = asApiError(error);
    }
  }

  protected override updated(): void {
    if (this.status !== undefined && this.status.slug !== this.open?.slug) {
      this.status = undefined;
      void this.#check();
    }
  }

  override render() {
    const { open } = this;
    if (open === undefined) return nothing;
    return html`<header class="page-head">
        <h1>${msg('Settings')}</h1>
        <span class="caption">${open.name}</span>
      </header>
      ${this.error ? html`<cn-error-note .error=${this.error} @cn-retry=${() => this.#check()}></cn-error-note>` : this.#arrival(open)}
      <div class="columns">
        <div>${this.#sources(open)}</div>
        <div>${this.#facts(open)} ${this.status ? this.#counts(this.status) : nothing}</div>
      </div>
      ${this.#end(open)}`;
  }

  /** Whether hits arrive: the question of everyone who just put the snippet on a page. */
  #arrival(open: Dataset) {
    if (this.known !== open.slug)
      return html`<p class="caption" role="status">${msg('Loading …')}</p>`;
    const { status } = this;
    const count = status?.counts.accepted ?? 0;
    const last = status?.lastHitAt;
    if (count === 0 && last === undefined) {
      return html`<div class="arrival" role="status">
        <span>${msg(html`<b>Waiting for the first hit.</b> This line changes by itself when it arrives.`)}</span>
      </div>`;
    }
    const when =
      last === undefined ? '' : msg(str`The last was at ${formatInstant(last, open.timeZone)}.`);
    return html`<div class="arrival received" role="status">
      <span
        ><b>${count <= 1 ? msg('The first hit was received.') : msg('Hits arrive.')}</b> ${when}</span
      >
      <a href="/${open.slug}/live">${msg('Watch live')}</a>
    </div>`;
  }

  #sources(open: Dataset) {
    const host = open.hosts[0]?.replace('*', 'www') ?? 'www.shop.example';
    const { origin } = location;
    return html`<section>
        <h2>${msg('From the browser')}</h2>
        <p class="quiet">${msg('Put this line into the head of every page.')}</p>
        <cn-code-block
          text=${trackerSnippet(origin, open.writeKey)}
          copies=${msg('the snippet')}
        ></cn-code-block>
      </section>
      <section>
        <h2>${msg("From a web server's log")}</h2>
        <p class="quiet">
          ${msg('Run this where Canister is installed. Reading the same log twice changes nothing; compressed files are read as they are.')}
        </p>
        <cn-code-block text=${importCommand(open.slug)} copies=${msg('the command')}></cn-code-block>
      </section>
      <section>
        <h2>${msg('By hand')}</h2>
        <p class="quiet">
          ${msg('Send one page view from a command line, to try the way from the sender to the live page.')}
        </p>
        <cn-code-block
          text=${curlExample(origin, open.writeKey, host, this.#hitId)}
          copies=${msg('the command')}
        ></cn-code-block>
      </section>
      <section>
        <h2>${msg('Write key')}</h2>
        <p class="quiet">
          ${msg('Names this dataset to the collector. It stands in your pages, so it is no secret: whoever has it can send hits, and read nothing.')}
        </p>
        <cn-write-key
          slug=${open.slug}
          write-key=${open.writeKey}
          @cn-changed=${() => this.datasets?.reload()}
        ></cn-write-key>
      </section>
      <section>
        <h2>${msg('Shared links')}</h2>
        <p class="quiet">${msg('Reports that are shown without a sign-in to whoever has the link.')}</p>
        <cn-shared-links slug=${open.slug} timeZone=${open.timeZone}></cn-shared-links>
      </section>`;
  }

  #end({ slug }: Dataset) {
    if (!mayI(this.me, 'administer')) return nothing;
    return html`<section>
      <h2>${msg('Delete this dataset')}</h2>
      <p class="quiet">
        ${msg('Its hits, sessions, reports, definitions, alerts and keys go for good, and nothing brings them back but a backup. Hits that still come are refused.')}
      </p>
      <cn-dataset-end slug=${slug} @cn-deleted=${this.#deleted}></cn-dataset-end>
    </section>`;
  }

  readonly #deleted = async (): Promise<void> => {
    await this.datasets?.reload();
    navigate('/');
  };

  #facts(open: Dataset) {
    const { slug } = open;
    if (this.changing === slug)
      return html`<section>
        <h2>${msg('Dataset')}</h2>
        <cn-dataset-change
          .kept=${open}
          @cn-saved=${() => this.#saved()}
          @cn-cancel=${() => this.#close()}
        ></cn-dataset-change>
      </section>`;
    return html`<section>
      <h2>${msg('Dataset')}</h2>
      <dl>
        <div><dt>${msg('Name')}</dt><dd>${open.name}</dd></div>
        <div><dt>${msg('Short name')}</dt><dd class="mono">${open.slug}</dd></div>
        <div><dt>${msg('Time zone')}</dt><dd>${open.timeZone}</dd></div>
        <div><dt>${msg('Session ends after')}</dt><dd>${msg(str`${formatSpan(idleTimeoutOf(open))} without a hit`)}${open.idleTimeoutMsInForce === undefined ? nothing : html` <div class="caption">${msg(str`For all datasets, by CANISTER_IDLE_TIMEOUT_MS; its own is ${formatSpan(open.idleTimeoutMs)}.`)}</div>`}</dd></div>
        <div>
          <dt>${msg('Hosts')}</dt>
          <dd>${open.hosts.length === 0 ? msg('all') : open.hosts.map((host) => html`<div class="mono">${host}</div>`)}</dd>
        </div>
        <div><dt>${msg('Created')}</dt><dd>${formatInstant(open.createdAt, open.timeZone)}</dd></div>
      </dl>
      ${
        mayI(this.me, 'administer', slug)
          ? html`<button class="button change" type="button" @click=${() => this.#change(slug)}>
              ${msg('Change')}
            </button>`
          : nothing
      }
    </section>`;
  }

  #change(slug: string): void {
    this.changing = slug;
  }

  #close(): void {
    this.changing = '';
  }

  async #saved(): Promise<void> {
    await this.datasets?.reload();
    this.#close();
  }

  #counts({ counts, activeSessions, storedSessions }: DatasetStatus) {
    const rows: [string, number][] = [
      [msg('Received'), counts.received],
      [msg('Accepted'), counts.accepted],
      [msg('Duplicate'), counts.duplicate],
      [msg('Excluded'), counts.excluded],
      [msg('Bad'), counts.bad],
    ];
    return html`<section>
      <h2>${msg('Hits so far')}</h2>
      <dl>
        ${rows.map(([label, count]) => html`<div><dt>${label}</dt><dd>${formatCount(count)}</dd></div>`)}
      </dl>
      <p class="caption">
        ${counted(storedSessions, msg('# session is stored,|# sessions are stored,'))} ${counted(activeSessions, msg('# is active.|# are active.'))}
      </p>
    </section>`;
  }
}
