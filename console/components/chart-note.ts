/** What stands beside the pointer in a chart: the row and its numbers, as elements, so that nothing is parsed as HTML. */

import { msg, str } from '@lit/localize';
import { namesOnDay } from '../../core/contract/annotated-days.ts';
import { layoutOf, numberAt } from '../../core/contract/answer-layout.ts';
import { type ChartInput, figureOfChart } from '../../core/contract/chart-drawing.ts';
import type { Answer } from '../../core/contract/query.ts';
import { valueWords } from '../texts/server-names.ts';

/** The part of an ECharts option that shows the note. */
export function chartNote(input: ChartInput) {
  const { palette, panel } = input;
  const isGrid = panel.chart === 'grid';
  return {
    tooltip: {
      trigger: isGrid ? ('item' as const) : ('axis' as const),
      confine: true,
      backgroundColor: 'var(--ground-high)',
      borderColor: palette.line,
      borderWidth: 1,
      padding: [8, 12],
      extraCssText: 'box-shadow: none; border-radius: 4px; font-feature-settings: "tnum"',
      textStyle: { color: palette.ink, fontFamily: palette.font, fontSize: 12 },
      axisPointer: { type: 'shadow' as const, shadowStyle: { color: palette.line, opacity: 0.5 } },
      formatter: (points: unknown) => noteOf(input, points),
    },
  };
}

function noteOf(input: ChartInput, points: unknown): HTMLElement {
  const first: unknown = Array.isArray(points) ? points[0] : points;
  const at = (first as { dataIndex?: number } | undefined)?.dataIndex ?? 0;
  const { answer } = input.panel;
  const note = document.createElement('div');
  for (const [place, text] of linesOf(input, answer.rows[at] ?? []).entries()) {
    const line = document.createElement('div');
    line.textContent = text;
    line.style.fontWeight = place === 0 ? '600' : '450';
    note.append(line);
  }
  return note;
}

/** What the row is about, then its figures of all, of the compared period, and of each label. */
function linesOf(input: ChartInput, row: Answer['rows'][number]): string[] {
  const { dimensions } = layoutOf(input.panel.answer);
  const figure = figureOfChart(input);
  const about = dimensions
    .map(({ column, index }) => valueWords(row[index] ?? null, column.name))
    .join(' · ');
  if (figure === undefined) return [about];
  const { label, unit } = figure.column;
  const said = (name: string, index: number) =>
    `${name}: ${input.formatMetric(numberAt(row, index), unit)}`;
  const lines = figure.places.flatMap(({ of = label, index, before }) => [
    said(of, index),
    ...(before === undefined ? [] : [said(msg(str`${of}, compared period`), before)]),
  ]);
  const isToday = row[0] === input.today && input.today !== '';
  const noted = namesOnDay(input.panel.annotations, row[0]).map((name) => `▼ ${name}`);
  return [isToday ? msg(str`${about}, so far`) : about, ...lines, ...noted];
}
