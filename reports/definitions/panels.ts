/** What built-in reports are made of: a definition with its place in the list, and short ways to write panels. */
import type { AnalysisInput } from '../../core/contract/analysis.ts';
import { dateRangeLimits } from '../../core/contract/date-range.ts';
import type { DimensionName } from '../../core/contract/dimension.ts';
import type { MetricName } from '../../core/contract/metric.ts';
import type { ChartKind, ReportSubjectName } from '../../core/contract/report.ts';
import type { PanelDefinition, ReportDefinition } from '../../core/contract/report-definition.ts';

/** The groups of the list of reports, in their order. */
export const reportGroups = [
  'Traffic',
  'Content',
  'Acquisition',
  'Visitors',
  'Goals',
  'Changes',
  'Quality',
] as const;

export interface BuiltInPanel extends PanelDefinition {
  /** It is there for a range of one day only, of which a panel by days has one row. */
  oneDay?: true;
}

export interface BuiltInReport extends ReportDefinition {
  panels: BuiltInPanel[];
  group: (typeof reportGroups)[number];
  /** What the report can be asked about; where nothing is named, one is chosen. */
  subject?: readonly ReportSubjectName[];
}

export const tableRowsMax = 25;

interface PanelWords {
  name: string;
  title: string;
  /** One sentence that says what the numbers are. */
  description: string;
}

type PanelQuery = NonNullable<PanelDefinition['query']>;
type TableOptions = Omit<PanelQuery, 'metrics' | 'dimensions'> & {
  dimensions: DimensionName[];
  metrics: MetricName[];
  chart?: ChartKind;
  robots?: true;
};

/** One row of metrics. */
export function figures(words: PanelWords, metrics: MetricName[]): PanelDefinition {
  return { ...words, kind: 'figures', query: { metrics } };
}

/** One row a day, drawn over time. */
export function byDay(
  metrics: MetricName[],
  { hitCondition, ...more }: { robots?: true; hitCondition?: string } = {},
): PanelDefinition {
  return {
    name: 'by_day',
    title: 'By day',
    description: "One row a day in the dataset's time zone. Visitors do not add up over days.",
    kind: 'series',
    chart: 'days',
    ...more,
    query: {
      metrics,
      dimensions: ['day'],
      limit: dateRangeLimits.daysMax,
      ...(hitCondition && { hitCondition }),
    },
  };
}

/** One row an hour, where the range is one day. */
export function byHour(metrics: MetricName[]): BuiltInPanel {
  return {
    name: 'by_hour',
    title: 'By hour',
    description: "The hours of the day in the dataset's time zone.",
    kind: 'table',
    chart: 'columns',
    oneDay: true,
    query: {
      metrics,
      dimensions: ['hour'],
      order: { by: 'hour', direction: 'ascending' },
      limit: 24,
    },
  };
}

/** One row a value of the dimensions. */
export function table(words: PanelWords, options: TableOptions): PanelDefinition {
  const { chart, robots, ...query } = options;
  return {
    ...words,
    kind: 'table',
    ...(chart && { chart }),
    ...(robots && { robots }),
    query: { limit: tableRowsMax, ...query },
  };
}

type WithoutRequest<T> = T extends unknown
  ? Omit<T, 'range' | 'robots' | 'labels' | 'page' | 'funnel'>
  : never;

/** The rows of an analysis; the page or funnel that it is about is set when the report runs. */
export function analysed(
  words: PanelWords,
  analysis: WithoutRequest<AnalysisInput>,
  chart?: ChartKind,
): PanelDefinition {
  return { ...words, kind: 'table', ...(chart && { chart }), analysis };
}
