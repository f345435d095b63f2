/**
 * The one definition of a chart: a panel's answer → what ECharts draws, in the browser, as SVG in a page and as PNG in
 * a mail. Pure and without ECharts itself; colours and the way of writing numbers are handed in.
 */
import { namesOnDay } from './annotated-days.ts';
import { type Figure, type FigurePlace, layoutOf, numberAt } from './answer-layout.ts';
import {
  type ChartInput,
  type ChartPalette,
  chartLimits,
  cut,
  type Drawing,
  drawingOf,
  rowWords,
  shortWords,
} from './chart-drawing.ts';
import type { Answer } from './query.ts';

const fontSize = 12;
const barHeight = 16;
const markSize = 8;

/** How high a chart is in pixels: bars lie under each other, so their number says it. */
export function chartHeight(panel: ChartInput['panel']): number {
  if (panel.chart === 'grid') {
    const rows = new Set(panel.answer.rows.map((row) => row[0])).size;
    return Math.min(640, 56 + rows * 24);
  }
  if (panel.chart !== 'bars') return 240;
  const bars = Math.min(panel.answer.rows.length, chartLimits.barsMax);
  const places = seriesPlaces(layoutOf(panel.answer).figures[0]).length;
  return 48 + bars * (8 + barHeight * (0.5 + places / 2));
}

/** The ECharts option of a panel's chart, without motion and without a tooltip; undefined where nothing is to be drawn. */
export function chartOption(input: ChartInput) {
  const drawing = drawingOf(input);
  if (drawing === undefined) return undefined;
  const { palette } = drawing;
  const base = {
    animation: false,
    textStyle: { fontFamily: palette.font, fontSize, color: palette.inkQuiet },
    grid: { left: 8, right: 12, top: 40, bottom: 4, outerBoundsMode: 'same' as const },
    legend: legendOf(drawing),
    aria: { enabled: false },
  };
  if (drawing.panel.chart === 'grid') return { ...base, ...gridOption(drawing) };
  if (drawing.panel.chart === 'bars') return { ...base, ...barsOption(drawing) };
  return { ...base, ...columnsOption(drawing) };
}

/** Series in the order in which they are drawn: all, the period before, then labels. A label may be called "All". */
interface Series {
  name: string;
  words: string;
  colour: string;
  index: number;
  isBefore: boolean;
}

function seriesPlaces(figure: Figure | undefined): FigurePlace[] {
  return figure?.places ?? [];
}

function seriesOf({ figure, palette, answer, comparedWords }: Drawing): Series[] {
  const colours = new Map(answer.labels?.map(({ name, colour }) => [name, colour]));
  const series: Series[] = figure.places.map(({ of, index }) => ({
    name: of === undefined ? 'all' : `label ${of}`,
    words: of ?? figure.column.label,
    colour: of === undefined ? palette.all : labelColour(palette, colours.get(of) ?? 1),
    index,
    isBefore: false,
  }));
  const before = figure.places[0]?.before;
  if (before === undefined) return series;
  const { label } = figure.column;
  const words = comparedWords?.(label) ?? `${label}, compared period`;
  const period = { name: 'before', words, colour: palette.before, index: before, isBefore: true };
  return [...series.slice(0, 1), period, ...series.slice(1)];
}

function labelColour(palette: ChartPalette, colour: number): string {
  return palette.labels[(colour - 1) % palette.labels.length] ?? palette.all;
}

function legendOf(drawing: Drawing) {
  const { palette } = drawing;
  const { chart } = drawing.panel;
  const series =
    chart === 'grid'
      ? []
      : seriesOf(drawing).filter(({ isBefore }) => !isBefore || chart !== 'bars');
  const words = new Map(series.map((one) => [one.name, one.words]));
  // It has the whole width to itself, and pages where that is not enough.
  const wide = { ...drawing, isNarrow: false };
  return {
    show: series.length > 1,
    type: 'scroll' as const,
    left: 4,
    top: 4,
    itemWidth: 14,
    itemHeight: 8,
    icon: 'rect',
    selectedMode: false,
    data: series.map(({ name }) => name),
    formatter: (name: string) => cut(wide, words.get(name) ?? name),
    textStyle: { color: palette.inkQuiet, fontSize, fontFamily: palette.font },
    pageIconColor: palette.inkQuiet,
  };
}

function valueAxis({ palette, figure, formatMetric, isNarrow }: Drawing) {
  return {
    type: 'value' as const,
    min: 0,
    ...(figure.column.unit === 'count' ? { minInterval: 1 } : {}),
    splitNumber: isNarrow === true ? 3 : 4,
    splitLine: { lineStyle: { color: palette.line } },
    axisLabel: {
      color: palette.inkQuiet,
      fontSize,
      hideOverlap: true,
      formatter: (value: number) => formatMetric(value, figure.column.unit),
    },
  };
}

function categoryAxis(drawing: Drawing, rows: Answer['rows']) {
  const { palette } = drawing;
  const words = rows.map((row) => cut(drawing, rowWords(drawing, row)));
  return {
    type: 'category' as const,
    // The place stands for the words, so that two equal words stay two.
    data: rows.map((_, at) => String(at)),
    axisTick: { show: false },
    axisLine: { lineStyle: { color: palette.line } },
    axisLabel: {
      color: palette.inkQuiet,
      fontSize,
      hideOverlap: true,
      formatter: (_value: string, at: number) => words[at] ?? '',
    },
  };
}

function columnsOption(drawing: Drawing) {
  const { answer, today } = drawing;
  const isLine = answer.rows.length > chartLimits.columnsMax;
  const marks = marksOf(drawing);
  const values = valueAxis(drawing);
  return {
    xAxis: categoryAxis(drawing, answer.rows),
    yAxis:
      marks.length === 0
        ? values
        : [values, { type: 'value' as const, show: false, min: 0, max: 1 }],
    series: [
      ...seriesOf(drawing).map((one, place) => ({
        name: one.name,
        ...(place === 0 && !isLine
          ? {
              type: 'bar' as const,
              barMaxWidth: 36,
              barCategoryGap: '36%',
              itemStyle: { color: one.colour },
            }
          : {
              type: 'line' as const,
              symbol: 'none',
              lineStyle: {
                color: one.colour,
                width: 2,
                type: one.isBefore ? ('dotted' as const) : ('solid' as const),
              },
              itemStyle: { color: one.colour },
            }),
        emphasis: { disabled: true },
        data: answer.rows.map((row) => {
          const value = numberAt(row, one.index);
          const isPale = place === 0 && !isLine && row[0] === today;
          return isPale ? { value, itemStyle: { opacity: 0.45 } } : value;
        }),
      })),
      ...marks,
    ],
  };
}

/** A mark above each day of which something is noted, on an axis of its own: they stand at one height. */
function marksOf({ answer, layout, palette, panel: { annotations } }: Drawing) {
  const days = layout.dimensions.find(({ column }) => column.name === 'day');
  if (days === undefined) return [];
  const isMarked = answer.rows.map((row) => namesOnDay(annotations, row[days.index]).length > 0);
  if (!isMarked.includes(true)) return [];
  return [
    {
      name: 'annotations',
      type: 'scatter' as const,
      yAxisIndex: 1,
      symbol: 'triangle',
      symbolRotate: 180,
      symbolSize: markSize,
      symbolOffset: [0, -markSize / 2],
      itemStyle: { color: palette.ink, opacity: 1 },
      emphasis: { disabled: true },
      data: isMarked.map((marked) => (marked ? 1 : null)),
    },
  ];
}

function barsOption(drawing: Drawing) {
  const rows = drawing.answer.rows.slice(0, chartLimits.barsMax);
  return {
    xAxis: valueAxis(drawing),
    yAxis: { ...categoryAxis(drawing, rows), inverse: true },
    series: seriesOf(drawing)
      .filter(({ isBefore }) => !isBefore)
      .map((one) => ({
        name: one.name,
        type: 'bar' as const,
        barMaxWidth: barHeight,
        barGap: '10%',
        itemStyle: { color: one.colour },
        emphasis: { disabled: true },
        data: rows.map((row) => numberAt(row, one.index)),
      })),
  };
}

/** A point a pair of values, as large as its figure; the first dimension goes down, the second across. */
function gridOption(drawing: Drawing) {
  const { answer, layout, figure, palette } = drawing;
  const [down, across] = layout.dimensions;
  const index = figure.places[0]?.index ?? -1;
  const valuesOf = (at: number) =>
    [...new Set(answer.rows.map((row) => row[at] ?? null))].sort(order);
  const downValues = valuesOf(down?.index ?? -1);
  const acrossValues = valuesOf(across?.index ?? -1);
  const largest = Math.max(1e-9, ...answer.rows.map((row) => numberAt(row, index) ?? 0));
  const axis = (values: (string | number | null)[], name: string) => ({
    ...categoryAxis(drawing, []),
    data: values.map((_, at) => String(at)),
    axisLabel: {
      color: palette.inkQuiet,
      fontSize,
      hideOverlap: true,
      formatter: (_value: string, at: number) =>
        cut(drawing, shortWords(drawing, values[at] ?? null, name)),
    },
  });
  return {
    grid: { left: 8, right: 12, top: 12, bottom: 4, outerBoundsMode: 'same' as const },
    xAxis: { ...axis(acrossValues, across?.column.name ?? ''), splitLine: { show: false } },
    yAxis: { ...axis(downValues, down?.column.name ?? ''), inverse: true },
    series: [
      {
        name: 'all',
        type: 'scatter' as const,
        itemStyle: { color: palette.all, opacity: 1 },
        emphasis: { disabled: true },
        symbolSize: (cell: unknown) => {
          const value = Array.isArray(cell) ? Number(cell[2] ?? 0) : 0;
          const widest = drawing.isNarrow === true ? 10 : 20;
          return value <= 0 ? 0 : Math.max(2, widest * Math.sqrt(value / largest));
        },
        data: answer.rows.map((row) => [
          acrossValues.indexOf(row[across?.index ?? -1] ?? null),
          downValues.indexOf(row[down?.index ?? -1] ?? null),
          numberAt(row, index) ?? 0,
        ]),
      },
    ],
  };
}

function order(one: string | number | null, other: string | number | null): number {
  if (one === null || other === null) return one === other ? 0 : one === null ? 1 : -1;
  return one < other ? -1 : one > other ? 1 : 0;
}
