/**
 * What the server names in English, in the language of the console: reports, metrics, dimensions and their values,
 * and what may go wrong. Each is looked up by its id; what is not in the table stays as the server said it.
 */
import { type Dimension, dimensions } from '../../core/contract/dimension.ts';
import { dimensionWords } from '../../core/contract/dimension-words.ts';
import { type Metric, metrics } from '../../core/contract/metric.ts';
import type { Column } from '../../core/contract/query.ts';
import type { ReportEntry, ReportPanel, ReportResult } from '../../core/contract/report.ts';
import { readerLocale, serverNames } from './language.ts';

/** A name, and the sentence that says what it means. */
type Named = readonly [name: string, meaning?: string];

export interface ServerNames {
  metric: Readonly<Record<string, Named>>;
  dimension: Readonly<Record<string, Named>>;
  report: Readonly<Record<string, Named>>;
  /** By report and panel, `overview/totals`; `*` stands for every report. */
  panel: Readonly<Record<string, Named>>;
  /** By the group's name in English, which is its id. */
  group: Readonly<Record<string, string>>;
  /** What stands for no value, by dimension; `*` for all others. */
  empty: Readonly<Record<string, string>>;
  /** By dimension and value, `device/mobile`. */
  value: Readonly<Record<string, string>>;
  problem: Readonly<Record<string, string>>;
  /** What was wrong and what to do, under the title. */
  problemHelp: Readonly<Record<string, string>>;
  /** What a field of conditions means. */
  field: Readonly<Record<string, string>>;
}

const contractOf = { metric: metrics, dimension: dimensions };

/** The name of a metric. */
export const metricName = (name: string, label: string): string =>
  serverNames()?.metric[name]?.[0] ?? label;

/** The name of a dimension. */
export const dimensionName = (name: string, label: string): string =>
  serverNames()?.dimension[name]?.[0] ?? label;

/** What a metric means. */
export const metricMeaning = (name: string, definition: string): string =>
  serverNames()?.metric[name]?.[1] ?? definition;

/** What a field of conditions means. */
export const fieldMeaning = (name: string, meaning: string): string =>
  serverNames()?.field[name] ?? meaning;

/** The value of a dimension as a reader sees it. */
export function valueWords(value: string | number | null, name: string, isShort = false): string {
  const { empty, value: values } = serverNames() ?? {};
  const known = value === null ? (empty?.[name] ?? empty?.['*']) : values?.[`${name}/${value}`];
  return known ?? dimensionWords(value, name, readerLocale(), { isShort });
}

/** A list of reports. Own reports keep the names that their makers gave them. */
export function namedEntries(entries: readonly ReportEntry[]): ReportEntry[] {
  return entries.map((entry) => {
    const group = serverNames()?.group[entry.group] ?? entry.group;
    const [title = entry.title, description = entry.description] = entry.own
      ? []
      : (serverNames()?.report[entry.name] ?? []);
    return { ...entry, group, title, description };
  });
}

/** A report with the names of its panels and columns. */
export function namedReport(result: ReportResult): ReportResult {
  const names = serverNames();
  if (names === undefined) return result;
  const [title = result.title, description = result.description] =
    names.report[result.report] ?? [];
  const isOwn = names.report[result.report] === undefined;
  return {
    ...result,
    title,
    description,
    panels: result.panels.map((panel) => namedPanel(names, panel, isOwn ? '' : result.report)),
  };
}

function namedPanel(names: ServerNames, panel: ReportPanel, report: string): ReportPanel {
  const known = names.panel[`${report}/${panel.name}`] ?? names.panel[`*/${panel.name}`];
  const [title = panel.title, description = panel.description] = report === '' ? [] : (known ?? []);
  const columns = panel.answer.columns.map((column) => namedColumn(names, column));
  return { ...panel, title, description, answer: { ...panel.answer, columns } };
}

/** A meaning is ours to say only where the column means what the metric or dimension of its name always does. */
function namedColumn(names: ServerNames, column: Column): Column {
  const [label = column.label, meaning] = names[column.kind][column.name] ?? [];
  const usual = contractOf[column.kind] as Record<string, Metric | Dimension>;
  const isUsual = usual[column.name]?.definition === column.definition;
  return { ...column, label, definition: (isUsual ? meaning : undefined) ?? column.definition };
}
