/** What a chart draws, whether as a picture or in words: the panel's figure, and the words of its rows. */
import { type AnswerLayout, type Figure, layoutOf, numberAt } from './answer-layout.ts';
import { dimensionWords } from './dimension-words.ts';
import type { MetricUnit } from './metric.ts';
import type { Answer } from './query.ts';
import type { ReportPanel } from './report.ts';

/** `labels` are the eight label colours in their order. */
export interface ChartPalette {
  all: string;
  before: string;
  labels: readonly string[];
  ink: string;
  inkQuiet: string;
  line: string;
  font: string;
}

export interface ChartInput {
  panel: Pick<ReportPanel, 'answer' | 'chart' | 'figure' | 'title' | 'annotations'>;
  palette: ChartPalette;
  /** A metric's value as the reader of this chart sees it. */
  formatMetric: (value: number | null, unit: MetricUnit) => string;
  locale?: string | undefined;
  /** A dimension's value as the reader sees it, short; else as the contract says it. */
  valueWords?: (value: string | number | null, name: string, isShort: boolean) => string;
  /** The name of a figure of the compared period; else the contract's. */
  comparedWords?: (figure: string) => string;
  /** The figure that is drawn, by its name; else the first one. */
  figure?: string | undefined;
  /** The day that is not over, `YYYY-MM-DD`: its column is pale. */
  today?: string | undefined;
  /** Drawn less than 480 pixels wide: fewer and shorter words. */
  isNarrow?: boolean;
  /** Makes characters without a shape visible, where texts of strangers are drawn. */
  clean?: (text: string) => string;
}

export const chartLimits = { barsMax: 12, columnsMax: 92, wordsMax: 34, wordsMaxNarrow: 16 };
export interface Drawing extends Omit<ChartInput, 'figure'> {
  answer: Answer;
  layout: AnswerLayout;
  figure: Figure;
}

/** What of a panel is drawn; undefined where there is nothing to draw. */
export function drawingOf(input: ChartInput): Drawing | undefined {
  const { answer, chart } = input.panel;
  const layout = layoutOf(answer);
  const figure = figureOfChart(input);
  if (chart === undefined || figure === undefined || layout.dimensions.length === 0)
    return undefined;
  const isDrawn = answer.rows.some((row) => numberAt(row, figure.places[0]?.index ?? -1) !== null);
  return isDrawn ? { ...input, answer, layout, figure } : undefined;
}

/** The figure that a chart draws: the one that is chosen, else that of its panel, else the first one. */
export function figureOfChart({ panel, figure }: Pick<ChartInput, 'panel' | 'figure'>) {
  const { figures } = layoutOf(panel.answer);
  const named = (name: string | undefined) => figures.find(({ column }) => column.name === name);
  return named(figure) ?? named(panel.figure) ?? figures[0];
}

/** What a row is about, in words. */
export function rowWords(drawing: Drawing, row: Answer['rows'][number]): string {
  return drawing.layout.dimensions
    .map(({ column, index }) => shortWords(drawing, row[index] ?? null, column.name))
    .join(' · ');
}

export function shortWords(
  { valueWords, locale }: Drawing,
  value: string | number | null,
  name: string,
): string {
  return valueWords?.(value, name, true) ?? dimensionWords(value, name, locale, { isShort: true });
}

/** A text as it stands in a chart: short, and safe to draw. */
export function cut({ isNarrow, clean }: Drawing, text: string): string {
  const max = isNarrow === true ? chartLimits.wordsMaxNarrow : chartLimits.wordsMax;
  const characters = [...(clean?.(text) ?? text)];
  const short =
    characters.length > max ? `${characters.slice(0, max - 1).join('')}…` : characters.join('');
  return drawable(short);
}

/**
 * ECharts keeps the widths of texts in a plain object: asked for `__proto__` it takes the prototype of all objects for
 * an entry of its own and writes into it, and everything in this process is broken. A space at the end is not seen.
 */
const drawable = (text: string): string => (text in Object.prototype ? `${text} ` : text);
