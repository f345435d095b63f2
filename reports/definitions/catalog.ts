/** The catalog: every report by its name. */
import { Problem } from '../../core/contract/problem.ts';
import { overview } from './overview.ts';
import type { ReportDefinition } from './report-definition.ts';

const definitions: ReadonlyMap<string, ReportDefinition> = new Map(
  [overview].map((definition) => [definition.name, definition]),
);

/** The names of all reports, in the order of the catalog. */
export function reportNames(): string[] {
  return [...definitions.keys()];
}

/**
 * The definition of a report.
 * @throws Problem `report_unknown`, naming the reports that there are
 */
export function findReport(name: string): ReportDefinition {
  const definition = definitions.get(name);
  if (definition === undefined) {
    const known = reportNames().join(', ');
    throw new Problem(
      'report_unknown',
      `There is no report called ${quoted(name)}. Reports are: ${known}.`,
    );
  }
  return definition;
}

/** The name may come from a URL or a command line: it is cut, and its control characters are made visible. */
function quoted(name: string): string {
  return JSON.stringify(name.length > 64 ? `${name.slice(0, 64)}…` : name);
}
