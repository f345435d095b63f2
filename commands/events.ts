/** The commands for events: from draft to deletion, and over the past. They work through the API, server or not. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Dataset } from '../core/contract/dataset.ts';
import { eventTriggers } from '../core/contract/event.ts';
import type {
  Backfill,
  DeleteResult,
  DryRun,
  EventChange,
  EventDraft,
  EventList,
  SetDiff,
} from '../core/contract/event-life.ts';
import { Problem } from '../core/contract/problem.ts';
import type { ApiClient } from '../core/http/api-client.ts';
import { eventPath, type SaveOptions, saveEvent } from './event-save.ts';
import {
  describeBackfill,
  describeDiff,
  describeDryRun,
  describeHistory,
  describeList,
} from './event-words.ts';
import { wholeNumber } from './option-values.ts';
import type { CommandDesk } from './upkeep.ts';

const pollMs = 200;
const tracks = ['first', 'last', 'every'];

export interface EventCommandDesk<O extends { json?: boolean }> extends CommandDesk<O> {
  /** Progress and advice. */
  note(text: string): void;
}

interface Common {
  json?: boolean;
  dataset?: string;
}

/** Makes a command for events, and runs what it asks for. */
interface EventGroup<O> {
  event(usage: string, description: string): Command;
  /** Runs with the API and the path of the dataset; prints the result as JSON or in words. */
  run<T>(
    options: O & Common,
    work: (api: ApiClient, path: string) => Promise<T>,
    inWords: (result: T) => string,
  ): Promise<void>;
  note: (text: string) => void;
}

export function addEventCommands<O extends { json?: boolean }>(desk: EventCommandDesk<O>): void {
  const { withApi, out, outJson, note } = desk;
  const group = desk.group('event', 'make, try and publish events, and run them over the past');
  const event = (usage: string, description: string): Command =>
    group(usage, description).option('--dataset <slug>', 'the dataset (else the only one)');
  const run = async <T>(
    options: O & Common,
    work: (api: ApiClient, path: string) => Promise<T>,
    inWords: (result: T) => string,
  ) => {
    const result = await withApi(options, async (api) =>
      work(api, await datasetPath(api, options)),
    );
    if (options.json) outJson(result);
    else out(inWords(result));
  };
  const events: EventGroup<O> = { event, run, note };
  addDrafts(events);
  addPast(events);
  addVersions(events);
}

/** From nothing to a draft that is published. */
function addDrafts<O>({ event, run }: EventGroup<O>): void {
  event('list', 'list the events in the order of evaluation').action((options: O & Common) =>
    run(options, (api, path) => api.json<EventList>('GET', `${path}/events`), describeList),
  );

  event('show <name>', 'print one event whole').action((name: string, options: O & Common) =>
    run(
      options,
      (api, path) => api.json<EventDraft>('GET', eventPath(path, name)),
      (draft) => JSON.stringify(draft, null, 2),
    ),
  );

  event('save', 'make or change an event; nothing is evaluated by it before it is published')
    .option('--name <name>', 'its name (else the one in --file)')
    .addOption(
      new Option('--trigger <trigger>', 'when it is evaluated').choices([...eventTriggers]),
    )
    .option('--condition <condition>', 'when it fires')
    .option('--description <text>', 'what it is for')
    .addOption(new Option('--track <which>', 'which occurrences are recorded').choices(tracks))
    .option('--record <what>', 'count, or number or text and a field: number=response.bytes')
    .option('--actions <file>', 'JSON file with the list of its actions')
    .option('--dimensions <file>', 'JSON file with the list of its dimensions')
    .option('--attributes <file>', 'JSON file with a list of hit attributes to save with it')
    .option('--file <file>', 'JSON file with the definition; options go before it')
    .option('--building-block', 'only other events use it; it is not reported')
    .option('--inactive', 'keep it, but do not evaluate it')
    .option('--active', 'evaluate it again')
    .action((options: O & Common & SaveOptions) =>
      run(
        options,
        (api, path) => saveEvent(api, path, options),
        ({ definition, state }) =>
          `Saved "${definition.name}" (${state}). Try it: canister event dry-run "${definition.name}". Publish it: canister event publish "${definition.name}"`,
      ),
    );

  event('publish [names...]', 'put drafts in force for hits that come from now on')
    .option('--all', 'all drafts')
    .action((events: string[], options: O & Common & { all?: boolean }) =>
      run(
        options,
        async (api, path) => {
          if ((events.length === 0) !== (options.all === true)) {
            throw new InvalidArgumentError('Name the events to publish, or give --all.');
          }
          const input = options.all ? {} : { events };
          return await api.json<{ version: number }>('POST', `${path}/event-sets`, input);
        },
        ({ version }) =>
          `Published as version ${version}. Sessions that begin now are evaluated by it; for the past: canister event backfill NAME`,
      ),
    );
}

/** What would have been, and what is made of it. */
function addPast<O>({ event, run, note }: EventGroup<O>): void {
  event('dry-run <name>', 'try an event over past sessions; nothing is written')
    .option('--from <date>', 'first day of the sessions, like 2026-11-14 (else all)')
    .option('--to <date>', 'day after the last day')
    .action((name: string, options: O & Common & Days) =>
      run(
        options,
        async (api, path) => {
          const { from, to } = options;
          const begun = await api.json<DryRun>('POST', `${path}/dry-runs`, {
            event: name,
            from,
            to,
          });
          const done = await follow(api, `${path}/dry-runs/${begun.number}`, begun, note);
          return refuseFailed(done, `The dry run of "${name}"`);
        },
        describeDryRun,
      ),
    );

  event('backfill <name>', 'run a published event over the past')
    .option('--from <date>', 'first day of the sessions, like 2026-11-14 (else all)')
    .option('--to <date>', 'day after the last day')
    .action((name: string, options: O & Common & Days) =>
      run(
        options,
        async (api, path) => {
          const { from, to } = options;
          const input = { event: name, from, to };
          const begun = await api.json<Backfill>('POST', `${path}/backfills`, input);
          const done = await follow(api, `${path}/backfills/${begun.number}`, begun, note);
          return refuseFailed(done, `Backfill ${begun.number} of "${name}"`);
        },
        describeBackfill,
      ),
    );
}

/** What was published, and back to it. */
function addVersions<O>({ event, run }: EventGroup<O>): void {
  event('history [name]', 'what was done to the events, newest first')
    .option('--limit <changes>', 'at most this many', wholeNumber, 100)
    .action((name: string | undefined, options: O & Common & { limit: number }) =>
      run(
        options,
        async (api, path) => {
          const search = new URLSearchParams({
            limit: String(options.limit),
            ...(name && { name }),
          });
          return await api.json<{ changes: EventChange[] }>(
            'GET',
            `${path}/event-history?${search}`,
          );
        },
        describeHistory,
      ),
    );

  event(
    'diff <from> [to]',
    'what differs between two published versions, or one and the drafts',
  ).action((from: string, to: string | undefined, options: O & Common) =>
    run(
      options,
      (api, path) => {
        const search = new URLSearchParams({ from, to: to ?? 'draft' });
        return api.json<SetDiff>('GET', `${path}/event-diff?${search}`);
      },
      describeDiff,
    ),
  );

  event('rollback [name]', 'publish again what was published; without a name the whole set')
    .requiredOption('--to <version>', 'the version to go back to', wholeNumber)
    .action((name: string | undefined, options: O & Common & { to: number }) =>
      run(
        options,
        (api, path) =>
          api.json<{ version: number }>('POST', `${path}/event-rollbacks`, {
            version: options.to,
            ...(name && { event: name }),
          }),
        ({ version }) =>
          `${name ? `"${name}" is` : 'All events are'} as in version ${options.to} again; published as version ${version}.`,
      ),
    );

  event('delete <name>', 'delete an event; its past facts stay')
    .option('--with-dependents', 'delete the events that need it as well')
    .option('--with-facts', 'take its past facts away as well')
    .action(
      (name: string, options: O & Common & { withDependents?: boolean; withFacts?: boolean }) =>
        run(
          options,
          (api, path) => {
            const search = new URLSearchParams({
              dependents: String(options.withDependents === true),
              facts: String(options.withFacts === true),
            });
            return api.json<DeleteResult>('DELETE', `${eventPath(path, name)}?${search}`);
          },
          ({ deleted, version }) =>
            `Deleted ${deleted.map((one) => `"${one}"`).join(', ')}.${version === undefined ? '' : ` Published without as version ${version}.`}`,
        ),
    );
}

interface Days {
  from?: string;
  to?: string;
}

/** @throws InvalidArgumentError when there is more than one dataset and none is named */
async function datasetPath(api: ApiClient, { dataset }: Common): Promise<string> {
  if (dataset !== undefined) return `/api/datasets/${encodeURIComponent(dataset)}`;
  const { datasets } = await api.json<{ datasets: Dataset[] }>('GET', '/api/datasets');
  const [only] = datasets;
  if (only && datasets.length === 1) return `/api/datasets/${only.slug}`;
  if (only)
    throw new InvalidArgumentError(
      `There are several datasets: ${datasets.map(({ slug }) => slug).join(', ')}. Name one with --dataset.`,
    );
  throw new Problem(
    'dataset_unknown',
    'There is no dataset yet. Make one with: canister dataset create SLUG',
  );
}

type Job = Pick<Backfill, 'state' | 'sessionsDone' | 'sessionsTotal' | 'reason'>;

/** Asks until the job has ended. */
async function follow<T extends Job>(
  api: ApiClient,
  path: string,
  begun: T,
  note: (text: string) => void,
): Promise<T> {
  let shown = 0;
  for (let job = begun; ; job = await api.json<T>('GET', path)) {
    if (job.state !== 'waiting' && job.state !== 'running') return job;
    const percent = Math.floor((job.sessionsDone / Math.max(1, job.sessionsTotal)) * 20) * 5;
    if (percent > shown) note(`  ${percent} % of ${job.sessionsTotal} sessions`);
    shown = Math.max(shown, percent);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

function refuseFailed<T extends Job>(job: T, what: string): T {
  if (job.state === 'done') return job;
  const why = job.reason === undefined ? '' : ` ${job.reason}`;
  throw new Problem(
    'internal',
    `${what} was ${job.state === 'failed' ? 'given up' : 'stopped'}.${why}`,
  );
}
