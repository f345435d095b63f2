/**
 * Runs a report: asks what each panel asks, for the range, labels, comparison and filter of the request. Questions go
 * through a port, so the same code serves server, command line and tests.
 */
import { type Analysis, analysisSchema } from '../../core/contract/analysis.ts';
import { annotationsIn } from '../../core/contract/annotated-days.ts';
import type { Annotation } from '../../core/contract/annotation.ts';
import { daysIn } from '../../core/contract/calendar.ts';
import type { Comparison } from '../../core/contract/comparison.ts';
import type { Dataset } from '../../core/contract/dataset.ts';
import { type DateRange, dateRangeSchema } from '../../core/contract/date-range.ts';
import { checkBeside } from '../../core/contract/label.ts';
import { Problem } from '../../core/contract/problem.ts';
import { type Answer, type Query, querySchema, type SqlAnswer } from '../../core/contract/query.ts';
import type { ReportPanel, ReportResult } from '../../core/contract/report.ts';
import type { PanelDefinition, ReportDefinition } from '../../core/contract/report-definition.ts';
import type { ParameterValue } from '../../core/contract/saved-query.ts';
import { findReport } from '../definitions/find-report.ts';
import { gradeFunnel } from './grade-funnel.ts';
import { outdatedCondition, outdatedPart } from './outdated-panel.ts';
import { answerOfSql } from './sql-answer.ts';
import { chooseSubject, missingSubject, type Subject } from './subject.ts';

/** The port: what can be asked of a dataset, named by its slug. */
export interface ReportSource {
  query(slug: string, query: Query): Promise<Answer>;
  analyze(slug: string, analysis: Analysis): Promise<Answer>;
  /**
   * The answer of a saved query. `given` are values for parameters of these names, where the query has them.
   * @throws Problem `query_unknown`, `parameter_invalid`, and those of SQL
   */
  savedQuery(
    slug: string,
    name: string,
    values: Readonly<Record<string, ParameterValue>>,
    given: Readonly<Record<string, ParameterValue>>,
  ): Promise<SqlAnswer>;
  /** The names of the dataset's definitions of a kind, in their order. */
  names(slug: string, kind: 'funnel' | 'goal' | 'page_group'): Promise<string[]>;
  /** What happened on which days. */
  annotations(slug: string): Promise<readonly Annotation[]>;
  /** The reports that users of the dataset have made. */
  ownReports(slug: string): Promise<readonly ReportDefinition[]>;
}

/** What somebody wants to see; `subject` names the page, funnel or goal that the report is about. */
export interface ReportRequest {
  name: string;
  dataset: Pick<Dataset, 'slug' | 'name' | 'timeZone'>;
  range: DateRange;
  robots: boolean;
  /** Page views of logs that the tracker has seen too count beside its own. */
  seenByTag?: boolean | undefined;
  comparison?: Comparison | undefined;
  labels?: readonly string[] | undefined;
  /** In the text form of the condition language: only sessions that meet it. */
  condition?: string | undefined;
  subject?: Subject | undefined;
}

export interface ReportSurroundings {
  source: ReportSource;
  /** Epoch milliseconds of now: when the result says it was made. */
  clock: () => number;
}

/** What all panels of one run have in common. */
interface Run {
  request: ReportRequest;
  source: ReportSource;
  range: DateRange;
  subject: Subject;
}

/**
 * Gives the result with all panels in the order of the definition. They are asked one after the other: they share
 * one database, and a report must not keep everybody else waiting.
 * @throws Problem `report_unknown`, `date_range_invalid`, `query_invalid` for too many labels, and what the port throws
 */
export async function runReport(
  request: ReportRequest,
  { source, clock }: ReportSurroundings,
): Promise<ReportResult> {
  const { slug, name, timeZone } = request.dataset;
  const definition = findReport(request.name, await source.ownReports(slug));
  const range = checkedRange(request.range);
  checkBeside(request.labels ?? []);
  const subject = await chooseSubject(definition, request, source);
  const run: Run = { request, source, range, subject };
  const panels: ReportPanel[] = [];
  const isOneDay = daysIn(range) === 1;
  for (const panel of definition.panels)
    if (isOneDay || !panel.oneDay) panels.push(await runPanel(run, panel));
  const noted = annotationsIn(panels.some(hasDays) ? await source.annotations(slug) : [], range);
  const { comparison, condition } = request;
  // Not every panel can be compared: what is said of the whole is what was done.
  const comparedWith = panels.find(({ answer }) => answer.comparedWith)?.answer.comparedWith;
  const labels = new Map(
    panels.flatMap(({ answer }) => answer.labels ?? []).map((one) => [one.name, one]),
  );
  return {
    report: definition.name,
    title: definition.title,
    description: definition.description ?? '',
    dataset: { slug, name, timeZone },
    range,
    ...(comparison && { comparison }),
    ...(comparedWith && { comparedWith }),
    ...(condition !== undefined && { condition }),
    subject,
    labels: [...labels.values()],
    robots: request.robots,
    ...(request.seenByTag && { seenByTag: true }),
    generatedAt: clock(),
    panels: panels.map((panel) =>
      noted.length > 0 && hasDays(panel) ? { ...panel, annotations: noted } : panel,
    ),
  };
}

async function runPanel(run: Run, panel: PanelDefinition): Promise<ReportPanel> {
  const { name, title, description = '', kind, chart, figure, mailed } = panel;
  return {
    name,
    title,
    description,
    kind,
    ...(chart && { chart }),
    ...(figure !== undefined && { figure }),
    ...(mailed && { mailed }),
    ...(await askFor(run, panel)),
  };
}

async function askFor(
  run: Run,
  panel: PanelDefinition,
): Promise<Pick<ReportPanel, 'answer' | 'query'>> {
  const { source, request, subject } = run;
  const { slug } = request.dataset;
  const outdated = outdatedPart(panel);
  if (outdated !== undefined) return { answer: unanswered(outdated) };
  const missing = await missingSubject(panel, subject, slug, source);
  if (missing !== undefined) return { answer: unanswered(missing) };
  const { query, analysis, savedQuery } = panel;
  if (savedQuery !== undefined) return { answer: await savedAnswer(run, panel, savedQuery) };
  if (query !== undefined) {
    const asked = panelQuery(run, panel, query);
    try {
      return { answer: await source.query(slug, asked), query: asked };
    } catch (error) {
      const told = outdatedCondition(error, query, request);
      if (told === undefined) throw error;
      return { answer: unanswered(told) };
    }
  }
  if (analysis === undefined) throw new Error(`the panel ${panel.name} asks nothing`);
  if (analysis.kind === 'scorecard') {
    const stages = await source.analyze(slug, panelAnalysis(run, panel, { kind: 'funnel' }));
    return { answer: gradeFunnel(stages) };
  }
  return { answer: await source.analyze(slug, panelAnalysis(run, panel, analysis)) };
}

/** A query that has gone or fails is told in its panel: the others are shown all the same. */
async function savedAnswer(
  { source, request, range }: Run,
  panel: PanelDefinition,
  { name, values = {} }: NonNullable<PanelDefinition['savedQuery']>,
): Promise<Answer> {
  const given = { ...range, robots: panel.robots ?? request.robots };
  try {
    const answer = await source.savedQuery(request.dataset.slug, name, values, given);
    const isNarrowed =
      request.condition !== undefined ||
      request.comparison !== undefined ||
      (request.labels ?? []).length > 0;
    return answerOfSql(answer, { name, isNarrowed });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return unanswered(`The saved query "${name}" has no answer: ${error.message}`);
  }
}

function panelQuery(
  { request, range, subject }: Run,
  panel: PanelDefinition,
  query: NonNullable<PanelDefinition['query']>,
): Query {
  return querySchema.parse({
    goal: subject.goal,
    ...query,
    range,
    robots: panel.robots ?? request.robots,
    seenByTag: request.seenByTag,
    labels: request.labels,
    comparison: request.comparison,
    condition: both(query.condition, request.condition),
  });
}

function panelAnalysis(
  { request, range, subject }: Run,
  panel: PanelDefinition,
  analysis: NonNullable<PanelDefinition['analysis']>,
): Analysis {
  const own = typeof analysis.condition === 'string' ? analysis.condition : undefined;
  return analysisSchema.parse({
    ...subject,
    comparison: request.comparison,
    ...analysis,
    range,
    robots: panel.robots ?? request.robots,
    seenByTag: request.seenByTag,
    labels: request.labels,
    condition: both(own, request.condition),
  });
}

/** Both conditions at once. Each is checked alone before it comes here, so a bracket of one cannot open in the other. */
function both(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return `(${one}) and (${other})`;
}

const hasDays = ({ answer }: ReportPanel) =>
  answer.columns.some(({ kind, name }) => kind === 'dimension' && name === 'day');

const unanswered = (note: string): Answer => ({
  columns: [],
  rows: [],
  rowsTotal: 0,
  notes: [note],
});

function checkedRange(range: DateRange): DateRange {
  const checked = dateRangeSchema.safeParse(range);
  if (checked.success) return checked.data;
  const reasons = checked.error.issues.map((issue) =>
    [...issue.path, issue.message].map(String).join(' '),
  );
  throw new Problem('date_range_invalid', `The date range ${reasons.join('; ')}.`);
}
