/** Renders a report result as aligned text for a terminal. */
import { layoutOf } from '../../core/contract/answer-layout.ts';
import type { ReportPanel, ReportResult } from '../../core/contract/report.ts';
import {
  comparedWords,
  formatDimension,
  formatMetric,
  formatRange,
  partialNote,
  showInvisible,
} from '../html/format.ts';
import { alignColumns } from './align-columns.ts';
import { annotationWords } from './annotation-words.ts';
import { requestWords } from './request-words.ts';

const dimensionWidthMax = 60;

/** All panels under each other, with labels and the compared period in columns of their own. */
export function reportToTable(result: ReportResult, locale = 'en'): string {
  const { dataset, range, comparedWith, robots } = result;
  const period = `${formatRange(range, locale)} (${dataset.timeZone})`;
  const compared = comparedWith ? `, compared with ${comparedWords(comparedWith, locale)}` : '';
  const note = partialNote(result);
  const head = [
    `${result.title}: ${showInvisible(dataset.name)}`,
    `${period}${compared}${robots ? ', with robots' : ', without robots'}`,
    ...requestWords(result),
    ...(note === '' ? [] : [note]),
  ];
  const panels = result.panels.map((panel) => panelLines(panel, locale));
  return `${[head, ...panels].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function panelLines(panel: ReportPanel, locale: string): string[] {
  const notes = panel.answer.notes ?? [];
  if (panel.answer.rows.length === 0) {
    const isExplained = panel.answer.columns.length === 0 && notes.length > 0;
    return [panel.title, ...(isExplained ? [] : ['(nothing in this range)']), ...notes];
  }
  const lines = panel.kind === 'figures' ? figureLines(panel, locale) : tableLines(panel, locale);
  const hidden = panel.answer.rowsTotal - panel.answer.rows.length;
  const noted = annotationWords(panel, locale);
  return [
    panel.title,
    ...lines,
    ...(hidden > 0 ? [`… and ${hidden} more`] : []),
    ...noted,
    ...notes,
  ];
}

/** One column of the text: its head, and what it says of a row. */
interface TextColumn {
  head: string;
  isRight: boolean;
  cell: (row: ReportPanel['answer']['rows'][number]) => string;
}

/** One line a figure: name, value, value before; then the same of each label. */
function figureLines({ answer }: ReportPanel, locale: string): string[] {
  const row = answer.rows[0] ?? [];
  const { figures } = layoutOf(answer);
  const places = figures[0]?.places ?? [];
  const isCompared = places.some(({ before }) => before !== undefined);
  const head = [
    '',
    ...places.flatMap(({ of }) => [of ?? 'Now', ...(isCompared ? ['Before'] : [])]),
  ];
  const lines = figures.map(({ column, places: own }) => [
    column.label,
    ...own.flatMap(({ index, before }) => [
      formatMetric(row[index] ?? null, column.unit, locale),
      ...(before === undefined ? [] : [formatMetric(row[before] ?? null, column.unit, locale)]),
    ]),
  ]);
  return alignColumns([head, ...lines], (index) => index > 0);
}

/** One line a row, each metric followed by its value before. */
function tableLines({ answer }: ReportPanel, locale: string): string[] {
  const columns = textColumns(answer, locale);
  const head = columns.map((column) => column.head);
  const lines = answer.rows.map((row) => columns.map(({ cell }) => cell(row)));
  return alignColumns([head, ...lines], (index) => columns[index]?.isRight === true);
}

function textColumns(answer: ReportPanel['answer'], locale: string): TextColumn[] {
  const { dimensions, figures } = layoutOf(answer);
  return [
    ...dimensions.map(({ column, index }) => ({
      head: column.label,
      isRight: false,
      cell: (row: readonly (string | number | null)[]) =>
        cut(formatDimension(row[index] ?? null, column.name, locale)),
    })),
    ...figures.flatMap(({ column, places }) =>
      places.flatMap(({ of, index, before }) => {
        const at = (head: string, place: number): TextColumn => ({
          head,
          isRight: true,
          cell: (row) => formatMetric(row[place] ?? null, column.unit, locale),
        });
        const shown = at(of === undefined ? column.label : cut(of), index);
        return before === undefined ? [shown] : [shown, at('Before', before)];
      }),
    ),
  ];
}

function cut(text: string): string {
  const characters = [...text];
  if (characters.length <= dimensionWidthMax) return text;
  return `${characters.slice(0, dimensionWidthMax - 1).join('')}…`;
}
