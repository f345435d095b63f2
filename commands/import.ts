/** `canister import`: its options, what it says of each file, and what became of every line. */

import { type Command, InvalidArgumentError } from 'commander';
import { isDate } from '../core/contract/calendar.ts';
import { countedAre, countedNoun } from '../core/contract/counted-noun.ts';
import {
  type ImportInput,
  type ImportSummary,
  importLimits,
  logFormats,
  mappedFields,
} from '../core/contract/import.ts';
import type { RetentionResult } from '../core/contract/upkeep.ts';
import { importFiles } from '../core/http/import-client.ts';
import { showInvisible } from '../reports/html/format.ts';
import { type FollowSummary, follow } from './follow.ts';
import { list } from './option-values.ts';
import type { CommandDesk } from './upkeep.ts';

const exitFailed = 1;

interface ImportCommandOptions {
  dataset: string;
  hostDataset: string[];
  format: string;
  dateFormat?: string;
  timeFormat?: string;
  timeZone?: string;
  encoding?: string;
  field: string[];
  includePath: string[];
  excludePath: string[];
  includeHost: string[];
  excludeHost: string[];
  excludeAgent: string[];
  static: boolean;
  robots: boolean;
  errors: boolean;
  redirects: boolean;
  stripQuery?: boolean;
  olderThan?: number;
  newerThan?: number;
  proxies?: number;
  sessionCookie?: string;
  referrerChain?: boolean;
  dryRun?: boolean;
  follow?: boolean;
}

export function addImportCommand<O extends { json?: boolean }>(
  desk: CommandDesk<O>,
  note: (text: string) => void,
): void {
  const { command, withApi, out, outJson } = desk;
  describeOptions(
    command(
      'import <file...>',
      'import web server logs, plain or packed with gzip, bzip2 or zstd; - is standard input',
    ),
  ).action(async (files: string[], options: O & ImportCommandOptions) => {
    if (options.follow) {
      const summary = await followUntilStopped(files, options, withApi, note);
      if (options.json) outJson(summary);
      else out(describeFollow(summary));
      return;
    }
    const parts = partsOf(files, options);
    const summaries: { dataset: string; summary: ImportSummary }[] = [];
    for (const { dataset, input } of parts) {
      const summary = await withApi(options, async (api) => {
        const done = await importFiles(api, dataset, files, input, (text) =>
          note(showInvisible(text)),
        );
        if (!input.dryRun) await noteWhatGoes(api, dataset, note);
        return done;
      });
      summaries.push({ dataset, summary });
      // Every file is read once a dataset, always in the same format.
      if (summaries.length === 1) for (const line of describeFiles(summary)) note(line);
      if (summary.unreadFiles.length > 0) process.exitCode = exitFailed;
    }
    const [only] = summaries;
    if (summaries.length > 1) {
      const rows = summaries.map(({ dataset, summary }) => ({ dataset, ...summary }));
      if (options.json) outJson(rows);
      else
        out(summaries.map((one) => `${one.dataset}\n${describeImport(one.summary)}`).join('\n\n'));
    } else if (only !== undefined) {
      if (options.json) outJson(only.summary);
      else out(describeImport(only.summary));
    }
  });
}

function describeOptions(command: Command): Command {
  return command
    .requiredOption('--dataset <slug>', 'the dataset that takes the hits')
    .option(
      '--host-dataset <host=slug>',
      'lines of this host go into another dataset (repeat; * stands for anything)',
      list,
      [],
    )
    .option(
      '--format <format>',
      `auto, a format string of Apache, nginx or GoAccess, or a name: ${logFormats.join(', ')}`,
      'auto',
    )
    .option('--date-format <format>', 'date-format of a GoAccess format string')
    .option('--time-format <format>', 'time-format of a GoAccess format string')
    .option('--field <field=key>', 'which key of a JSON line holds a field (repeat)', list, [])
    .option('--time-zone <zone>', 'zone of times that say none (else UTC)')
    .option('--encoding <name>', 'encoding of the text (else utf-8)')
    .option('--include-path <pattern>', 'only paths like this (repeat; * is anything)', list, [])
    .option('--exclude-path <pattern>', 'no paths like this (repeat)', list, [])
    .option('--include-host <pattern>', 'only hosts like this (repeat)', list, [])
    .option('--exclude-host <pattern>', 'no hosts like this (repeat)', list, [])
    .option('--exclude-agent <text>', 'no user agents that hold this (repeat)', list, [])
    .option('--no-static', 'leave out files that pages load, downloads and feeds')
    .option('--no-robots', 'leave out robots')
    .option('--no-errors', 'leave out answers of 400 and above')
    .option('--no-redirects', 'leave out redirects')
    .option('--strip-query', 'do not store queries; campaigns in them still count')
    .option('--older-than <date>', 'leave out lines before this day or instant', instant)
    .option('--newer-than <date>', 'leave out lines from this day or instant on', instant)
    .option('--proxies <number>', 'how many proxies of yours wrote X-Forwarded-For', hops)
    .option('--session-cookie <name>', 'the cookie that tells visitors apart')
    .option(
      '--referrer-chain',
      'tell visitors behind one address apart by the pages they came from',
    )
    .option('--dry-run', 'store nothing; say what would happen')
    .option('--follow', 'go on as the file grows and is rotated, until Ctrl+C');
}

/** Follows one file until the process is told to stop. */
async function followUntilStopped<O extends { json?: boolean }>(
  files: readonly string[],
  options: O & ImportCommandOptions,
  withApi: CommandDesk<O>['withApi'],
  note: (text: string) => void,
): Promise<FollowSummary> {
  const [file, second] = files;
  if (file === undefined || second !== undefined || options.hostDataset.length > 0)
    throw new InvalidArgumentError(
      '--follow takes one file, and no --host-dataset. For several make a source: canister source create NAME',
    );
  const stop = new AbortController();
  const abort = () => stop.abort();
  process.once('SIGINT', abort).once('SIGTERM', abort);
  try {
    const { dataset } = options;
    const input = inputOf(options);
    return await withApi(options, (api) =>
      follow({ api, dataset, file, input, signal: stop.signal, note }),
    );
  } finally {
    process.off('SIGINT', abort).off('SIGTERM', abort);
  }
}

function describeFollow({ openHits, ...counts }: FollowSummary): string {
  const rows = Object.entries(counts).map(([name, value]) => `${name.padEnd(10)} ${value}`);
  const open = `${countedAre(openHits, 'hit')} in sessions that are still open: they are stored by the next follow of this file.`;
  return [...rows, ...(openHits > 0 ? [open] : [])].join('\n');
}

/** `2026-05-17` is midnight UTC; an instant has its zone, as in `2026-05-17T10:00:00+02:00`. */
function instant(text: string): number {
  const shape = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;
  const time = isDate(text) || shape.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw new InvalidArgumentError(
      'It must be a day like 2026-05-17, or an instant like 2026-05-17T10:00:00Z.',
    );
  return time;
}

function hops(text: string): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(number <= importLimits.proxiesMax))
    throw new InvalidArgumentError(`It must be a number up to ${importLimits.proxiesMax}.`);
  return number;
}

interface ImportPart {
  dataset: string;
  input: ImportInput;
}

/** One import a dataset: lines of the hosts that are mapped to others are left out of the first. */
function partsOf(files: readonly string[], options: ImportCommandOptions): ImportPart[] {
  const input = inputOf(options);
  if (options.hostDataset.length === 0) return [{ dataset: options.dataset, input }];
  const hostsOf = new Map<string, string[]>();
  for (const pair of options.hostDataset) {
    const [host, slug] = splitPair(pair, '--host-dataset', 'HOST=SLUG');
    hostsOf.set(slug, [...(hostsOf.get(slug) ?? []), host]);
  }
  if (files.includes('-') || options.includeHost.length > 0)
    throw new InvalidArgumentError(
      'With --host-dataset each file is read once a dataset, so that standard input and --include-host cannot be used. Write the log to a file first.',
    );
  const mapped = [...hostsOf.entries()].filter(([slug]) => slug !== options.dataset);
  const elsewhere = mapped.flatMap(([, hosts]) => hosts);
  return [
    {
      dataset: options.dataset,
      input: { ...input, excludeHosts: [...options.excludeHost, ...elsewhere] },
    },
    ...mapped.map(([dataset, includeHosts]) => ({ dataset, input: { ...input, includeHosts } })),
  ];
}

function splitPair(pair: string, option: string, form: string): [string, string] {
  const equals = pair.indexOf('=');
  if (equals > 0 && equals < pair.length - 1)
    return [pair.slice(0, equals), pair.slice(equals + 1)];
  throw new InvalidArgumentError(`${option} ${JSON.stringify(pair)} is not ${form}.`);
}

function inputOf(options: ImportCommandOptions): ImportInput {
  if (options.sessionCookie !== undefined && options.referrerChain)
    throw new InvalidArgumentError(
      'Visitors are told apart by --session-cookie or by --referrer-chain, not by both.',
    );
  return {
    format: options.format,
    dateFormat: options.dateFormat,
    timeFormat: options.timeFormat,
    fields: fieldsOf(options.field),
    timeZone: options.timeZone,
    encoding: options.encoding,
    includePaths: options.includePath,
    excludePaths: options.excludePath,
    includeHosts: options.includeHost,
    excludeHosts: options.excludeHost,
    excludeAgents: options.excludeAgent,
    staticFiles: options.static,
    robots: options.robots,
    errors: options.errors,
    redirects: options.redirects,
    stripQuery: options.stripQuery,
    olderThan: options.olderThan,
    newerThan: options.newerThan,
    proxies: options.proxies,
    sessionCookie: options.sessionCookie,
    referrerChain: options.referrerChain,
    dryRun: options.dryRun,
  };
}

function fieldsOf(pairs: readonly string[]): ImportInput['fields'] {
  if (pairs.length === 0) return undefined;
  const names: readonly string[] = mappedFields;
  const split = pairs.map((pair) => splitPair(pair, '--field', 'FIELD=KEY'));
  const wrong = split.find(([field]) => !names.includes(field));
  if (wrong)
    throw new InvalidArgumentError(
      `--field ${wrong[0]} is no field of a log line. There are: ${names.join(', ')}.`,
    );
  return Object.fromEntries(split);
}

/** What was chosen for each file and why, the first lines that could not be read, and files of which none could. */
function describeFiles({ detections, badSamples, unreadFiles }: ImportSummary): string[] {
  return [
    ...detections.map(({ file, format, why }) => `${showInvisible(file)}: ${format}, ${why}`),
    ...badSamples.map(
      ({ file, line, reason }) => `${showInvisible(file)}:${line}: ${showInvisible(reason)}`,
    ),
    ...unreadFiles.map(({ file, why }) => showInvisible(`${file}: ${why}`)),
  ];
}

/** An old log is taken whole, and then removed by rules that somebody set long ago. */
async function noteWhatGoes(
  api: Parameters<typeof importFiles>[0],
  dataset: string,
  note: (text: string) => void,
): Promise<void> {
  const path = `/api/datasets/${encodeURIComponent(dataset)}/retention`;
  const { sessions, days } = await api.json<RetentionResult>('POST', path, { dryRun: true });
  const [first] = days;
  if (first === undefined) return;
  const upTo = days.at(-1)?.day ?? first.day;
  note(
    `${countedNoun(sessions, 'session')} of ${first.day}${upTo === first.day ? '' : ` to ${upTo}`} ${sessions === 1 ? 'is' : 'are'} more than the retention of ${dataset} keeps: removed within the hour. To keep them: canister retention --dataset ${dataset} --keep-all`,
  );
}

function describeImport(summary: ImportSummary): string {
  const { lines, accepted, duplicate, excluded, bad, sessions, seconds } = summary;
  const rows = Object.entries({ lines, accepted, duplicate, excluded, bad, sessions, seconds });
  const rules = Object.entries(summary.excludedBy).map(([rule, count]) => `${rule} ${count}`);
  return [
    ...rows.map(([name, value]) => `${name.padEnd(10)} ${value}`),
    ...(rules.length > 0 ? [`excluded by rule: ${rules.join(', ')}`] : []),
    ...(summary.badFile ? [`bad lines are listed in ${summary.badFile}`] : []),
    ...(summary.dryRun ? ['dry run: nothing was stored'] : []),
  ].join('\n');
}
