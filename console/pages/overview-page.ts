/** The overview report: figures, course by day, and the tables of pages, referrers and status codes. */
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { dayOf } from '../../core/contract/calendar.ts';
import type { Dataset } from '../../core/contract/dataset.ts';
import type { ReportPanel, ReportResult } from '../../core/contract/report.ts';
import { type ReportRequest, reportUrl, runReport } from '../api/reports.ts';
import '../components/analysis-header.ts';
import { metricIndex, numberAt } from '../components/answer.ts';
import '../components/data-table.ts';
import '../components/day-chart.ts';
import '../components/empty-state.ts';
import '../components/error-note.ts';
import '../components/figure-row.ts';
import { formatSpan } from '../components/number-format.ts';
import { formatDay, formatRange, formatTime } from '../components/time-format.ts';
import { type AnalysisView, analysisViewCodec, rangeOf } from '../controllers/analysis-view.ts';
import { PollController } from '../controllers/poll-controller.ts';
import { QueryController } from '../controllers/query-controller.ts';
import { UrlStateController } from '../controllers/url-state-controller.ts';
import { controlStyles } from '../styles/controls.ts';
import { pageStyles } from '../styles/page.ts';
import { skeletonStyles } from '../styles/skeleton.ts';
import { textStyles } from '../styles/text.ts';

/** What an empty value of a dimension means, in words. */
const emptyValues: Record<string, string> = {
  referrer: 'Direct, or from own pages',
  status: 'Not known',
  path: '(no path)',
};

/** How often a range that holds today is asked for again. */
const refreshMs = 60_000;

@customElement('cn-overview-page')
export class OverviewPage extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    skeletonStyles,
    pageStyles,
    css`
      cn-figure-row {
        margin-top: var(--space-4);
      }
      .base {
        margin-top: var(--space-2);
      }
      .stale {
        opacity: 0.6;
      }
      .course > h2 {
        margin-bottom: var(--space-2);
      }
      .plot {
        height: 16.5rem;
      }
      .plot .bone {
        height: 100%;
        margin: 0;
      }
      details {
        margin-top: var(--space-2);
      }
      summary {
        width: fit-content;
        color: var(--accent);
        font-size: var(--text-caption);
        font-weight: 550;
        cursor: pointer;
      }
      details cn-data-table {
        margin-top: var(--space-2);
      }
      .tables {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        grid-template-rows: auto 1fr;
        align-items: start;
        column-gap: var(--space-8);
      }
      .tables section:first-child {
        grid-row: span 2;
      }
      .downloads {
        display: flex;
        gap: var(--space-3);
        margin-top: var(--space-8);
        padding-top: var(--space-3);
        border-top: 1px solid var(--line);
        flex-wrap: wrap;
      }
      .downloads .caption {
        margin-right: auto;
      }
      .links {
        display: flex;
        gap: var(--space-3);
      }
      .downloads a {
        font-size: var(--text-caption);
      }
      @media (max-width: 64rem) {
        .tables {
          grid-template-columns: minmax(0, 1fr);
          grid-template-rows: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) open: Dataset | undefined;

  readonly #view = new UrlStateController<AnalysisView>(this, analysisViewCodec);
  readonly #report = new QueryController<ReportRequest, ReportResult>(this, {
    key: () => this.#request(),
    subject: (asked) => asked.slug,
    fetch: (asked, signal) => runReport(asked, signal),
  });

  constructor() {
    super();
    new PollController(this, refreshMs, () => this.#refresh());
  }

  get #today(): string {
    return dayOf(Date.now(), this.open?.timeZone ?? 'UTC');
  }

  #request(): ReportRequest | undefined {
    if (this.open === undefined) return undefined;
    const { range, comparison, robots } = this.#view.value;
    return {
      slug: this.open.slug,
      report: 'overview',
      range: rangeOf(range, this.#today),
      robots,
      comparison,
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
        heading="Overview"
        .view=${this.#view.value}
        today=${this.#today}
        timeZone=${this.open?.timeZone ?? ''}
        remark=${isWaiting ? 'loading …' : stale && value ? `still showing ${formatRange(value.range)}` : ''}
        @cn-view=${(event: CustomEvent<AnalysisView>) => this.#view.set(event.detail)}
      ></cn-analysis-header>
      ${
        error
          ? html`<cn-error-note .error=${error} @cn-retry=${() => this.#report.retry()}></cn-error-note>`
          : nothing
      }
      ${error && value === undefined ? nothing : this.#body(value, stale)}`;
  }

  #body(result: ReportResult | undefined, stale: boolean) {
    const panels = (kind: ReportPanel['kind']) =>
      result?.panels.filter((panel) => panel.kind === kind) ?? [];
    const figures = panels('figures')[0];
    const isEmpty = figures !== undefined && hasNothing(figures);
    return html`<div class=${stale ? 'stale' : ''} aria-busy=${String(stale || result === undefined)}>
        <cn-figure-row
          .answer=${figures?.answer}
          .comparison=${figures?.comparison}
        ></cn-figure-row>
        ${baseNote(panels('series')[0])}
        ${
          isEmpty
            ? this.#teach()
            : html`${result ? panels('series').map((panel) => this.#course(panel)) : coursePlace}
                <div class="tables">
                  ${result ? panels('table').map((panel) => this.#table(panel)) : tablePlaces}
                </div>`
        }
      </div>
      ${result ? this.#foot(result) : nothing}`;
  }

  #teach() {
    const idle = formatSpan(this.open?.idleTimeoutMs ?? 0);
    const robots = this.#view.value.robots
      ? ''
      : ' Robots are left out: switch them on to see them.';
    const text = `Reports count sessions once they have ended, which is after ${idle} without a hit. Sessions under way are on the live page.${robots}`;
    return html`<cn-empty-state heading="No session ended in this range" text=${text}>
      <a class="button" href="/${this.open?.slug}/live">Watch live</a>
      <a class="button" href="/${this.open?.slug}/settings">Connect a site</a>
    </cn-empty-state>`;
  }

  #course(panel: ReportPanel) {
    const table = html`<cn-data-table
      label=${panel.title}
      .answer=${panel.answer}
    ></cn-data-table>`;
    if (panel.answer.rows.length < 2) {
      return html`<section class="course"><h2>${panel.title}</h2>${table}</section>`;
    }
    return html`<section class="course">
      <h2>${panel.title}</h2>
      <cn-day-chart
        .answer=${panel.answer}
        .comparison=${panel.comparison}
        today=${this.#today}
      ></cn-day-chart>
      <details>
        <summary>Show as table</summary>
        ${table}
      </details>
    </section>`;
  }

  #table(panel: ReportPanel) {
    const first = panel.answer.columns[0];
    return html`<section>
      <h2>${panel.title}</h2>
      <p class="caption">${panel.description}</p>
      <cn-data-table
        label=${panel.title}
        .answer=${panel.answer}
        .comparison=${panel.comparison}
        emptyValue=${emptyValues[first?.name ?? ''] ?? '(none)'}
      ></cn-data-table>
    </section>`;
  }

  #foot(result: ReportResult) {
    const asked = this.#request();
    if (asked === undefined) return nothing;
    const { timeZone } = result.dataset;
    return html`<div class="downloads">
      <span class="caption">As of ${formatTime(result.generatedAt, timeZone)}, ${timeZone}</span>
      <span class="links">
        <a href=${reportUrl(asked, 'csv')} rel="external" download>Download as CSV</a>
        <a href=${reportUrl(asked, 'html')} rel="external" download>as HTML</a>
      </span>
    </div>`;
  }
}

function hasNothing(figures: ReportPanel): boolean {
  const index = metricIndex(figures.answer, 'sessions');
  return (numberAt(figures.answer.rows[0], index) ?? 0) === 0;
}

/** Says so when the previous period began before there was data: then every figure looks as if it had grown. */
function baseNote(course: ReportPanel | undefined) {
  const days = course?.comparison;
  if (days === undefined) return nothing;
  const index = metricIndex(days, 'page_views');
  const first = days.rows.findIndex((row) => (numberAt(row, index) ?? 0) > 0);
  if (first === 0) return nothing;
  const said =
    first < 0
      ? 'There is no data of the previous period to compare with.'
      : `The previous period has data from ${formatDay(String(days.rows[first]?.[0]))} on only: the changes say little.`;
  return html`<p class="caption base">${said}</p>`;
}

const coursePlace = html`<section class="course" aria-hidden="true">
  <h2><span class="bone" style="width: 8rem"></span></h2>
  <div class="plot"><span class="bone"></span></div>
</section>`;

const tablePlaces = [0, 1, 2].map(
  () => html`<section aria-hidden="true">
    <h2><span class="bone" style="width: 6rem"></span></h2>
    <cn-data-table></cn-data-table>
  </section>`,
);
