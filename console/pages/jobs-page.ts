/** All long work on the datasets that one administers: how far it is, what came of it, and its end by hand. */

import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Me } from '../../core/contract/access.ts';
import type { Job } from '../../core/contract/job.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { cancelJob, listJobs, publish } from '../api/jobs.ts';
import { beginRebuild, beginVerify } from '../api/upkeep.ts';
import '../components/confirm-button.ts';
import '../components/empty-state.ts';
import '../components/error-note.ts';
import {
  figureSentence,
  isOpenJob,
  jobKindWords,
  jobStateWords,
  progressSentence,
} from '../components/job-words.ts';
import { formatCount } from '../components/number-format.ts';
import { formatInstantShort, formatTime } from '../components/time-format.ts';
import { type DatasetsValue, datasetsContext, firstDataset } from '../context/datasets.ts';
import { mayI, meContext } from '../context/me.ts';
import { oneAtATime } from '../controllers/one-at-a-time.ts';
import { RefreshController } from '../controllers/refresh-controller.ts';
import { UrlStateController } from '../controllers/url-state-controller.ts';
import { controlStyles } from '../styles/controls.ts';
import { jobsPageStyles } from '../styles/jobs-page.ts';
import { pageStyles } from '../styles/page.ts';
import { stateStyles } from '../styles/state.ts';
import { tableStyles } from '../styles/tables.ts';
import { textStyles } from '../styles/text.ts';

const askEveryMs = 1_500;

/** Of which dataset; undefined for all. */
interface View {
  dataset: string | undefined;
}

@customElement('cn-jobs-page')
export class JobsPage extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    tableStyles,
    stateStyles,
    pageStyles,
    jobsPageStyles,
  ];

  @consume({ context: datasetsContext, subscribe: true })
  @state()
  private datasets: DatasetsValue | undefined;
  @consume({ context: meContext, subscribe: true })
  @state()
  private me: Me | undefined;
  @state() private failed: ApiError | undefined;
  /** Somebody has begun or ended one here, and hears what becomes of it. */
  @state() private hasActed = false;

  readonly #view = new UrlStateController<View>(this, {
    decode: (params) => ({ dataset: params.get('dataset') ?? undefined }),
    encode: ({ dataset }) => new URLSearchParams(dataset === undefined ? {} : { dataset }),
  });
  readonly #jobs = new RefreshController<Job[]>(this, {
    everyMs: askEveryMs,
    subject: () => 'jobs',
    fetch: (signal) => listJobs(signal),
  });

  readonly #once = oneAtATime(this);

  /** Those that one administers. */
  get #slugs(): string[] {
    const all = this.datasets?.list ?? [];
    return all.map(({ slug }) => slug).filter((slug) => mayI(this.me, 'administer', slug));
  }

  override render() {
    const { value, error } = this.#jobs;
    const { dataset } = this.#view.value;
    const shown = value?.filter((job) => dataset === undefined || job.dataset === dataset);
    const problem = this.failed ?? error;
    return html`<header class="page-head">
        <h1>${msg('Jobs')}</h1>
        <label class="of"
          ><span class="quiet">${msg('Dataset')}</span>
          <select class="field" @change=${this.#choose}>
            <option value="" ?selected=${dataset === undefined}>${msg('All')}</option>
            ${this.#slugs.map((slug) => html`<option value=${slug} ?selected=${slug === dataset}>${slug}</option>`)}
          </select></label
        >
      </header>
      ${problem ? html`<cn-error-note .error=${problem} @cn-retry=${this.#retry}></cn-error-note>` : nothing}
      <p class="only-read" role="status">${this.hasActed ? newest(shown) : ''}</p>
      ${this.#begin()} ${shown ? this.#list(shown) : problem ? nothing : html`<p class="caption" role="status">${msg('Loading …')}</p>`}`;
  }

  /** What is begun here; the rest is begun where it belongs. */
  #begin() {
    const slug = this.#view.value.dataset ?? firstDataset(this.datasets?.list ?? [])?.slug;
    if (slug === undefined || !this.#slugs.includes(slug)) return nothing;
    return html`<section class="begin" aria-label=${msg('Begin')}>
      <span class="quiet">${msg(str`In ${slug}:`)}</span>
      <button class="button" type="button" @click=${() => this.#once(() => this.#start(() => beginVerify(slug)))}>
        ${msg('Verify what is stored')}
      </button>
      <button class="button" type="button" @click=${() => this.#once(() => this.#start(() => publish(slug)))}>
        ${msg('Publish what has changed')}
      </button>
      <cn-confirm-button
        label=${msg('Rebuild the tables')}
        @cn-confirm=${() => this.#once(() => this.#start(() => beginRebuild(slug)))}
      ></cn-confirm-button>
    </section>`;
  }

  #list(jobs: readonly Job[]) {
    if (jobs.length === 0)
      return html`<cn-empty-state
        heading=${msg('No job runs, and none has ended since the last start')}
        text=${msg('Imports, runs of sources, backfills, recuts, exports and the making of the index are listed here while they run and after, with what came of them.')}
      ></cn-empty-state>`;
    const open = jobs.filter(isOpenJob).length;
    return html`<section>
      <h2>${open === 0 ? msg('Nothing runs') : msg(str`${formatCount(open)} under way`)}</h2>
      <div class="scroll" role="region" aria-label=${msg('Jobs')} tabindex="0">
        <table>
          <thead>
            <tr>
              <th scope="col">${msg('Job')}</th>
              <th scope="col">${msg('Dataset')}</th>
              <th scope="col">${msg('State')}</th>
              <th scope="col">${msg('What came of it')}</th>
              <th scope="col">${msg('Begun')}</th>
              <th scope="col"><span class="only-read">${msg('End it')}</span></th>
            </tr>
          </thead>
          <tbody>
            ${repeat(
              jobs,
              ({ id }) => id,
              (job) => this.#row(job),
            )}
          </tbody>
        </table>
      </div>
    </section>`;
  }

  #row(job: Job) {
    const { id, kind, dataset, about, cancellable } = job;
    const name = jobKindWords[kind];
    return html`<tr data-job=${id} ?acting=${this.#once.isActing(id)}>
      <td class="what">
        <div>${name}</div>
        ${about === undefined ? nothing : html`<div class="caption about">${about}</div>`}
      </td>
      <td>${dataset}</td>
      <td class="stands">${this.#state(job)}</td>
      <td class="came">${this.#outcome(job)}</td>
      <td class="when">${this.#when(job)}</td>
      <td class="end">
        ${
          cancellable
            ? html`<cn-confirm-button small label=${msg('Cancel')} what="${name} ${about ?? dataset}" @cn-confirm=${() => this.#cancel(id)}></cn-confirm-button>`
            : nothing
        }
      </td>
    </tr>`;
  }

  #state(job: Job) {
    const { state, done, total } = job;
    const dot = state === 'running' ? 'live' : state === 'failed' ? 'stale' : '';
    const progress = progressSentence(job);
    return html`<span class="state"><span class="dot ${dot}"></span>${jobStateWords[state]}</span>
      ${
        isOpenJob(job) && progress !== ''
          ? html`<div class="caption figures">${progress}</div>
              ${total ? html`<progress aria-label=${progress} max=${total} .value=${done ?? 0}></progress>` : nothing}`
          : nothing
      }`;
  }

  #outcome(job: Job) {
    return html`${job.state === 'waiting' ? nothing : html`<div class="figures">${figureSentence(job)}</div>`}
      ${job.reason === undefined ? nothing : html`<div class="reason"><bdi>${job.reason}</bdi></div>`}`;
  }

  #when({ begunAt, endedAt, dataset }: Job) {
    const zone = this.datasets?.list.find(({ slug }) => slug === dataset)?.timeZone ?? 'UTC';
    if (begunAt === undefined) return nothing;
    return html`${formatInstantShort(begunAt, zone)}
      ${endedAt === undefined ? nothing : html`<div class="caption">${msg(str`ended ${formatTime(endedAt, zone)}`)}</div>`}`;
  }

  #choose(event: Event) {
    const dataset = (event.target as HTMLSelectElement).value || undefined;
    this.#view.set({ dataset });
  }

  readonly #retry = () => {
    this.failed = undefined;
    void this.#jobs.ask();
  };

  #cancel(id: string) {
    return this.#once(() => this.#start(() => cancelJob(id)), id);
  }

  async #start(work: () => Promise<unknown>): Promise<void> {
    this.failed = undefined;
    this.hasActed = true;
    try {
      const working = work();
      void this.#jobs.ask();
      await working;
    } catch (error) {
      this.failed = asApiError(error);
    }
    await this.#jobs.ask();
  }
}

const newest = ([job]: readonly Job[] = []) =>
  job === undefined ? '' : `${jobKindWords[job.kind]}: ${jobStateWords[job.state]}`;

declare global {
  interface HTMLElementTagNameMap {
    'cn-jobs-page': JobsPage;
  }
}
