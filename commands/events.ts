/** The commands for events: from draft to deletion, and over the past. They work through the API, server or not. */
import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { Dataset } from '../core/contract/dataset.ts';
import { type EventDefinitionInput, eventTriggers } from '../core/contract/event.ts';
import type {
  AttributeDraft,
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

export function addEventCommands<O extends { json?: boolean }>(desk: EventCommandDesk<O>): void {
  const { withApi, out, outJson, note } = desk;
  const group = desk.group('event', 'make, try and publish events, and run them over the past');
  const event = (usage: string, description: string): Command =>
    group(usage, description).option('--dataset <slug>', 'the dataset (else the only one)');
  /** Runs with the API and the path of the dataset; prints the result as JSON or in words. */
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
    .action((options: O & SaveOptions) =>
      run(
        options,
        (api, path) => save(api, path, options),
        ({ definition, state }) =>
          `Saved "${definition.name}" (${state}). Try it: canister event dry-run "${definition.name}". Publish it: canister event publish "${definition.name}"`,
      ),
    );

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

  event('publish [names...]', 'put drafts in force for hits that come from now on')
    .option('--all', 'all drafts')
    .action((events: string[], options: O & Common & { all?: boolean }) =>
      run(
        options,
        async (api, path) => {
          if ((events.length === 0) !== (options.all === true)) {
            throw new Problem('request_invalid', 'Name the events to publish, or give --all.');
          }
          const input = options.all ? {} : { events };
          return await api.json<{ version: number }>('POST', `${path}/event-sets`, input);
        },
        ({ version }) =>
          `Published as version ${version}. Sessions that begin now are evaluated by it; for the past: canister event backfill NAME`,
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

interface SaveOptions extends Common {
  name?: string;
  trigger?: EventDefinitionInput['trigger'];
  condition?: string;
  description?: string;
  track?: 'first' | 'last' | 'every';
  record?: string;
  actions?: string;
  dimensions?: string;
  attributes?: string;
  file?: string;
  buildingBlock?: boolean;
  inactive?: boolean;
  active?: boolean;
}

const eventPath = (path: string, name: string) => `${path}/events/${encodeURIComponent(name)}`;

/** @throws Problem `request_invalid` when there is more than one dataset and none is named */
async function datasetPath(api: ApiClient, { dataset }: Common): Promise<string> {
  if (dataset !== undefined) return `/api/datasets/${encodeURIComponent(dataset)}`;
  const { datasets } = await api.json<{ datasets: Dataset[] }>('GET', '/api/datasets');
  const [only] = datasets;
  if (only && datasets.length === 1) return `/api/datasets/${only.slug}`;
  const says = only
    ? `There are several datasets: ${datasets.map(({ slug }) => slug).join(', ')}. Name one with --dataset.`
    : 'There is no dataset yet. Make one with: canister dataset create SLUG';
  throw new Problem('request_invalid', says);
}

/** What is given changes what is there; what is not given stays. */
async function save(api: ApiClient, path: string, options: SaveOptions): Promise<EventDraft> {
  const { attributes: inFile, ...file } = readObject(options.file);
  const name = options.name ?? file.name;
  if (typeof name !== 'string') {
    throw new Problem('request_invalid', 'Give the event a name with --name.');
  }
  const present = await presentDraft(api, path, name);
  const definition = {
    ...present?.definition,
    ...file,
    ...given('trigger', options.trigger),
    ...given('condition', options.condition),
    ...given('description', options.description),
    ...given('track', options.track),
    ...given('record', options.record === undefined ? undefined : parseRecord(options.record)),
    ...given('actions', readList(options.actions)),
    ...given('dimensions', readList(options.dimensions)),
    ...(options.buildingBlock && { buildingBlock: true }),
    ...(options.inactive && { active: false }),
    ...(options.active && { active: true }),
    name,
  };
  if (!('trigger' in definition && 'condition' in definition)) {
    throw new Problem('request_invalid', `"${name}" is new: give it --trigger and --condition.`);
  }
  for (const attribute of [
    ...(Array.isArray(inFile) ? inFile : []),
    ...(readList(options.attributes) ?? []),
  ]) {
    const { name: called } = attribute as { name?: unknown };
    const where = `${path}/event-attributes/${encodeURIComponent(String(called))}`;
    await api.json<AttributeDraft>('PUT', where, attribute);
  }
  return await api.json<EventDraft>('PUT', eventPath(path, name), definition);
}

async function presentDraft(
  api: ApiClient,
  path: string,
  name: string,
): Promise<EventDraft | undefined> {
  try {
    return await api.json<EventDraft>('GET', eventPath(path, name));
  } catch (error) {
    if (error instanceof Problem && error.code === 'event_unknown') return undefined;
    throw error;
  }
}

const given = (key: string, value: unknown) => (value === undefined ? {} : { [key]: value });

function parseRecord(text: string): EventDefinitionInput['record'] {
  if (text === 'count') return { kind: 'count' };
  const [kind, field] = [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)];
  if ((kind === 'number' || kind === 'text') && field !== '')
    return { kind, from: { kind: 'field', field } };
  throw new Problem(
    'request_invalid',
    `--record takes count, or number or text and a field, such as number=response.bytes; not ${text.slice(0, 80)}.`,
  );
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Problem('file_missing', `${file} cannot be read.`, { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Problem('not_json', `${file} holds no JSON: ${(cause as Error).message}`, { cause });
  }
}

function readObject(file: string | undefined): Record<string, unknown> {
  const value = file === undefined ? {} : readJson(file);
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new Problem('request_invalid', `${file} must hold one JSON object: the definition.`);
}

function readList(file: string | undefined): unknown[] | undefined {
  if (file === undefined) return undefined;
  const value = readJson(file);
  if (Array.isArray(value)) return value;
  throw new Problem('request_invalid', `${file} must hold a JSON list.`);
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
