/** A report that is being built: what a new one begins with, its name from its title, and what is wrong with it. */
import { msg } from '@lit/localize';
import type { PanelDefinition, ReportDefinition } from '../../core/contract/report-definition.ts';
import { slugOf } from './dataset-form.ts';

/** What is wrong, by `title`, `name`, or the place of a panel. */
export type ReportProblems = Record<string, string[]>;

const nameLengthMax = 48;

export function newReport(): ReportDefinition {
  return { name: '', title: '', description: '', panels: [newPanel([])] };
}

/** A panel with a name that no other one has. */
export function newPanel(others: readonly PanelDefinition[]): PanelDefinition {
  const taken = new Set(others.map(({ name }) => name));
  let number = others.length + 1;
  while (taken.has(`panel_${number}`)) number += 1;
  return {
    name: `panel_${number}`,
    title: '',
    description: '',
    kind: 'table',
    chart: 'bars',
    query: { metrics: ['sessions'], dimensions: ['entry_path'], limit: 25 },
  };
}

/** A panel that asks a saved query, which is still to be chosen. */
export function newSavedQueryPanel(others: readonly PanelDefinition[]): PanelDefinition {
  const { query: _query, ...panel } = newPanel(others);
  return { ...panel, savedQuery: { name: '', values: {} } };
}

/** The panels with one of them moved; it stays where there is no further place. */
export function moved(
  panels: readonly PanelDefinition[],
  place: number,
  by: 1 | -1,
): PanelDefinition[] {
  const next = [...panels];
  const [one] = next.splice(place, 1);
  if (one !== undefined) next.splice(Math.max(0, place + by), 0, one);
  return next;
}

/** The name of a report, as it stands in addresses and commands. */
export function nameOf(title: string): string {
  const name = slugOf(title).replace(/^[0-9-]+/, '');
  return name.slice(0, nameLengthMax).replace(/-+$/, '');
}

/** The panel asks what its kind can show: one row, a row a day, or a row a value. */
export function shaped(panel: PanelDefinition, kind: PanelDefinition['kind']): PanelDefinition {
  const { chart: _chart, figure: _figure, query, ...rest } = panel;
  if (query === undefined) return panel;
  const { order: _order, ...asked } = query;
  if (kind === 'figures') return { ...rest, kind, query: { ...asked, dimensions: [] } };
  if (kind === 'series')
    return {
      ...rest,
      kind,
      chart: 'days',
      query: { ...asked, dimensions: ['day'], limit: daysMax },
    };
  return {
    ...rest,
    kind,
    chart: 'bars',
    query: { ...asked, dimensions: ['entry_path'], limit: 25 },
  };
}

const daysMax = 1_000;

/** Without what was left empty. */
export function tidied(report: ReportDefinition): ReportDefinition {
  return {
    ...report,
    panels: report.panels.map((panel) => {
      if (panel.query === undefined) return panel;
      const { condition, hitCondition, goal, ...query } = panel.query;
      return {
        ...panel,
        query: {
          ...query,
          ...(condition?.trim() && { condition }),
          ...(hitCondition?.trim() && { hitCondition }),
          ...(goal && { goal }),
        },
      };
    }),
  };
}

/** Checks by the contract's own schema, which is loaded only for this. */
export async function problemsOf(report: ReportDefinition): Promise<ReportProblems> {
  const [{ reportDefinitionSchema }, { emptyWords, issueWords }] = await Promise.all([
    import('../../core/contract/report-definition.ts'),
    import('../../core/contract/issue-words.ts'),
  ]);
  const problems: ReportProblems = {};
  for (const issue of reportDefinitionSchema.safeParse(tidied(report)).error?.issues ?? []) {
    const [field, place, ...rest] = issue.path;
    const key = field === 'panels' && typeof place === 'number' ? `panel ${place}` : String(field);
    const what = rest.filter((part) => part !== 'query').join(' ');
    const words = issueWords(issue);
    const said = words === emptyWords ? msg('must not be empty') : words;
    // What is empty breaks other rules as well.
    if (problems[key]?.some((one) => one === `${what} ${msg('must not be empty')}`.trim()))
      continue;
    problems[key] = [...(problems[key] ?? []), `${what} ${said}`.trim()];
  }
  return problems;
}
