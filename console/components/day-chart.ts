/**
 * Sessions and page views by day, with the previous period dotted. It says the same as the table below it, so it
 * is one image with a sentence for screen readers. Drawn anew when theme or size change.
 */
import type { EChartsType } from 'echarts/core';
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Answer } from '../../core/contract/query.ts';
import { onThemeChange } from '../context/theme.ts';
import { textStyles } from '../styles/text.ts';
import { metricIndex, numberAt } from './answer.ts';
import { type ChartColours, dayChartOption } from './day-chart-option.ts';
import { formatCount } from './number-format.ts';
import { formatDay } from './time-format.ts';

@customElement('cn-day-chart')
export class DayChart extends LitElement {
  static override styles = [
    textStyles,
    css`
      :host {
        display: block;
        position: relative;
      }
      .plot {
        height: 15rem;
      }
      .legend {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1) var(--space-4);
        margin: 0 0 var(--space-2);
        padding: 0;
        list-style: none;
        color: var(--ink-quiet);
        font-size: var(--text-caption);
        line-height: 1rem;
      }
      .legend li {
        display: flex;
        align-items: center;
        gap: var(--space-2);
      }
      .key {
        width: 1rem;
        height: 0;
        border-top: 2px solid var(--label-5);
      }
      .key.sessions {
        height: 0.625rem;
        border: 0;
        border-radius: 1px;
        background: var(--accent);
      }
      .key.before {
        border-top: 2px dotted var(--ink-quiet);
      }
      @media (max-width: 30rem) {
        .plot {
          height: 12rem;
        }
      }
    `,
  ];

  @property({ attribute: false }) answer: Answer | undefined;
  @property({ attribute: false }) comparison: Answer | undefined;
  /** The day that is not over, `YYYY-MM-DD`. */
  @property() today = '';

  #chart: EChartsType | undefined;
  #releaseTheme: (() => void) | undefined;
  readonly #sizes = new ResizeObserver(() => this.#chart?.resize());

  override connectedCallback(): void {
    super.connectedCallback();
    this.#releaseTheme = onThemeChange(() => void this.#draw());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#releaseTheme?.();
    this.#sizes.disconnect();
    this.#chart?.dispose();
    this.#chart = undefined;
  }

  protected override updated(_changed: PropertyValues<this>): void {
    void this.#draw();
  }

  async #draw(): Promise<void> {
    const { answer, comparison, today } = this;
    if (answer === undefined) return;
    const { init } = await import('./echarts.ts');
    const plot = this.renderRoot.querySelector<HTMLElement>('.plot');
    if (!this.isConnected || plot === null) return;
    if (this.#chart === undefined) {
      this.#chart = init(plot, null, { renderer: 'svg' });
      this.#sizes.observe(plot);
    }
    const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    const colours = this.#colours();
    const option = dayChartOption({ answer, comparison, today, colours, animate: !calm });
    this.#chart.setOption(option, { notMerge: true });
  }

  /** The tokens as the browser resolves them now, in this theme. */
  #colours(): ChartColours {
    const probe = document.createElement('span');
    this.renderRoot.append(probe);
    const resolve = (token: string) => {
      probe.style.color = `var(${token})`;
      return getComputedStyle(probe).color;
    };
    const colours = {
      sessions: resolve('--accent'),
      pageViews: resolve('--label-5'),
      before: resolve('--ink-quiet'),
      ink: resolve('--ink'),
      inkQuiet: resolve('--ink-quiet'),
      line: resolve('--chart-line'),
      ground: resolve('--ground-high'),
      font: getComputedStyle(this).fontFamily,
    };
    probe.remove();
    return colours;
  }

  override render() {
    return html`<ul class="legend" aria-hidden="true">
        <li><span class="key sessions"></span>Sessions</li>
        <li><span class="key views"></span>Page views</li>
        ${this.comparison ? html`<li><span class="key before"></span>Sessions, previous period</li>` : nothing}
      </ul>
      <div class="plot" role="img" aria-label=${this.#description()}></div>`;
  }

  #description(): string {
    const { answer } = this;
    if (answer === undefined) return 'Sessions by day, loading';
    const index = metricIndex(answer, 'sessions');
    const best = answer.rows.reduce<Answer['rows'][number] | undefined>(
      (top, row) => ((numberAt(row, index) ?? 0) > (numberAt(top, index) ?? -1) ? row : top),
      undefined,
    );
    if (best === undefined) return 'Sessions by day: no days in this range';
    const count = formatCount(numberAt(best, index) ?? 0);
    return `Sessions and page views on ${answer.rows.length} days. The most sessions, ${count}, were on ${formatDay(String(best[0]))}. The table of days has all numbers.`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-day-chart': DayChart;
  }
}
