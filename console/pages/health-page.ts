/** Health: how the running server is, what is wrong and what to do, and what became of the hits of each dataset. */

import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Me } from '../../core/contract/access.ts';
import { addDays, dayOf } from '../../core/contract/calendar.ts';
import type { Dataset } from '../../core/contract/dataset.ts';
import type { DatasetStatus, HitCounts, HourCounts, Status } from '../../core/contract/status.ts';
import { serverNow } from '../api/server-time.ts';
import { readCounts, readStatus } from '../api/status.ts';
import '../components/alarm-list.ts';
import '../components/backup-list.ts';
import '../components/empty-state.ts';
import '../components/error-note.ts';
import { verdict } from '../components/hour-table.ts';
import { formatCount } from '../components/number-format.ts';
import '../components/server-health.ts';
import { formatInstant, formatTime } from '../components/time-format.ts';
import { type DatasetsValue, datasetsContext, firstDataset } from '../context/datasets.ts';
import { mayI, meContext } from '../context/me.ts';
import { RefreshController } from '../controllers/refresh-controller.ts';
import { UrlStateController } from '../controllers/url-state-controller.ts';
import { controlStyles } from '../styles/controls.ts';
import { healthPageStyles } from '../styles/health-page.ts';
import { pageStyles } from '../styles/page.ts';
import { skeletonStyles } from '../styles/skeleton.ts';
import { stateStyles } from '../styles/state.ts';
import { tableStyles } from '../styles/tables.ts';
import { textStyles } from '../styles/text.ts';

const askEveryMs = 3_000;
const hourMs = 3_600_000;
const spans = {
  day: { hours: 24, label: msg('Last 24 hours') },
  week: { hours: 168, label: msg('Last 7 days') },
};
type Span = keyof typeof spans;
const readerZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

interface View {
  dataset: string | undefined;
  span: Span;
}

interface Health {
  status: Status;
  /** The hours of the dataset that is looked at; absent where there is none. */
  hours: HourCounts[] | undefined;
}

@customElement('cn-health-page')
export class HealthPage extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    tableStyles,
    stateStyles,
    skeletonStyles,
    pageStyles,
    healthPageStyles,
  ];

  @consume({ context: datasetsContext, subscribe: true })
  @state()
  private datasets: DatasetsValue | undefined;

  @consume({ context: meContext, subscribe: true })
  @state()
  private me: Me | undefined;

  readonly #view = new UrlStateController<View>(this, {
    decode: (params) => ({
      dataset: params.get('dataset') ?? undefined,
      span: params.get('span') === 'week' ? 'week' : 'day',
    }),
    encode: viewParams,
  });

  readonly #health = new RefreshController<Health>(this, {
    everyMs: askEveryMs,
    subject: () => `${this.#dataset?.slug ?? ''} ${this.#view.value.span}`,
    fetch: async (signal) => {
      const [status, hours] = await Promise.all([readStatus(signal), this.#readHours(signal)]);
      return { status, hours };
    },
  });
  /** The last state of the server stays while another dataset is asked for. */
  #status: Status | undefined;

  /** The dataset that is looked at: the one in the address, else the one last seen. */
  get #dataset(): Dataset | undefined {
    const list = this.datasets?.list ?? [];
    return list.find(({ slug }) => slug === this.#view.value.dataset) ?? firstDataset(list);
  }

  async #readHours(signal: AbortSignal): Promise<HourCounts[] | undefined> {
    const dataset = this.#dataset;
    if (dataset === undefined) return undefined;
    const now = serverNow();
    const sinceMs = now - spans[this.#view.value.span].hours * hourMs;
    const from = dayOf(sinceMs, dataset.timeZone);
    const to = addDays(dayOf(now, dataset.timeZone), 1);
    const { hours } = await readCounts(dataset.slug, { from, to }, signal);
    return hours.filter(({ at }) => at > sinceMs);
  }

  override render() {
    const { value, error } = this.#health;
    this.#status = value?.status ?? this.#status;
    const status = this.#status;
    return html`<header class="page-head">
        <h1>${msg('Health')}</h1>
        ${this.#state()}
      </header>
      ${error ? html`<cn-error-note .error=${error} @cn-retry=${() => this.#health.ask()}></cn-error-note>` : nothing}
      ${status ? this.#body(status, value?.hours) : error ? nothing : bones}`;
  }

  #state() {
    const { answeredAt, error } = this.#health;
    if (answeredAt === undefined) return nothing;
    const at = formatTime(answeredAt, readerZone);
    // The time changes every few seconds: only a change of the state is read out.
    return html`<span class="state">
      <span class="dot ${error ? 'stale' : 'live'}" aria-hidden="true"></span>
      <span role="status">${error ? msg('No answer. Figures are of') : msg('As of')}</span>
      <span class="figures">${at}</span>
    </span>`;
  }

  #body(status: Status, hours: HourCounts[] | undefined) {
    return html`<div class=${this.#health.error ? 'stale' : ''}>
      <section>
        <h2>${msg('Alarms')}</h2>
        <cn-alarm-list .alarms=${status.alarms}></cn-alarm-list>
        <p class="caption docs">
          ${docLink('operations', msg('What alarms and figures mean'))} ${docLink('problems', msg('Problem codes'))}
          ${docLink('settings', msg('Limits and other settings'))}
        </p>
      </section>
      <section>
        <cn-server-health .status=${status} timeZone=${readerZone}></cn-server-health>
      </section>
      ${this.#hits(status, hours)}
      ${mayI(this.me, 'administer') ? html`<section><cn-backup-list timeZone=${readerZone}></cn-backup-list></section>` : nothing}
    </div>`;
  }

  #hits(status: Status, hours: HourCounts[] | undefined) {
    const dataset = this.#dataset;
    if (dataset === undefined) {
      return html`<cn-empty-state
        heading=${msg('There is no dataset yet')}
        text=${msg('What became of the hits of each dataset stands here, hour by hour: received, accepted, and why not.')}
      >
        <a class="button first" href="/datasets/new">${msg('New dataset')}</a>
      </cn-empty-state>`;
    }
    return html`<section>
        <h2>${msg('Hits by dataset')}</h2>
        <p class="caption">${msg('Since the beginning. Every hit that was received has one outcome. Last hits in the zone of each dataset.')}</p>
        <div class="scroll" tabindex="0" role="region" aria-label=${msg('Hits by dataset')}>
          ${this.#table(status, dataset)}
        </div>
      </section>
      <section>
        <div class="hours-head">
          <h2>${msg(str`Hits of ${dataset.name} by hour`)}</h2>
          <select class="field" aria-label=${msg('Hours')} @change=${this.#choose}>
            ${Object.entries(spans).map(
              ([span, { label }]) =>
                html`<option value=${span} ?selected=${span === this.#view.value.span}>${label}</option>`,
            )}
          </select>
        </div>
        ${hours === undefined ? bones : this.#hours(hours, dataset)}
      </section>`;
  }

  #table(status: Status, chosen: Dataset) {
    const { unassigned } = status;
    return html`<table>
      <caption class="only-read">${msg('Hits by dataset since the beginning')}</caption>
      <thead>
        <tr>
          <th scope="col">${msg('Dataset')}</th>
          ${heads.map((name) => html`<th scope="col" class="number">${name}</th>`)}
          <th scope="col">${msg('Last hit')}</th>
        </tr>
      </thead>
      <tbody>
        ${status.datasets.map((one) => this.#row(one, one.slug === chosen.slug))}
        ${
          unassigned.received === 0
            ? nothing
            : html`<tr>
                <td class="quiet">${msg('without a dataset')}</td>
                ${countCells(unassigned)}
                <td class="number"></td><td class="number"></td><td></td>
              </tr>`
        }
      </tbody>
    </table>`;
  }

  #row(one: DatasetStatus, chosen: boolean) {
    const dataset = this.datasets?.list.find(({ slug }) => slug === one.slug);
    const params = viewParams({ ...this.#view.value, dataset: one.slug });
    return html`<tr>
      <td>
        <a href="/health?${params}" aria-current=${chosen ? 'true' : nothing}>${dataset?.name ?? one.slug}</a>
      </td>
      ${countCells(one.counts)}
      <td class="number">${formatCount(one.activeSessions)}</td>
      <td class="number">${formatCount(one.storedSessions)}</td>
      <td class="when">${one.lastHitAt === undefined ? msg('none yet') : formatInstant(one.lastHitAt, dataset?.timeZone ?? 'UTC')}</td>
    </tr>`;
  }

  #hours(hours: HourCounts[], { slug, name, timeZone }: Dataset) {
    if (hours.length === 0) {
      return html`<p class="nothing">
        ${msg(html`No hit came in this time. Each hour with hits gets a row here. <a href="/${slug}/settings">Settings</a> says how to send some.`)}
      </p>`;
    }
    return html`<p class="caption">
        ${msg(str`Hours that had hits, in ${timeZone}. Hits that were set aside were accepted, could not be processed, and are kept.`)}
      </p>
      <cn-hour-table
        .hours=${hours}
        timeZone=${timeZone}
        label=${msg(str`Hits of ${name} by hour`)}
      ></cn-hour-table>`;
  }

  #choose(event: Event) {
    const span: Span = (event.target as HTMLSelectElement).value === 'week' ? 'week' : 'day';
    this.#view.set({ ...this.#view.value, span });
  }
}

const heads = [
  msg('Received'),
  msg('Accepted'),
  msg('Duplicate'),
  msg('Excluded'),
  msg('Bad'),
  msg('Adds up'),
  msg('Active'),
  msg('Stored'),
];

function viewParams({ dataset, span }: View): URLSearchParams {
  const params = new URLSearchParams();
  if (dataset !== undefined) params.set('dataset', dataset);
  if (span !== 'day') params.set('span', span);
  return params;
}

function countCells(counts: HitCounts) {
  const { received, accepted, duplicate, excluded, bad } = counts;
  return html`${[received, accepted, duplicate, excluded, bad].map(
    (count) => html`<td class="number">${formatCount(count)}</td>`,
  )}
    <td class="number">${verdict(counts)}</td>`;
}

const docLink = (name: string, text: string) =>
  html`<a href="/docs/${name}.md" target="_blank">${text}</a>`;

const bones = html`<div role="status" aria-label=${msg('Loading')}>
  ${[50, 80, 65].map((width) => html`<span class="bone" style="width: ${width}%"></span>`)}
</div>`;

declare global {
  interface HTMLElementTagNameMap {
    'cn-health-page': HealthPage;
  }
}
