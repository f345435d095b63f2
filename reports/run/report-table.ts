/** Renders a report result as aligned text for a terminal. */
import type { Column } from '../../core/contract/query.ts';
import type { ReportPanel, ReportResult } from '../../core/contract/report.ts';
import { formatCell, formatRange, partialNote, showInvisible } from '../html/format.ts';
import { alignColumns } from './align-columns.ts';
import { comparedCell } from './comparison.ts';

const dimensionWidthMax = 60;

/** All panels under each other, with the period before in its own columns where the report compares. */
export function reportToTable(result: ReportResult, locale = 'en'): string {
  const { dataset, range, comparedWith, robots } = result;
  const period = `${formatRange(range, locale)} (${dataset.timeZone})`;
  const compared = comparedWith ? `, compared with ${formatRange(comparedWith, locale)}` : '';
  const note = partialNote(result);
  const head = [
    `${result.title}: ${showInvisible(dataset.name)}`,
    `${period}${compared}${robots ? ', with robots' : ', without robots'}`,
    ...(note === '' ? [] : [note]),
  ];
  const panels = result.panels.map((panel) => panelLines(panel, locale));
  return `${[head, ...panels].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function panelLines(panel: ReportPanel, locale: string): string[] {
  if (panel.answer.rows.length === 0) return [panel.title, '(nothing in this range)'];
  const lines = panel.kind === 'figures' ? figureLines(panel, locale) : tableLines(panel, locale);
  const hidden = panel.answer.rowsTotal - panel.answer.rows.length;
  return [panel.title, ...lines, ...(hidden > 0 ? [`… and ${hidden} more`] : [])];
}

/** One line a metric: name, value, value before. */
function figureLines({ answer, comparison }: ReportPanel, locale: string): string[] {
  const row = answer.rows[0] ?? [];
  const head = ['', 'Now', ...(comparison ? ['Before'] : [])];
  const cells = answer.columns.map((column, index) => [
    column.label,
    formatCell(row[index] ?? null, column, locale),
    ...(comparison ? [formatCell(comparison.rows[0]?.[index] ?? null, column, locale)] : []),
  ]);
  return alignColumns([head, ...cells], (index) => index > 0);
}

/** One line a row, each metric followed by its value before. Days have no such value: their dates differ. */
function tableLines({ answer, comparison, kind }: ReportPanel, locale: string): string[] {
  const before = kind === 'table' ? comparison : undefined;
  const isSplit = (column: Column) => before !== undefined && column.kind === 'metric';
  const head = answer.columns.flatMap((column) =>
    isSplit(column) ? [column.label, 'Before'] : [column.label],
  );
  const numeric = answer.columns.flatMap((column) => {
    const right = column.kind === 'metric';
    return isSplit(column) ? [right, right] : [right];
  });
  const lines = answer.rows.map((row) =>
    answer.columns.flatMap((column, index) => {
      const cell = cut(formatCell(row[index] ?? null, column, locale));
      if (!before || !isSplit(column)) return [cell];
      return [cell, formatCell(comparedCell(answer, row, before, index), column, locale)];
    }),
  );
  return alignColumns([head, ...lines], (index) => numeric[index] === true);
}

function cut(text: string): string {
  const characters = [...text];
  if (characters.length <= dimensionWidthMax) return text;
  return `${characters.slice(0, dimensionWidthMax - 1).join('')}…`;
}
