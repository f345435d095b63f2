/** The commands that find sessions, and that say what they are looked up in. They work through the API like all others. */
import { InvalidArgumentError } from 'commander';
import type { CommandDesk } from './cli-upkeep.ts';
import {
  type FoundSession,
  type IndexRules,
  type IndexState,
  type SearchAnswer,
  searchLimits,
} from './core/contract/search.ts';
import type { ApiClient } from './core/http/api-client.ts';
import { showInvisible } from './reports/html/format.ts';
import { alignColumns } from './reports/run/align-columns.ts';

const pathOf = (slug: string) => `/api/datasets/${encodeURIComponent(slug)}`;

interface SearchOptions {
  dataset: string;
  from?: string;
  to?: string;
  latest?: number;
  limit: number;
  count?: boolean;
}

interface IndexOptions {
  dataset: string;
  field: string[];
  pageText?: boolean;
  none?: boolean;
}

export function addSearchCommands<O extends { json?: boolean }>(desk: CommandDesk<O>): void {
  const { command, group, withApi, out, outJson } = desk;

  command('search <condition>', 'find sessions, active and ended, newest first')
    .requiredOption('--dataset <slug>', 'the dataset to search')
    .option('--from <date>', 'sessions that began on this day or later, like 2026-11-14')
    .option('--to <date>', 'sessions that began before this day')
    .option('--latest <minutes>', 'sessions with a hit in the latest minutes', wholeNumber)
    .option('--limit <sessions>', 'at most this many sessions', wholeNumber, 50)
    .option('--count', 'only say how many there are')
    .action(async (condition: string, options: O & SearchOptions) => {
      const answer = await withApi(options, (api) => searchAll(api, condition, options));
      if (options.json) outJson(options.count ? withoutFound(answer) : answer);
      else out(options.count ? String(answer.sessions) : describeAnswer(answer));
    });

  const index = group('index', 'say what searches are looked up in');
  index('set', 'set the fields that the index holds')
    .requiredOption('--dataset <slug>', 'the dataset')
    .option('--field <field>', 'a field, as conditions name it (repeat for several)', list, [])
    .option('--page-text', 'the text of responses too')
    .option('--none', 'index nothing')
    .action(async (options: O & IndexOptions) => {
      const { field: fields, pageText = false } = options;
      if (options.none !== true && fields.length === 0 && !pageText)
        throw new InvalidArgumentError('Name fields with --field, or take all away with --none.');
      const rules: IndexRules = options.none
        ? { fields: [], pageText: false }
        : { fields, pageText };
      const state = await withApi(options, (api) =>
        api.json<IndexState>('PUT', `${pathOf(options.dataset)}/index`, rules),
      );
      if (options.json) outJson(state);
      else out(describeIndex(state));
    });

  const ways = [
    { name: 'show', says: 'say what the index holds and how far it is', method: 'GET', path: '' },
    { name: 'rebuild', says: 'make the index anew', method: 'POST', path: '/making' },
    {
      name: 'cancel',
      says: 'give up what is being made; the index that answers stays',
      method: 'DELETE',
      path: '/making',
    },
  ] as const;
  for (const { name, says, method, path } of ways) {
    index(name, says)
      .requiredOption('--dataset <slug>', 'the dataset')
      .action(async (options: O & { dataset: string }) => {
        const state = await withApi(options, (api) =>
          api.json<IndexState>(method, `${pathOf(options.dataset)}/index${path}`),
        );
        if (options.json) outJson(state);
        else out(describeIndex(state));
      });
  }
}

/** Page by page, until there are as many as asked for. */
async function searchAll(
  api: ApiClient,
  condition: string,
  { dataset, from, to, latest, limit, count }: SearchOptions,
): Promise<SearchAnswer> {
  const found: FoundSession[] = [];
  const wanted = count ? 0 : limit;
  let cursor: string | undefined;
  for (;;) {
    const answer = await api.json<SearchAnswer>('POST', `${pathOf(dataset)}/search`, {
      condition,
      from,
      to,
      latestMinutes: latest,
      limit: Math.min(wanted - found.length, searchLimits.sessionsPerPageMax),
      cursor,
    });
    found.push(...answer.found);
    cursor = answer.next;
    if (cursor === undefined || found.length >= wanted) return { ...answer, found };
  }
}

const withoutFound = ({ sessions, active, unindexed, condition, elapsedMs }: SearchAnswer) => ({
  condition,
  sessions,
  active,
  unindexed,
  elapsedMs,
});

function describeAnswer({ sessions, active, unindexed, found }: SearchAnswer): string {
  const rows = found.map((session) => [
    new Date(session.startedAt).toISOString(),
    session.active ? 'active' : (session.endReason ?? ''),
    session.id,
    String(session.hits),
    showInvisible(session.entryPath ?? ''),
    session.highlights
      .slice(0, 2)
      .map(({ field, text }) => showInvisible(`${field}: ${text}`))
      .join('; '),
  ]);
  const names = ['started', 'state', 'session', 'hits', 'entry path', 'found by'];
  return [
    ...(rows.length > 0 ? alignColumns([names, ...rows], (column) => column === 3) : []),
    `${sessions} sessions, ${active} of them active${rows.length < sessions ? `; the newest ${rows.length} are shown` : ''}.`,
    ...(unindexed > 0 ? [`${unindexed} stored sessions are not indexed yet.`] : []),
  ].join('\n');
}

function describeIndex(state: IndexState): string {
  const { serving, making, storedSessions, indexedSessions, values, bytes } = state;
  const named = (rules: IndexRules) =>
    [...rules.fields, ...(rules.pageText ? ['page text'] : [])].join(', ') || 'nothing';
  return [
    `The index is to hold: ${named(state.rules)}`,
    ...(serving === undefined
      ? []
      : [
          `It holds: ${named(serving)}`,
          `${indexedSessions} of ${storedSessions} stored sessions, ${values} different values, ${bytes} bytes`,
        ]),
    ...(making === undefined
      ? []
      : [`A new one is being made: ${making.indexedSessions} of ${storedSessions} sessions`]),
  ].join('\n');
}

const list = (value: string, before: string[]) => [...before, value];

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
