/** The desk of reports: joins what `reports/` runs and draws with what core answers. */
import type { Clock } from './core/clock.ts';
import { comparisonOf } from './core/contract/comparison.ts';
import { dayOf } from './core/contract/date-range.ts';
import { labelSchema } from './core/contract/label.ts';
import { Problem } from './core/contract/problem.ts';
import { sqlRequestSchema } from './core/contract/query.ts';
import type { ReportResult } from './core/contract/report.ts';
import { reportDefinitionSchema } from './core/contract/report-definition.ts';
import type { SharedReport } from './core/contract/shared-link.ts';
import { rangeOfPeriod } from './core/contract/subscription-words.ts';
import type { DefinitionDesk } from './core/desks/definition-desk.ts';
import type { LabelSessions } from './core/desks/label-sessions.ts';
import type { QueryDesk } from './core/desks/query-desk.ts';
import type { SqlDesk } from './core/desks/sql-desk.ts';
import type { ReportDesk, ReportDrawing } from './core/http/reports.ts';
import type { Datasets } from './core/settings/datasets.ts';
import type { SavedQueries } from './core/settings/saved-queries.ts';
import { findBuiltIn } from './reports/definitions/catalog.ts';
import { listReports } from './reports/definitions/find-report.ts';
import { reportToCsv } from './reports/run/report-csv.ts';
import { reportToTable } from './reports/run/report-table.ts';
import { type ReportSource, runReport } from './reports/run/run-report.ts';
import { parquetType, sqlToFile, xlsxType } from './reports/run/sql-file.ts';

/** A panel is looked at by people: who wants all rows runs the query itself. */
const savedRowsMax = 1_000;
const pngWidthPx = 1_072;
const locale = 'en';

/** What reports ask core. */
export function createReportSource(
  queries: QueryDesk,
  definitions: Pick<DefinitionDesk, 'list'>,
  saved: { sql: Pick<SqlDesk, 'answer'>; savedQueries: Pick<SavedQueries, 'get'> },
): ReportSource {
  return {
    async savedQuery(slug, name, values, given) {
      const { parameters } = await saved.savedQueries.get(slug, name);
      const known = Object.entries(given).filter(([one]) =>
        parameters.some((parameter) => parameter.name === one),
      );
      const all = { ...Object.fromEntries(known), ...values };
      const request = { query: name, values: all, rowsMax: savedRowsMax };
      return await saved.sql.answer(slug, sqlRequestSchema.parse(request));
    },
    query: queries.query,
    analyze: queries.analyze,
    annotations: (slug) => definitions.list(slug, 'annotation'),
    ownReports: (slug) => definitions.list(slug, 'report'),
    names: async (slug, kind) => (await definitions.list(slug, kind)).map(({ name }) => name),
  };
}

export function createReportDesk(source: ReportSource, clock: Clock): ReportDesk {
  return {
    list: async (slug) => listReports(await source.ownReports(slug)),
    run: (request) => runReport(request, { source, clock }),
    drawSql: sqlToFile,
    async draw(result, drawing) {
      if (drawing.format === 'csv')
        return { body: reportToCsv(result), contentType: 'text/csv; charset=utf-8' };
      if (drawing.format === 'xlsx') {
        const { reportToXlsx } = await import('./reports/run/report-xlsx.ts');
        return { body: await reportToXlsx(result), contentType: xlsxType };
      }
      if (drawing.format === 'parquet') {
        const { reportToParquet } = await import('./reports/run/table-parquet.ts');
        return { body: reportToParquet(result), contentType: parquetType };
      }
      if (drawing.format === 'text')
        return { body: reportToTable(result), contentType: 'text/plain; charset=utf-8' };
      if (drawing.format === 'png')
        return { body: await drawPng(result, drawing), contentType: 'image/png' };
      // The chart library is large: it is loaded when the first page is drawn, not when the program starts.
      const { reportToHtml } = await import('./reports/html/report-html.ts');
      return { body: reportToHtml(result, { locale }), contentType: 'text/html; charset=utf-8' };
    },
  };
}

/** Draws the report of a shared link as a page of its own. */
export function createSharedReports(
  desk: Pick<ReportDesk, 'run' | 'draw'>,
  datasets: Pick<Datasets, 'get'>,
  clock: Clock,
): (slug: string, shows: SharedReport) => Promise<string> {
  return async (slug, { report, range, period = 'last_7_days', ...asked }) => {
    const { name, timeZone } = await datasets.get(slug);
    const result = await desk.run({
      name: report,
      dataset: { slug, name, timeZone },
      range: range ?? rangeOfPeriod(period, dayOf(clock(), timeZone)),
      comparison: asked.comparison && comparisonOf(range ? undefined : period, asked.comparison),
      robots: asked.robots,
      ...(asked.seenByTag && { seenByTag: true }),
      labels: asked.labels,
      condition: asked.condition,
      subject: asked.subject,
    });
    // What is noted of days is for those who work here: a link shows figures.
    const panels = result.panels.map(({ annotations: _, ...panel }) => panel);
    const { body } = await desk.draw({ ...result, panels }, { format: 'html', panel: undefined });
    return String(body);
  };
}

/**
 * The desk of definitions, which takes no report under the name of one that comes with Canister, none that asks a saved
 * query that is not there, and no label by a saved query that names no sessions.
 */
export function keepDefinitionsWhole(
  desk: DefinitionDesk,
  options: { savedQueries: Pick<SavedQueries, 'get'>; labelSessions: Pick<LabelSessions, 'check'> },
): DefinitionDesk {
  const { savedQueries, labelSessions } = options;
  return {
    ...desk,
    async save(slug, kind, given, position) {
      const name = typeof given === 'object' && given !== null && 'name' in given ? given.name : '';
      if (kind === 'report' && typeof name === 'string' && findBuiltIn(name) !== undefined) {
        throw new Problem(
          'definition_invalid',
          `The report ${name} comes with Canister. Give yours another name.`,
        );
      }
      if (kind === 'report')
        for (const { savedQuery } of reportDefinitionSchema.parse(given).panels)
          if (savedQuery !== undefined) await savedQueries.get(slug, savedQuery.name);
      if (kind === 'label') {
        const { savedQuery } = labelSchema.parse(given);
        if (savedQuery !== undefined) await labelSessions.check(slug, savedQuery);
      }
      return await desk.save(slug, kind, given, position);
    },
  };
}

async function drawPng(
  result: ReportResult,
  { panel: name }: ReportDrawing,
): Promise<Uint8Array<ArrayBuffer>> {
  const drawn = result.panels.filter(({ chart }) => chart !== undefined);
  const panel = name === undefined ? drawn[0] : drawn.find((one) => one.name === name);
  if (panel === undefined) {
    const known = drawn.map((one) => one.name).join(', ') || 'none';
    throw new Problem(
      'report_unknown',
      `The report ${result.report} has no such chart. Panels with a chart: ${known}.`,
    );
  }
  const { drawChart } = await import('./reports/charts/chart-svg.ts');
  const { pngFont, svgToPngAside } = await import('./reports/charts/chart-png.ts');
  const svg = drawChart({ panel, locale, font: pngFont, idPrefix: 'chart', widthPx: pngWidthPx });
  if (svg === undefined) {
    throw new Problem(
      'report_unknown',
      `There is nothing to draw: ${panel.title} has no figures in this range.`,
    );
  }
  return new Uint8Array(await svgToPngAside(svg));
}
