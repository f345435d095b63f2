/** A report definition: what a report asks, without range and dataset, so that one definition serves all of them. */
import type { QueryInput } from '../../core/contract/query.ts';
import type { ReportPanel } from '../../core/contract/report.ts';

/** One panel: a query whose range and robots are set when the report runs. `name` is unique in its report. */
export interface PanelDefinition {
  name: string;
  title: string;
  /** One sentence that says what the numbers are. */
  description: string;
  kind: ReportPanel['kind'];
  query: Omit<QueryInput, 'range' | 'robots'>;
}

/** Panels are shown, exported and run in the order in which they stand here. */
export interface ReportDefinition {
  name: string;
  title: string;
  description: string;
  panels: readonly PanelDefinition[];
}
