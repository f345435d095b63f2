/** The commands for sources: logs that are fetched on a schedule. */
import { type Command, InvalidArgumentError } from 'commander';
import {
  type SourceInput,
  type SourceRun,
  type SourceSecrets,
  type SourceStatus,
  sourceLimits,
} from '../core/contract/source.ts';
import { showInvisible } from '../reports/html/format.ts';
import { alignColumns } from '../reports/run/align-columns.ts';
import { readGivenJson, readGivenText } from './given-file.ts';
import { list } from './option-values.ts';
import type { CommandDesk } from './upkeep.ts';

const path = '/api/sources';
const pathOf = (name: string) => `${path}/${encodeURIComponent(name)}`;
const instant = (ms: number | undefined) => (ms === undefined ? '' : new Date(ms).toISOString());
const minuteMs = 60_000;

interface CreateOptions {
  file?: string;
  dataset?: string;
  from: string[];
  cron?: string;
  timeZone?: string;
  user?: string;
  passwordFile?: string;
  privateKeyFile?: string;
  hostKey: string[];
  region?: string;
  endpoint?: string;
  lateMinutes?: number;
  format?: string;
  paused?: boolean;
}

export function addSourceCommands<O extends { json?: boolean }>(desk: CommandDesk<O>): void {
  const { group, withApi, out, outJson } = desk;
  const source = group('source', 'logs that are fetched on a schedule');
  const say = <T>(options: O, value: T, describe: (value: T) => string) =>
    options.json ? outJson(value) : out(describe(value));

  describeCreate(
    source('create [name]', 'make a source of logs, or change the one of its name'),
  ).action(async (name: string | undefined, options: O & CreateOptions) => {
    const input = inputOf(name, options);
    const saved = await withApi(options, (api) => api.json<SourceStatus>('PUT', path, input));
    say(options, saved, describeSaved);
  });

  source('list', 'list the sources, and when each runs next').action(async (options: O) => {
    const { sources } = await withApi(options, (api) =>
      api.json<{ sources: SourceStatus[] }>('GET', path),
    );
    say(options, sources, describeList);
  });

  source('show <name>', 'show one source, as JSON that create --file takes').action(
    async (name: string, options: O) => {
      const found = await withApi(options, (api) => api.json<SourceStatus>('GET', pathOf(name)));
      say(options, found, (one) => JSON.stringify(one.source, null, 2));
    },
  );

  source('run <name>', 'run it now, and say what came of it').action(
    async (name: string, options: O) => {
      const run = await withApi(options, (api) =>
        api.json<SourceRun>('POST', `${pathOf(name)}/run`),
      );
      say(options, run, (one) => describeRuns([one]));
      if (run.state === 'failed' || run.state === 'broken_off') process.exitCode = 1;
    },
  );

  source('history <name>', 'list its last runs, newest first')
    .option('--limit <number>', 'at most so many runs', runsListed, 20)
    .action(async (name: string, options: O & { limit: number }) => {
      const { runs } = await withApi(options, (api) =>
        api.json<{ runs: SourceRun[] }>('GET', `${pathOf(name)}/runs?limit=${options.limit}`),
      );
      say(options, runs, describeRuns);
    });

  for (const [change, words] of [
    ['pause', 'do not run it until it is resumed'],
    ['resume', 'go on with what is due from now on'],
  ] as const) {
    source(`${change} <name>`, words).action(async (name: string, options: O) => {
      const changed = await withApi(options, (api) =>
        api.json<SourceStatus>('POST', `${pathOf(name)}/${change}`),
      );
      say(options, changed, describeSaved);
    });
  }

  source('delete <name>', 'delete a source with its history; what it has brought stays').action(
    async (name: string, options: O) => {
      const done = await withApi(options, (api) =>
        api.json<{ deleted: string }>('DELETE', pathOf(name)),
      );
      say(options, done, ({ deleted }) => `Deleted the source "${showInvisible(deleted)}".`);
    },
  );
}

function describeCreate(command: Command): Command {
  return command
    .option('--file <file>', 'take the whole source from a file of JSON')
    .option('--dataset <slug>', 'the dataset that takes the hits')
    .option('--from <location>', 'a path or address, * is anything (repeat for several)', list, [])
    .option('--cron <expression>', 'when it runs, in five fields (else every 5 minutes)')
    .option('--time-zone <zone>', 'by the clock of this time zone (else UTC)')
    .option('--user <name>', 'who signs in; for S3 the id of the access key')
    .option('--password-file <file>', 'a file with the password, or the secret of the access key')
    .option('--private-key-file <file>', 'a file with the private key for SFTP')
    .option('--host-key <fingerprint>', 'a key that the SFTP server may show (repeat)', list, [])
    .option('--region <region>', 'the region of S3')
    .option('--endpoint <url>', 'the address of what speaks S3')
    .option('--late-minutes <minutes>', 'how late a line may come (else 60)', wholeNumber)
    .option('--format <format>', 'format of the lines, as with import (else auto)')
    .option('--paused', 'make it without running it yet');
}

function wholeNumber(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

function runsListed(text: string): number {
  const number = wholeNumber(text);
  if (number < 1 || number > sourceLimits.runsListedMax)
    throw new InvalidArgumentError(`It must be 1 to ${sourceLimits.runsListedMax}.`);
  return number;
}

/** @throws Problem `request_invalid`, `file_missing` */
function inputOf(name: string | undefined, options: CreateOptions): SourceInput {
  const secrets = secretsOf(options);
  const withSecrets = Object.keys(secrets).length > 0 ? { secrets } : {};
  if (options.file !== undefined) {
    const source = readGivenJson(options.file) as SourceInput['source'];
    return { source: { ...source, ...(name && { name }) }, ...withSecrets };
  }
  if (name === undefined || options.dataset === undefined)
    throw new InvalidArgumentError(
      'Name the source and its dataset: source create NAME --dataset SLUG --from LOCATION',
    );
  const { dataset, from, cron, timeZone, user, hostKey, region, endpoint, lateMinutes } = options;
  return {
    source: {
      name,
      dataset,
      locations: from,
      hostKeys: hostKey,
      paused: options.paused === true,
      ...(cron && { schedule: cron }),
      ...(timeZone && { timeZone }),
      ...(user && { user }),
      ...(region && { region }),
      ...(endpoint && { endpoint }),
      ...(lateMinutes !== undefined && { lateMs: lateMinutes * minuteMs }),
      ...(options.format && { import: { format: options.format } }),
    },
    ...withSecrets,
  };
}

/** Secrets come out of files: a command line can be read by everybody on the machine. */
function secretsOf({ passwordFile, privateKeyFile }: CreateOptions): SourceSecrets {
  return {
    ...(passwordFile && { password: readGivenText(passwordFile).replace(/\r?\n$/, '') }),
    ...(privateKeyFile && { privateKey: readGivenText(privateKeyFile) }),
  };
}

function describeSaved({ source, state }: SourceStatus): string {
  const next = source.paused ? 'It is paused.' : `Next run: ${instant(state.nextRunAt)}`;
  return `The source "${showInvisible(source.name)}" brings logs into ${source.dataset}. ${next}`;
}

function describeList(sources: readonly SourceStatus[]): string {
  if (sources.length === 0)
    return 'There is no source yet. Make one with: canister source create NAME --dataset SLUG --from LOCATION';
  const rows = sources.map(({ source, state }) => [
    showInvisible(source.name),
    source.dataset,
    source.paused ? 'paused' : instant(state.nextRunAt),
    state.isRunning ? 'running' : (state.lastRun?.state ?? ''),
    instant(state.lastRun?.startedAt),
    showInvisible(state.lastRun?.problems[0] ?? ''),
  ]);
  const head = ['source', 'dataset', 'next run', 'last run', 'at', 'problem'];
  return alignColumns([head, ...rows], () => false).join('\n');
}

function describeRuns(runs: readonly SourceRun[]): string {
  if (runs.length === 0) return 'It has not run yet.';
  const head = 'run started state files lines accepted duplicate excluded bad open'.split(' ');
  const rows = runs.map((run) => [
    String(run.number),
    instant(run.startedAt),
    run.state,
    ...[run.files, run.lines, run.accepted, run.duplicate, run.excluded, run.bad, run.openHits].map(
      String,
    ),
  ]);
  const problems = runs.flatMap(({ number, problems: told }) =>
    told.map((problem) => `${number}: ${showInvisible(problem)}`),
  );
  return [...alignColumns([head, ...rows], (column) => column > 2), ...problems].join('\n');
}
