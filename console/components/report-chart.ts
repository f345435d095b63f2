/**
 * A panel's chart, drawn from the same definition as in HTML reports and mails. It says the same as the table below
 * it, so it is one image with a sentence for screen readers. Drawn anew when theme or size change.
 */
import { msg, str } from '@lit/localize';
import type { EChartsType } from 'echarts/core';
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { layoutOf } from '../../core/contract/answer-layout.ts';
import {
  type ChartInput,
  type ChartPalette,
  figureOfChart,
} from '../../core/contract/chart-drawing.ts';
import { chartHeight, chartOption } from '../../core/contract/chart-option.ts';
import { type ChartSaying, chartSentence } from '../../core/contract/chart-sentence.ts';
import type { ReportPanel } from '../../core/contract/report.ts';
import { onThemeChange } from '../context/theme.ts';
import { controlStyles } from '../styles/controls.ts';
import { textStyles } from '../styles/text.ts';
import { language, readerLocale } from '../texts/language.ts';
import { valueWords } from '../texts/server-names.ts';
import { chartNote } from './chart-note.ts';
import { labelToken } from './label-name.ts';
import { formatMetric } from './number-format.ts';
import { numbersShown } from './numbers-shown.ts';

const narrowPx = 480;
const labelColours = [1, 2, 3, 4, 5, 6, 7, 8];

@customElement('cn-report-chart')
export class ReportChart extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    css`
      :host {
        display: block;
        position: relative;
        margin-bottom: var(--space-3);
      }
      .figures {
        display: flex;
        flex-wrap: wrap;
        gap: 1px;
        margin: 0;
        padding: 0;
        border: 0;
      }
      .figures button {
        min-height: 1.75rem;
        padding: 0 var(--space-2);
        border: 0;
        font-size: var(--text-caption);
      }
      .figures button[aria-pressed='true'] {
        background: var(--accent-ground);
        color: var(--accent-strong);
      }
    `,
  ];

  @property({ attribute: false }) panel: ReportPanel | undefined;
  /** The day that is not over, `YYYY-MM-DD`. */
  @property() today = '';
  /** The name of the figure that is drawn; else the first one. */
  @property() figure = '';

  #chart: EChartsType | undefined;
  #releaseTheme: (() => void) | undefined;
  #drawnWidth = 0;
  readonly #sizes = new ResizeObserver(() => {
    if (this.#plot?.clientWidth !== this.#drawnWidth) void this.#draw();
  });

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

  #input(isNarrow: boolean): ChartInput | undefined {
    if (this.panel === undefined) return undefined;
    return {
      panel: this.panel,
      palette: this.#palette(),
      formatMetric,
      valueWords,
      locale: readerLocale(),
      comparedWords: (figure) => msg(str`${figure}, compared period`),
      figure: this.figure,
      today: this.today,
      isNarrow,
    };
  }

  get #plot(): HTMLElement | null {
    return this.renderRoot.querySelector('.plot');
  }

  async #draw(): Promise<void> {
    // The library of charts is large, and a frame that waits for it shows nothing at all.
    await numbersShown();
    const { init } = await import('./echarts.ts');
    const plot = this.#plot;
    const input = this.#input((plot?.clientWidth ?? 0) < narrowPx);
    if (!this.isConnected || plot === null || input === undefined) return;
    const option = chartOption(input);
    if (option === undefined) return;
    if (this.#chart === undefined) {
      this.#chart = init(plot, null, { renderer: 'svg' });
      this.#sizes.observe(plot);
    }
    this.#drawnWidth = plot.clientWidth;
    this.#chart.resize();
    this.#chart.setOption({ ...option, ...chartNote(input) }, { notMerge: true });
  }

  /** The tokens as the browser resolves them now, in this theme. */
  #palette(): ChartPalette {
    const probe = document.createElement('span');
    this.renderRoot.append(probe);
    const resolve = (colour: string) => {
      probe.style.color = colour;
      return getComputedStyle(probe).color;
    };
    const palette = {
      all: resolve('var(--accent)'),
      before: resolve('var(--ink)'),
      labels: labelColours.map((colour) => resolve(labelToken(colour))),
      ink: resolve('var(--ink)'),
      inkQuiet: resolve('var(--ink-quiet)'),
      line: resolve('var(--chart-line)'),
      font: getComputedStyle(this).fontFamily,
    };
    probe.remove();
    return palette;
  }

  override render() {
    const { panel } = this;
    if (panel === undefined) return nothing;
    const height = Math.round(chartHeight(panel));
    const sentence = chartSentence(
      { panel, formatMetric, valueWords, figure: this.figure },
      (saying) => sentenceOf(panel, saying),
    );
    return html`${this.#choice(panel)}
      <div class="plot" dir="ltr" style="height: ${height}px" role="img" aria-label=${sentence}></div>`;
  }

  /** Which figure is drawn, where the panel has several. */
  #choice(panel: ReportPanel) {
    const { figures } = layoutOf(panel.answer);
    if (figures.length < 2) return nothing;
    const chosen = figureOfChart({ panel, figure: this.figure })?.column.name;
    return html`<fieldset class="figures">
      <legend class="only-read">${msg('Figure of the chart')}</legend>
      ${figures.map(
        (figure) => html`<button
          class="button plain"
          type="button"
          aria-pressed=${String(figure.column.name === chosen)}
          @click=${() => {
            this.figure = figure.column.name;
          }}
        >
          ${figure.column.label}
        </button>`,
      )}
    </fieldset>`;
  }
}

function sentenceOf({ title }: ReportPanel, saying: ChartSaying | undefined): string {
  if (saying === undefined) return msg(str`${title}: nothing to draw.`);
  const { figure, by, labels, largest, smallest } = saying;
  const names = new Intl.ListFormat(readerLocale()).format(by.map((name) => inSentence(name)));
  const beside = labels.length > 0 ? msg(str`, beside the labels ${labels.join(', ')}`) : '';
  return msg(
    str`${figure} by ${names}${beside}: largest ${largest}, smallest ${smallest}. The table has the same numbers.`,
  );
}

/** A name inside a sentence: only English writes it small. */
const inSentence = (name: string) => (language() === 'en' ? name.toLowerCase() : name);

declare global {
  interface HTMLElementTagNameMap {
    'cn-report-chart': ReportChart;
  }
}
