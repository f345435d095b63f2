/** Finds a report by its name, among those that come with Canister and those of the dataset. */
import { Problem } from '../../core/contract/problem.ts';
import type { ReportEntry } from '../../core/contract/report.ts';
import type { ReportDefinition } from '../../core/contract/report-definition.ts';
import { builtInReports, findBuiltIn } from './catalog.ts';
import { type BuiltInReport, reportGroups } from './panels.ts';

/** Reports of the dataset stand in a group of their own, after all others. */
const ownGroup = 'Own reports';

/**
 * The definition of a report. A report of the dataset's own may not have the name of a built-in one, so none hides another.
 * @throws Problem `report_unknown`, naming the reports that there are
 */
export function findReport(
  name: string,
  own: readonly ReportDefinition[],
): ReportDefinition & Pick<BuiltInReport, 'subject' | 'panels'> {
  const found = findBuiltIn(name) ?? own.find((definition) => definition.name === name);
  if (found !== undefined) return found;
  const known = [...builtInReports, ...own].map((definition) => definition.name).join(', ');
  throw new Problem(
    'report_unknown',
    `There is no report called ${quoted(name)}. Reports are: ${known}.`,
  );
}

/** All reports of a dataset for its list, group by group. */
export function listReports(own: readonly ReportDefinition[]): ReportEntry[] {
  const entry = (definition: ReportDefinition, group: string, isOwn: boolean): ReportEntry => ({
    name: definition.name,
    title: definition.title,
    description: definition.description ?? '',
    group,
    subject: [...(findBuiltIn(definition.name)?.subject ?? [])],
    own: isOwn,
  });
  return [
    ...reportGroups.flatMap((group) =>
      builtInReports.filter((one) => one.group === group).map((one) => entry(one, group, false)),
    ),
    ...own.map((one) => entry(one, ownGroup, true)),
  ];
}

/** The name may come from a URL or a command line: it is cut, and its control characters are made visible. */
function quoted(name: string): string {
  return JSON.stringify(name.length > 64 ? `${name.slice(0, 64)}…` : name);
}
