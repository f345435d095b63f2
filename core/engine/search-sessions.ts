/**
 * Session search: one condition over all sessions of a dataset. What is at hand (active sessions, and those that the
 * index does not hold yet) is asked by the predicate; all others by the tables, with what the index has found. What the
 * two together cannot answer is read whole, where that is not too much.
 */
import { findNamed, labelCondition } from '../analytics/definition-lookup.ts';
import { searchClause, testsOf } from '../analytics/search-clause.ts';
import {
  findInTables,
  firstClauseParameter,
  readOccurrences,
  readSeenByTag,
  type SearchRange,
  type StoredFound,
  searchTables,
} from '../analytics/search-tables.ts';
import type { StoredPlace } from '../canisters/index-sessions.ts';
import { readTogether } from '../canisters/past.ts';
import { fieldsOf, type IndexFile } from '../canisters/session-index.ts';
import { compilePredicate } from '../conditions/compile-predicate.ts';
import { conditionSession } from '../conditions/condition-session.ts';
import { fieldList, findField } from '../conditions/fields.ts';
import { compileHighlights } from '../conditions/highlights.ts';
import {
  type JoinedLists,
  listsOf,
  type NamedLists,
  replaceNamed,
} from '../conditions/named-sessions.ts';
import { parseSearch } from '../conditions/parse-search.ts';
import { placeIn } from '../conditions/place.ts';
import { printCondition } from '../conditions/print.ts';
import { compileValueTest, literalsOf } from '../conditions/value-test.ts';
import type { Condition, FieldTest } from '../contract/condition.ts';
import type { Label } from '../contract/label.ts';
import { Problem } from '../contract/problem.ts';
import { type SearchAnswer, type SearchRequest, searchLimits } from '../contract/search.ts';
import type { WholeSession } from '../contract/session.ts';
import type { DatasetEngine } from './dataset-engine.ts';
import {
  cursorOf,
  facetsOf,
  inShort,
  isBehind,
  isWithin,
  newestFirst,
  type Ordered,
  rangeOf,
  readCursor,
} from './found-sessions.ts';

const { readSessionsMax } = searchLimits;
/** So many sessions are asked before others get a turn. */
const sessionsPerTurn = 500;
/** A test whose sessions the tables find as well is looked up only where a text narrows it down. */
const literalLengthMin = 3;
const lookupsMax = 50;
/** The rows of all sessions are looked through sooner than so many are looked up one by one. */
const lookedUpMax = 5_000;

/** What names in a condition stand for: the labels of the dataset, and the sessions of alerts and of labels by SQL. */
export interface SearchNames {
  labels: readonly Label[];
  lists: JoinedLists;
}

/** One search under way. */
interface Search {
  dataset: DatasetEngine;
  request: SearchRequest;
  placed: Condition;
  named: NamedLists | undefined;
  range: SearchRange;
  holds: (session: WholeSession) => boolean;
}

/**
 * @param nowMs the clock, for `latestMinutes`
 * @throws Problem `condition_invalid`, `definition_unknown`, `field_not_indexed`, `search_too_wide`, `search_too_slow`
 */
export async function searchSessions(
  dataset: DatasetEngine,
  request: SearchRequest,
  nowMs: number,
  names?: SearchNames,
): Promise<SearchAnswer> {
  const startedMs = performance.now();
  const once = async () => {
    const serving = dataset.index?.serving;
    const answer = await searchOnce(dataset, request, nowMs, names);
    return { answer, isOfOneIndex: dataset.index?.serving === serving };
  };
  const { answer, isOfOneIndex } = await once();
  // What one index was behind with, and what the next has found, do not add up to all sessions.
  const whole = isOfOneIndex ? answer : (await once()).answer;
  return { ...whole, elapsedMs: Math.round(performance.now() - startedMs) };
}

async function searchOnce(
  dataset: DatasetEngine,
  request: SearchRequest,
  nowMs: number,
  names: SearchNames | undefined,
): Promise<Omit<SearchAnswer, 'elapsedMs'>> {
  const { timeZone } = dataset.config;
  const condition = parseSearch(request.condition, indexedFields(dataset));
  const named = names && listsOf(names.lists);
  const placed = withLabels(placeIn(condition, 'session'), names?.labels ?? []);
  const predicate = compilePredicate(placed, { timeZone, named });
  const search: Search = {
    dataset,
    request,
    placed,
    named,
    range: rangeOf(request, timeZone, nowMs),
    holds: (session) => predicate(conditionSession(session)),
  };

  const unindexed = (await dataset.index?.unindexed()) ?? 0;
  const atHand = await findAtHand(search, unindexed);
  const stored = await findStored(search, unindexed, atHand);
  // A session that ended meanwhile is found once.
  const whole = new Map([...stored.whole, ...atHand].map((one) => [one.id, one]));
  const sessions = whole.size + stored.more;

  const after = readCursor(request.cursor);
  const candidates: (Ordered & Partial<StoredFound>)[] = [...whole.values(), ...stored.page];
  const behind = candidates.filter((one) => isBehind(one, after)).sort(newestFirst);
  const page = behind.slice(0, request.limit);
  const last = page.at(-1);
  const highlights = compileHighlights(placed, timeZone);
  const found: SearchAnswer['found'] = [];
  const unread = page.flatMap(({ id, place }) => (place ? [{ id, place }] : []));
  const read = await readSound(dataset, unread);
  for (const { id } of page) {
    const session = whole.get(id) ?? read.get(id);
    if (session) found.push(inShort(session, highlights(conditionSession(session))));
  }
  return {
    condition: printCondition(condition),
    sessions,
    active: [...whole.values()].filter(({ endReason }) => endReason === undefined).length,
    unindexed,
    found,
    ...(last && behind.length > page.length ? { next: cursorOf(last) } : {}),
    ...(request.facets ? { facets: facetsOf(stored.facets, [...whole.values()]) } : {}),
  };
}

/** Placed before: what a label asks of one hit stays apart from what the rest of the condition asks of one. */
const withLabels = (placed: Condition, labels: readonly Label[]): Condition =>
  replaceNamed(placed, (named) =>
    named.op === 'label'
      ? labelCondition(findNamed(labels, named.name, 'label'), { labels })
      : named,
  );

export const indexedFields = ({ index }: DatasetEngine): string[] =>
  index?.serving === undefined ? [] : fieldsOf(index.serving.rules);

/** The sessions in memory, and those that the index does not hold yet where they are not too many. */
async function findAtHand(
  { dataset, range, holds }: Search,
  unindexed: number,
): Promise<WholeSession[]> {
  const found: WholeSession[] = [];
  let asked = 0;
  const ask = async (session: WholeSession) => {
    asked += 1;
    if (asked % sessionsPerTurn === 0) await new Promise((resolve) => setImmediate(resolve));
    if (session.hits.length > 0 && isWithin(session, range) && holds(session)) found.push(session);
  };
  const ended = dataset.ended.map(({ session, endReason }) => ({ ...session, endReason }));
  // As they are now: a session that gets a hit meanwhile would change its place in the list.
  for (const { session } of [...dataset.active.values()]) await ask(session);
  for (const session of ended) await ask(session);
  if (unindexed > readSessionsMax) return found;
  const behind = (await dataset.index?.behind(readSessionsMax)) ?? [];
  for (const session of (await readSound(dataset, behind)).values()) await ask(session);
  return found;
}

interface Stored {
  /** How many there are beside those that were read whole. */
  more: number;
  page: StoredFound[];
  whole: WholeSession[];
  facets: Awaited<ReturnType<typeof findInTables>>['facets'];
}

async function findStored(
  search: Search,
  unindexed: number,
  atHand: readonly WholeSession[],
): Promise<Stored> {
  const { dataset, request, placed, range, named } = search;
  const { timeZone } = dataset.config;
  const isFarBehind = unindexed > readSessionsMax;
  const lookedUp =
    (await dataset.index?.read(async (file) => await lookUp(search, file, isFarBehind))) ??
    noLookup;
  const clause = searchClause(placed, {
    timeZone,
    tables: searchTables,
    named,
    found: (test) => lookedUp.get(JSON.stringify(test)),
    firstParameter: firstClauseParameter,
  }) ?? { sql: 'true', values: [], isExact: false };
  const except = atHand.map(({ id }) => id);
  if (clause.isExact) {
    const after = readCursor(request.cursor);
    const limit = request.limit + 1;
    const tables = { clause, range, except, after, limit, facets: request.facets };
    const { sessions, page, facets } = await findInTables(dataset.analytics, tables);
    return { more: sessions, page, whole: [], facets };
  }
  const limit = readSessionsMax + 1;
  const { page } = await findInTables(dataset.analytics, {
    clause,
    range,
    except,
    limit,
    facets: false,
  });
  if (page.length > readSessionsMax) refuse(search);
  const whole: WholeSession[] = [];
  for (const session of (await readSound(dataset, page)).values())
    if (search.holds(session)) whole.push(session);
  return { more: 0, page: [], whole, facets: new Map() };
}

/** The sessions of each test that the index was asked for. */
type LookedUp = ReadonlyMap<string, readonly string[]>;
const noLookup: LookedUp = new Map();

/** What the index says of the tests of a condition. */
async function lookUp(
  { dataset, placed }: Search,
  file: IndexFile | undefined,
  isFarBehind: boolean,
): Promise<LookedUp> {
  const found = new Map<string, readonly string[]>();
  if (file === undefined) return found;
  const indexed = new Set(fieldsOf(file.rules));
  const tests = new Map(testsOf(placed).map((test) => [JSON.stringify(test), test]));
  for (const [key, test] of [...tests]
    .filter(([, { field }]) => indexed.has(field))
    .slice(0, lookupsMax)) {
    const literals = literalsOf(test);
    const isLong = literals?.every((literal) => [...literal].length >= literalLengthMin) ?? false;
    // Where the index is far behind, the tables know better.
    if (isInTables(test) && (isFarBehind || !isLong)) continue;
    const isPlain = test.op === 'contains' && test.exact !== true;
    const meets = isPlain ? undefined : compileValueTest(test, dataset.config.timeZone);
    const postingsMax = isOfSessionRow(test) ? lookedUpMax : undefined;
    const sessions = await file.find({ field: test.field, literals, meets, postingsMax });
    if (sessions !== undefined) found.set(key, sessions);
  }
  return found;
}

/** Whether the rows of sessions alone tell which ones meet a test. */
function isOfSessionRow(test: FieldTest): boolean {
  const { name, home } = findField(test.field);
  return home === 'session' && name !== 'attribute.NAME' && isInTables(test);
}

/** Whether the tables have the values of a test; they have no steps yet. */
function isInTables(test: FieldTest): boolean {
  const { name, home } = findField(test.field);
  if (home === 'step' && searchTables.steps === undefined) return false;
  return fieldList.find((field) => field.name === name)?.inTables === true;
}

/**
 * Stored sessions whole, with their events as the tables have them: they know what backfills have found since. A damaged
 * record is told of where records are verified.
 */
async function readSound(
  { canister, analytics }: DatasetEngine,
  stored: readonly StoredPlace[],
): Promise<Map<string, WholeSession>> {
  const read: WholeSession[] = [];
  for await (const session of readTogether(canister, stored)) read.push(session);
  const occurrences = await readOccurrences(analytics, read);
  const seen = await readSeenByTag(analytics, read);
  return new Map(
    read.map((session) => {
      const known = { ...session, ...occurrences.get(session.id) };
      return [session.id, seen.has(session.id) ? { ...known, seenByTag: true } : known];
    }),
  );
}

function refuse({ dataset, placed }: Search): never {
  const { slug } = dataset.config;
  const indexed = indexedFields(dataset);
  const missing = testsOf(placed).find(
    (test) => !isInTables(test) && !indexed.includes(test.field),
  );
  const days = 'Or name fewer days with from and to.';
  if (missing !== undefined) {
    const { field } = missing;
    const how = field === 'response.body' ? '--page-text' : `--field ${field}`;
    throw new Problem(
      'field_not_indexed',
      `Only whole sessions hold ${field}, and more than ${readSessionsMax} would have to be read. Index it: canister index set --dataset ${slug} ${how}. ${days} For what comes again and again make it an event and run it over the past.`,
    );
  }
  throw new Problem(
    'search_too_wide',
    `More than ${readSessionsMax} whole sessions would have to be read to answer this. Ask for a longer text, or add a condition such as browser = "Firefox". ${days}`,
  );
}
