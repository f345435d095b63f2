/** Draws a panel's chart as SVG on the server, from the same definition that the browser draws. */
import { BarChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, LegendComponent } from 'echarts/components';
import { init, setPlatformAPI, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { ChartInput } from '../../core/contract/chart-drawing.ts';
import { chartHeight, chartOption } from '../../core/contract/chart-option.ts';
import { formatMetric, showInvisible } from '../html/format.ts';
import { lightPalette, type ReportColour, reportColours } from './palette.ts';

use([BarChart, LineChart, ScatterChart, GridComponent, LegendComponent, SVGRenderer]);

/** Without a browser nobody measures texts: these are the widths of a wide type, so that nothing is cut or covered. */
setPlatformAPI({
  measureText(text: string, font?: string) {
    const sizePx = Number(/(\d+)px/.exec(font ?? '')?.[1] ?? 12);
    let ems = 0;
    for (const character of text) ems += /[\u1100-\uffff]/.test(character) ? 1.05 : 0.61;
    return { width: ems * sizePx };
  },
});

export interface ChartSize {
  widthPx: number;
  isNarrow?: boolean;
}

export interface DrawnChart extends ChartSize {
  panel: ChartInput['panel'];
  locale: string;
  /** The font family that the texts name. */
  font: string;
  /** Starts the ids of the drawing, so that several can stand in one page. */
  idPrefix: string;
}

/** What a chart is drawn from, with the words of the server. */
export function chartInput({
  panel,
  locale,
  font,
  isNarrow = false,
}: Omit<DrawnChart, 'idPrefix' | 'widthPx'>): ChartInput {
  return {
    panel,
    palette: lightPalette(font),
    formatMetric: (value, unit) => formatMetric(value, unit, locale),
    locale,
    isNarrow,
    clean: showInvisible,
  };
}

/**
 * The SVG with its size in pixels, in the light colours; undefined where there is nothing to draw. Texts of strangers
 * come out as text.
 */
export function drawChart(chart: DrawnChart): string | undefined {
  const option = chartOption(chartInput(chart));
  if (option === undefined) return undefined;
  const height = Math.round(chartHeight(chart.panel));
  const instance = init(null, null, { renderer: 'svg', ssr: true, width: chart.widthPx, height });
  try {
    instance.setOption(option);
    return tidied(instance.renderToSVGString({ useViewBox: true }), chart.idPrefix);
  } finally {
    instance.dispose();
  }
}

/**
 * Leaves out what only a pointer would need, and gives ids that are the same at every drawing. Texts are escaped, quote
 * marks too, so that nothing in them looks like an attribute or an element.
 */
function tidied(svg: string, idPrefix: string): string {
  return svg
    .replaceAll(/<style\s*>[\s\S]*?<\/style>\s*/g, '')
    .replaceAll(/ (class|ecmeta_\w+|pointer-events)="[^"]*"/g, '')
    .replaceAll(/(["(#])zr\d+-/g, (_, before) => `${before}${idPrefix}-`);
}

const namesByColour = new Map<string, ReportColour>(
  Object.entries(reportColours).map(([name, [light]]) => [light, name as ReportColour]),
);

/** The same SVG with the names of the report's colours in place of the light ones, so that it follows the theme. */
export function withColourNames(svg: string): string {
  return svg.replaceAll(/(fill|stroke)="(#[0-9a-f]{6})"/g, (whole, attribute, colour) => {
    const name = namesByColour.get(colour);
    return name === undefined ? whole : `${attribute}="var(--${name})"`;
  });
}
