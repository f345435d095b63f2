/** The commands that find sessions, and that say what they are looked up in. They work through the API like all others. */

import { InvalidArgumentError } from 'commander';
import { countedAre, countedNoun } from '../core/contract/counted-noun.ts';
import type { Label } from '../core/contract/label.ts';
import { Problem } from '../core/contract/problem.ts';
import {
  type FoundSession,
  type IndexRules,
  type IndexState,
  type SavedSearch,
  type SavedSearchList,
  type SearchAnswer,
  searchLimits,
} from '../core/contract/search.ts';
import type { ApiClient } from '../core/http/api-client.ts';
import { showInvisible } from '../reports/html/format.ts';
import { alignColumns } from '../reports/run/align-columns.ts';
import { list, wholeNumber } from './option-values.ts';
import type { CommandDesk } from './upkeep.ts';

const pathOf = (slug: string) => `/api/datasets/${encodeURIComponent(slug)}`;

interface SearchOptions {
  dataset: string;
  saved?: string;
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

  command('search [condition]', 'find sessions, active and ended, newest first')
    .requiredOption('--dataset <slug>', 'the dataset to search')
    .option('--saved <name>', 'a saved search instead of a condition')
    .option('--from <date>', 'sessions that began on this day or later, like 2026-11-14')
    .option('--to <date>', 'sessions that began before this day')
    .option('--latest <minutes>', 'sessions with a hit in the latest minutes', wholeNumber)
    .option('--limit <sessions>', 'at most this many sessions', wholeNumber, 50)
    .option('--count', 'only say how many there are')
    .action(async (condition: string | undefined, options: O & SearchOptions) => {
      if ((condition === undefined) === (options.saved === undefined))
        throw new InvalidArgumentError('Name a condition, or a saved search with --saved.');
      const answer = await withApi(options, async (api) =>
        searchAll(api, condition ?? (await savedCondition(api, options)), options),
      );
      if (options.json) outJson(options.count ? withoutFound(answer) : answer);
      else out(options.count ? String(answer.sessions) : describeAnswer(answer));
    });

  addSavedSearches(desk);
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

function addSavedSearches<O extends { json?: boolean }>(desk: CommandDesk<O>): void {
  const { group, withApi, out, outJson } = desk;
  const saved = group('saved-search', 'keep searches under a name');

  saved('save <name>', 'keep a condition under a name')
    .requiredOption('--dataset <slug>', 'the dataset')
    .requiredOption('--condition <condition>', 'the condition')
    .option('--segment', 'keep it as a segment')
    .action(
      async (
        name: string,
        options: O & { dataset: string; condition: string; segment?: boolean },
      ) => {
        const { condition, segment = false } = options;
        const search = await withApi(options, (api) =>
          api.json<SavedSearch>('PUT', pathOfSaved(options.dataset, name), { condition, segment }),
        );
        if (options.json) outJson(search);
        else out(`Saved as ${search.name}: ${search.condition}`);
      },
    );

  saved('list', 'list the saved searches, and templates to begin with')
    .requiredOption('--dataset <slug>', 'the dataset')
    .action(async (options: O & { dataset: string }) => {
      const list = await withApi(options, (api) =>
        api.json<SavedSearchList>('GET', `${pathOf(options.dataset)}/searches`),
      );
      if (options.json) outJson(list);
      else out(describeSaved(list));
    });

  saved('label <name>', 'make a label of a saved search, for reports')
    .requiredOption('--dataset <slug>', 'the dataset')
    .option('--as <name>', 'the name of the label, where it is not that of the search')
    .option('--colour <number>', 'one of the 8 label colours', wholeNumber, 1)
    .action(async (name: string, options: O & { dataset: string; as?: string; colour: number }) => {
      const path = `${pathOfSaved(options.dataset, name)}/label`;
      const given = { name: options.as, colour: options.colour };
      const label = await withApi(options, (api) => api.json<Label>('POST', path, given));
      if (options.json) outJson(label);
      else out(`The label ${label.name} means: ${label.condition}`);
    });

  saved('delete <name>', 'remove a saved search')
    .requiredOption('--dataset <slug>', 'the dataset')
    .action(async (name: string, options: O & { dataset: string }) => {
      const removed = await withApi(options, (api) =>
        api.json<{ name: string }>('DELETE', pathOfSaved(options.dataset, name)),
      );
      if (options.json) outJson(removed);
      else out(`Removed: ${removed.name}`);
    });
}

const pathOfSaved = (slug: string, name: string) =>
  `${pathOf(slug)}/searches/${encodeURIComponent(name)}`;

async function savedCondition(api: ApiClient, { dataset, saved = '' }: SearchOptions) {
  const { searches } = await api.json<SavedSearchList>('GET', `${pathOf(dataset)}/searches`);
  const found = searches.find(({ name }) => name === saved);
  if (found) return found.condition;
  const names = searches.map(({ name }) => name).join(', ');
  throw new Problem(
    'search_unknown',
    `The dataset ${dataset} has no saved search called "${saved}". ${names ? `There are: ${names}.` : 'Save one with: canister saved-search save NAME'}`,
  );
}

function describeSaved({ searches, templates }: SavedSearchList): string {
  const rows = [
    ...searches.map(({ name, condition, segment }) => [
      name,
      segment ? 'segment' : 'search',
      showInvisible(condition),
    ]),
    ...templates.map(({ name, condition }) => [name, 'template', condition]),
  ];
  return alignColumns([['name', 'kind', 'condition'], ...rows], () => false).join('\n');
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
    `${countedNoun(sessions, 'session')}, ${active} of them active${rows.length < sessions ? `; the newest ${rows.length} are shown` : ''}.`,
    ...(unindexed > 0 ? [`${countedAre(unindexed, 'stored session')} not indexed yet.`] : []),
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
          `${indexedSessions} of ${countedNoun(storedSessions, 'stored session')}, ${countedNoun(values, 'different value')}, ${bytes} bytes`,
        ]),
    ...(making === undefined
      ? []
      : [
          `A new one is being made: ${making.indexedSessions} of ${countedNoun(storedSessions, 'session')}`,
        ]),
  ].join('\n');
}
