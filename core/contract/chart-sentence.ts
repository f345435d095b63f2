/** A chart in one sentence. */
import { numberAt } from './answer-layout.ts';
import { type ChartInput, type ChartPalette, cut, drawingOf, rowWords } from './chart-drawing.ts';
import type { Answer } from './query.ts';

const noPalette: ChartPalette = {
  all: '',
  before: '',
  labels: [],
  ink: '',
  inkQuiet: '',
  line: '',
  font: '',
};

/** What a chart says: its figure, the names of its dimensions and labels, and the values at both ends. */
export interface ChartSaying {
  figure: string;
  by: readonly string[];
  labels: readonly string[];
  largest: string;
  smallest: string;
}

function inEnglish({ figure, by, labels, largest, smallest }: ChartSaying): string {
  const names = by.map((name) => name.toLowerCase()).join(' and ');
  const beside = labels.length > 0 ? `, beside the labels ${labels.join(', ')}` : '';
  return `${figure} by ${names}${beside}: largest ${largest}, smallest ${smallest}. The table has the same numbers.`;
}

/**
 * The chart in one sentence, for those who do not see it: what it shows, the largest and the smallest value.
 * @param say makes the sentence, for who speaks another language; of undefined where there is nothing to draw
 */
export function chartSentence(
  input: Omit<ChartInput, 'palette'>,
  say: (saying: ChartSaying | undefined) => string = (saying) =>
    saying === undefined ? `${input.panel.title}: nothing to draw.` : inEnglish(saying),
): string {
  const drawing = drawingOf({ ...input, palette: noPalette });
  if (drawing === undefined) return say(undefined);
  const { figure, layout, answer, formatMetric } = drawing;
  const index = figure.places[0]?.index ?? -1;
  const rows = answer.rows.filter((row) => numberAt(row, index) !== null);
  const figureOf = (row: Answer['rows'][number]) => numberAt(row, index) ?? 0;
  const largest = rows.reduce(
    (most, row) => (figureOf(row) > figureOf(most) ? row : most),
    rows[0] ?? [],
  );
  const smallest = rows.reduce(
    (least, row) => (figureOf(row) < figureOf(least) ? row : least),
    rows[0] ?? [],
  );
  const said = (row: Answer['rows'][number]) =>
    `${formatMetric(figureOf(row), figure.column.unit)} (${cut(drawing, rowWords(drawing, row))})`;
  return say({
    figure: figure.column.label,
    by: layout.dimensions.map(({ column }) => column.label),
    labels: figure.places.flatMap(({ of }) => (of === undefined ? [] : [cut(drawing, of)])),
    largest: said(largest),
    smallest: said(smallest),
  });
}
