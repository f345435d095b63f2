/** The command `report`: runs finished reports, lists them, and keeps the dataset's own ones. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { systemClock } from '../core/clock.ts';
import type { Dataset } from '../core/contract/dataset.ts';
import { addDays, dayOf } from '../core/contract/date-range.ts';
import { Problem } from '../core/contract/problem.ts';
import type { ReportEntry, ReportResult } from '../core/contract/report.ts';
import type { ApiClient } from '../core/http/api-client.ts';
import { showInvisible } from '../reports/html/format.ts';
import { alignColumns } from '../reports/run/align-columns.ts';
import { readGivenJson } from './given-file.ts';
import { day } from './option-values.ts';
import { type ReportView, withReportView } from './report-view.ts';
import type { CommandDesk } from './upkeep.ts';

interface ReportOptions extends ReportView {
  json?: boolean;
  dataset: string;
  from?: string;
  to?: string;
  format?: string;
  panel?: string;
  out?: string;
}

const definitionBytesMax = 1_000_000;
const datasetPath = (slug: string) => `/api/datasets/${encodeURIComponent(slug)}`;

export function addReportCommand<O extends { json?: boolean }>(desk: CommandDesk<O>): void {
  const { command, withApi } = desk;
  const report = command(
    'report <name> [argument]',
    'run a finished report; or: report list, report save FILE, report delete NAME',
  )
    .requiredOption('--dataset <slug>', 'the dataset to report on')
    .option('--from <date>', 'first day, like 2026-11-14 (else seven days before --to)', day)
    .option('--to <date>', 'day after the last day (else tomorrow)', day);
  withReportView(report)
    .addOption(
      new Option('--format <format>', 'form of the result').choices([
        'json',
        'csv',
        'xlsx',
        'parquet',
        'html',
        'text',
        'png',
      ]),
    )
    .option('--panel <name>', 'the panel of which a png is the chart (else all charts)')
    .option('--out <file>', 'write the result into a file; all charts: into a folder')
    .action(async (name: string, argument: string | undefined, options: O & ReportOptions) => {
      await withApi(options, async (api) => {
        if (name === 'list') return await listReports(desk, api, options);
        if (name === 'save') return await saveReport(desk, api, options, argument);
        if (name === 'delete') return await deleteReport(desk, api, options, argument);
        const isBinary = ['xlsx', 'parquet', 'png'].includes(options.format ?? '');
        if (isBinary && options.out === undefined)
          throw new InvalidArgumentError('Name the file of the report with --out.');
        if (options.format === 'png' && options.panel === undefined)
          return await writeCharts(desk, api, name, options);
        const response = await fetchReport(api, name, options);
        if (options.out === undefined) desk.out(await textOf(response, options));
        else writeFileSync(options.out, Buffer.from(await response.arrayBuffer()));
      });
    });
}

/** Every chart of the report as a file of its own, named after its panel. */
async function writeCharts<O extends { json?: boolean }>(
  { out, outJson }: CommandDesk<O>,
  api: ApiClient,
  name: string,
  options: ReportOptions,
): Promise<void> {
  const folder = options.out ?? '.';
  const asked = { ...options, json: false, format: 'json' };
  const report = (await (await fetchReport(api, name, asked)).json()) as ReportResult;
  const { from, to } = report.range;
  mkdirSync(folder, { recursive: true });
  const files: string[] = [];
  for (const { name: panel, chart, answer } of report.panels) {
    if (chart === undefined || answer.rows.length === 0) continue;
    // The days of the first answer: midnight may pass in between.
    const response = await fetchReport(api, name, { ...asked, format: 'png', panel, from, to });
    const file = join(folder, `${options.dataset}-${report.report}-${panel}-${from}-${to}.png`);
    writeFileSync(file, Buffer.from(await response.arrayBuffer()));
    files.push(file);
  }
  if (options.json) outJson(files);
  else out(files.join('\n') || 'The report has no chart with figures in this range.');
}

async function listReports<O extends { json?: boolean }>(
  { out, outJson }: CommandDesk<O>,
  api: ApiClient,
  { dataset, json }: ReportOptions,
): Promise<void> {
  const { reports } = await api.json<{ reports: ReportEntry[] }>(
    'GET',
    `${datasetPath(dataset)}/reports`,
  );
  if (json) return outJson(reports);
  const rows = reports.map(({ name, group, description }) => [name, group, description]);
  out(alignColumns([['report', 'group', 'what it says'], ...rows], () => false).join('\n'));
}

async function saveReport<O extends { json?: boolean }>(
  { out, outJson }: CommandDesk<O>,
  api: ApiClient,
  { dataset, json }: ReportOptions,
  file: string | undefined,
): Promise<void> {
  const path = `${datasetPath(dataset)}/definitions/report`;
  const kept = await api.json<{ name: string }>('PUT', path, readDefinition(file));
  if (json) outJson(kept);
  else out(`Saved the report ${kept.name}.`);
}

async function deleteReport<O extends { json?: boolean }>(
  { out, outJson }: CommandDesk<O>,
  api: ApiClient,
  { dataset, json }: ReportOptions,
  name = '',
): Promise<void> {
  if (name === '') throw new InvalidArgumentError('Name the report: report delete NAME');
  const path = `${datasetPath(dataset)}/definitions/report/${encodeURIComponent(name)}`;
  await api.request('DELETE', path);
  if (json) outJson({ deleted: name });
  else out(`Deleted the report ${showInvisible(name)}.`);
}

/** @throws Problem `file_missing`, `request_invalid` */
function readDefinition(file: string | undefined): unknown {
  if (file === undefined) {
    throw new InvalidArgumentError('Name the file of the definition: report save FILE');
  }
  const refuse = () =>
    new Problem(
      'file_missing',
      `${file} cannot be read: it has more than ${definitionBytesMax} bytes`,
    );
  return readGivenJson(file, { bytesMax: definitionBytesMax, refuse });
}

async function fetchReport(
  api: ApiClient,
  name: string,
  options: ReportOptions,
): Promise<Response> {
  const path = datasetPath(options.dataset);
  const { timeZone } = await api.json<Dataset>('GET', path);
  const to = options.to ?? addDays(dayOf(systemClock(), timeZone), 1);
  const search = new URLSearchParams({
    from: options.from ?? addDays(to, -7),
    to,
    robots: String(options.robots === true),
    seenByTag: String(options.seenByTag === true),
    compare: typeof options.compare === 'string' ? options.compare : 'none',
    format: options.json ? 'json' : (options.format ?? 'text'),
  });
  for (const label of options.label) search.append('label', label);
  for (const key of ['condition', 'page', 'funnel', 'goal', 'panel'] as const) {
    const value = options[key];
    if (value !== undefined) search.set(key, value);
  }
  return await api.request('GET', `${path}/reports/${encodeURIComponent(name)}?${search}`);
}

async function textOf(response: Response, { json, format }: ReportOptions): Promise<string> {
  const text = await response.text();
  return (json || format === 'json') && process.stdout.isTTY
    ? JSON.stringify(JSON.parse(text) as ReportResult, null, 2)
    : text;
}
