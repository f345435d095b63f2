/** One report: its figures, charts and tables over the days, labels and filter of the view. */

import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Me } from '../../core/contract/access.ts';
import { dayOf } from '../../core/contract/calendar.ts';
import type { Dataset } from '../../core/contract/dataset.ts';
import type { ReportEntry, ReportPanel, ReportResult } from '../../core/contract/report.ts';
import { asApiError } from '../api/client.ts';
import {
  conditionOf,
  type DefinitionChoice,
  hasTrackerAndLog,
  listDefinitions,
  listReports,
  type ReportRequest,
  reportUrl,
  runReport,
} from '../api/reports.ts';
import { serverNow } from '../api/server-time.ts';
import '../components/analysis-header.ts';
import { annotationList, annotationListStyles } from '../components/annotation-list.ts';
import { firstFigure } from '../components/answer.ts';
import '../components/data-table.ts';
import '../components/empty-report.ts';
import '../components/error-note.ts';
import '../components/figure-row.ts';
import { type FigureAt, opensRows } from '../components/open-figure.ts';
import '../components/report-chart.ts';
import '../components/share-report.ts';
import '../components/subject-picker.ts';
import { formatInstant, formatRange, formatTime } from '../components/time-format.ts';
import { mayI, meContext } from '../context/me.ts';
import { type AnalysisView, analysisViewCodec, rangeOf } from '../controllers/analysis-view.ts';
import { navigate } from '../controllers/location.ts';
import { PollController } from '../controllers/poll-controller.ts';
import { QueryController } from '../controllers/query-controller.ts';
import { UrlStateController } from '../controllers/url-state-controller.ts';
import { editReportPath, reportsPath, searchPath } from '../routes.ts';
import { controlStyles } from '../styles/controls.ts';
import { pageStyles } from '../styles/page.ts';
import { reportPageStyles } from '../styles/report-page.ts';
import { skeletonStyles } from '../styles/skeleton.ts';
import { textStyles } from '../styles/text.ts';

/** How often a range that holds today is asked for again. */
const refreshMs = 60_000;
const formatWords = { xlsx: 'XLSX', parquet: 'Parquet', html: 'HTML' } as const;
/** Tables with more columns than this have a row of the page for themselves. */
const narrowColumnsMax = 3;

@customElement('cn-report-page')
export class ReportPage extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    skeletonStyles,
    pageStyles,
    reportPageStyles,
    annotationListStyles,
    css`
      .back {
        font-size: var(--text-caption);
      }
    `,
  ];

  @consume({ context: meContext, subscribe: true })
  @state()
  private me: Me | undefined;
  @property({ attribute: false }) open: Dataset | undefined;
  /** The name of the report. */
  @property() name = '';

  /** Why the sessions of a figure could not be opened, and in which panel. */
  @state() private refused: { panel: string; reason: string } | undefined;

  readonly #view = new UrlStateController<AnalysisView>(this, analysisViewCodec);
  readonly #report = new QueryController<ReportRequest, ReportResult>(this, {
    key: () => this.#request(),
    subject: (asked) => `${asked.slug}/${asked.report}`,
    fetch: (asked, signal) => runReport(asked, signal),
  });
  readonly #labels = new QueryController<string, DefinitionChoice[]>(this, {
    key: () => this.open?.slug,
    subject: (slug) => slug,
    fetch: (slug, signal) => listDefinitions(slug, 'label', signal),
  });

  readonly #reports = new QueryController<string, ReportEntry[]>(this, {
    key: () => this.open?.slug,
    subject: (slug) => slug,
    fetch: (slug, signal) => listReports(slug, signal),
  });

  /** Asked once the report is there: it must not wait for this. */
  readonly #hasBoth = new QueryController<Pick<ReportRequest, 'slug' | 'range'>, boolean>(this, {
    key: () => {
      const asked = this.#request();
      if (asked === undefined || this.#report.value === undefined) return undefined;
      return { slug: asked.slug, range: asked.range };
    },
    subject: ({ slug }) => slug,
    fetch: ({ slug, range }, signal) => hasTrackerAndLog(slug, range, signal),
  });

  /** One report is about both sources, and counts each for itself. */
  get #offersSeen(): boolean {
    return this.#hasBoth.value === true && this.name !== 'tag-and-log';
  }

  get #isOwn(): boolean {
    return this.#reports.value?.some(({ name, own }) => own && name === this.name) ?? false;
  }

  constructor() {
    super();
    new PollController(this, refreshMs, () => this.#refresh());
  }

  get #today(): string {
    return dayOf(serverNow(), this.open?.timeZone ?? 'UTC');
  }

  #request(): ReportRequest | undefined {
    if (this.open === undefined || this.name === '') return undefined;
    const { range, comparison, robots, seenByTag, labels, condition, subject } = this.#view.value;
    return {
      slug: this.open.slug,
      report: this.name,
      range: rangeOf(range, this.#today),
      days: typeof range === 'string' ? range : undefined,
      robots,
      seenByTag,
      comparison,
      labels,
      condition,
      subject,
    };
  }

  #refresh() {
    const asked = this.#request();
    if (asked && asked.range.to > this.#today && !this.#report.pending) this.#report.retry();
  }

  override render() {
    const { value, error, stale } = this.#report;
    const isWaiting = stale && error === undefined;
    return html`<cn-analysis-header
        heading=${value?.title ?? msg('Report')}
        slug=${mayI(this.me, 'explore', this.open?.slug) ? (this.open?.slug ?? '') : ''}
        .view=${this.#view.value}
        .labels=${this.#labels.value ?? []}
        .compares=${stale || value === undefined || isCompared(value)}
        .storedFrom=${stale ? undefined : value?.comparedWith?.storedFrom}
        ?answered=${value !== undefined || error !== undefined}
        today=${this.#today}
        timeZone=${this.open?.timeZone ?? ''}
        ?offers-seen=${this.#offersSeen}
        remark=${isWaiting ? msg('loading …') : stale && value ? msg(str`still showing ${formatRange(value.range)}`) : this.#keptRemark()}
        @cn-view=${(event: CustomEvent<AnalysisView>) => this.#view.set(event.detail)}
      >
        <cn-subject-picker
          slot="subject"
          .open=${this.open}
          .subject=${value?.subject ?? {}}
          report=${this.name}
          @cn-subject=${(event: CustomEvent<AnalysisView['subject']>) =>
            this.#view.set({ ...this.#view.value, subject: event.detail })}
        ></cn-subject-picker>
      </cn-analysis-header>
      ${
        error
          ? html`<cn-error-note .error=${error} @cn-retry=${() => this.#report.retry()}></cn-error-note>`
          : nothing
      }
      ${error && value === undefined ? nothing : this.#body(value, stale)}`;
  }

  #keptRemark(): string {
    const { keptSince, value } = this.#report;
    if (keptSince === undefined) return '';
    const stale = msg(str`stale, from ${formatInstant(keptSince, this.open?.timeZone ?? 'UTC')}`);
    const asked = this.#request()?.range;
    if (value === undefined || asked === undefined) return stale;
    const isOfThem = value.range.from === asked.from && value.range.to === asked.to;
    return isOfThem ? stale : `${stale}, ${msg(str`still showing ${formatRange(value.range)}`)}`;
  }

  #body(result: ReportResult | undefined, stale: boolean) {
    const isEmpty = result !== undefined && hasNothing(result);
    return html`<p class="caption about">
        <a class="back" href=${reportsPath(this.open?.slug ?? '')}>${msg('All reports')}</a>
        ${
          this.#isOwn && mayI(this.me, 'configure', this.open?.slug)
            ? html`<a class="back" href=${editReportPath(this.open?.slug ?? '', this.name)}>${msg('Edit')}</a>`
            : nothing
        }
        ${result?.description ?? ''}
      </p>
      <div class="panels ${stale ? 'stale' : ''}" aria-busy=${String(stale || result === undefined)}>
        ${isEmpty ? this.#teach() : (result?.panels.map((panel) => this.#panel(panel)) ?? places)}
      </div>
      ${result ? this.#foot(result) : nothing}`;
  }

  #teach() {
    const { robots, condition } = this.#view.value;
    return html`<cn-empty-report
      .open=${this.open}
      ?robots=${robots}
      ?filtered=${condition !== ''}
    ></cn-empty-report>`;
  }

  /** Whether the figures of a panel open the sessions that they count. */
  #opens({ query }: ReportPanel): boolean {
    return opensRows(query) && mayI(this.me, 'explore', this.open?.slug);
  }

  #panel(panel: ReportPanel) {
    const { answer, chart, kind } = panel;
    const isWide =
      kind !== 'table' || chart !== undefined || answer.columns.length > narrowColumnsMax;
    return html`<section
      class=${isWide ? 'wide' : ''}
      @cn-open=${(event: CustomEvent<FigureAt>) => this.#openSessions(panel, event.detail)}
    >
      <h2>${panel.title}</h2>
      <p class="caption">${panel.description}</p>
      ${kind === 'figures' ? this.#figures(panel) : this.#drawnTable(panel)}
      ${this.refused?.panel === panel.name ? html`<p class="note" role="alert">${this.refused.reason}</p>` : nothing}
      ${(answer.notes ?? []).map((note) => html`<p class="note">${note}</p>`)}
    </section>`;
  }

  /** Shows the sessions that a figure counts, on the search page. */
  async #openSessions({ name, query }: ReportPanel, at: FigureAt): Promise<void> {
    const slug = this.open?.slug;
    if (slug === undefined || query === undefined) return;
    this.refused = undefined;
    try {
      navigate(searchPath(slug, await conditionOf(slug, { ...at, query })));
    } catch (error) {
      this.refused = { panel: name, reason: asApiError(error).message };
    }
  }

  #figures(panel: ReportPanel) {
    const { answer } = panel;
    if (answer.rows.length === 0) return nothing;
    return html`<cn-figure-row .answer=${answer} ?opens=${this.#opens(panel)}></cn-figure-row>`;
  }

  /** A chart above its table, which says the same; tables of days and grids are folded, since there the whole is what matters. */
  #drawnTable(panel: ReportPanel) {
    const { answer } = panel;
    // Without columns nothing was asked: the note says what is missing.
    if (answer.columns.length === 0 && (answer.notes ?? []).length > 0) return nothing;
    const table = html`<cn-data-table
      label=${panel.title}
      .answer=${answer}
      ?opens=${this.#opens(panel)}
    ></cn-data-table>`;
    const noted = annotationList(panel);
    if (panel.chart === undefined || answer.rows.length < 2) return html`${noted}${table}`;
    return html`<cn-report-chart .panel=${panel} today=${this.#today}></cn-report-chart>
      ${noted}
      ${
        panel.kind === 'series' || panel.chart === 'grid'
          ? html`<details>
              <summary>${msg('Show as table')}</summary>
              ${table}
            </details>`
          : table
      }`;
  }

  #foot(result: ReportResult) {
    const asked = this.#request();
    if (asked === undefined) return nothing;
    const { timeZone } = result.dataset;
    return html`<div class="downloads">
      <span class="caption">${msg(str`As of ${formatTime(result.generatedAt, timeZone)}, ${timeZone}`)}</span>
      <span class="links">
        <a href=${reportUrl(asked, 'csv')} rel="external" download>${msg('Download as CSV')}</a>
        ${(['xlsx', 'parquet', 'html'] as const).map(
          (format) =>
            html`<a href=${reportUrl(asked, format)} rel="external" download>${msg(str`as ${formatWords[format]}`)}</a>`,
        )}
        <cn-share-report .asked=${asked} heading=${result.title} timeZone=${timeZone}></cn-share-report>
      </span>
    </div>`;
  }
}

/** False where it has figures and none of them is compared. */
const isCompared = ({ comparedWith, panels }: ReportResult): boolean =>
  comparedWith !== undefined || panels.every(({ answer }) => answer.columns.length === 0);

/** True where the report begins with figures and these count no session. */
function hasNothing({ panels: [first] }: ReportResult): boolean {
  if (first?.kind !== 'figures' || first.answer.rows.length === 0) return false;
  return firstFigure(first.answer, 'sessions') === 0;
}

const places = html`<section class="wide" aria-hidden="true">
    <h2><span class="bone" style="width: 6rem"></span></h2>
    <cn-figure-row></cn-figure-row>
  </section>
  ${[0, 1].map(
    () => html`<section aria-hidden="true">
      <h2><span class="bone" style="width: 6rem"></span></h2>
      <cn-data-table></cn-data-table>
    </section>`,
  )}`;

declare global {
  interface HTMLElementTagNameMap {
    'cn-report-page': ReportPage;
  }
}
