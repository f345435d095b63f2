/**
 * The erasure of one visitor in a dataset. It notes first what is to go, and each step after that may be done twice:
 * killed anywhere, the next start does it again from the note.
 */
import type { ErasePlace, ErasureNote } from '../canisters/erase-place.ts';
import { TraceScan } from '../canisters/trace-scan.ts';
import { isOfVisitor, type KeptOfVisitor, TraceBook } from '../canisters/visitor-traces.ts';
import type { ErasureReport, VisitorChoice } from '../contract/erasure.ts';
import { userKeys } from '../hits/user-key.ts';
import { allHits } from '../sessions/excluded-hits.ts';
import type { ErasedHits, VisitorHits, WaitingHit } from '../sources/visitor-hits.ts';
import { type DatasetEngine, startAgain } from './dataset-engine.ts';
import { placeOf } from './recut-dataset.ts';

type Note = ErasureNote & Required<Pick<ErasureNote, 'sessionIds' | 'hitIds' | 'traces'>>;
type Resumed = Awaited<ReturnType<DatasetEngine['analytics']['resume']>>;
export type Erased = Omit<ErasureReport, 'proof'>;

/** The keys by which sessions are a visitor's. */
export function keysOf({ config }: DatasetEngine, { visitor, user }: VisitorChoice): string[] {
  if (visitor !== undefined) return [visitor];
  return user === undefined ? [] : [userKeys(config.addressSecret)(user)];
}

/** Ids of the ended sessions that the tables have of a visitor, oldest first. */
export async function storedSessionsOf(
  { analytics }: Pick<DatasetEngine, 'analytics'>,
  keys: readonly string[],
): Promise<string[]> {
  const named = keys.map((_, index) => `$${index + 1}`).join(', ');
  const { rows } = await analytics.query(
    `SELECT replace(session_id::VARCHAR, '-', '') FROM store.all_sessions WHERE visitor_id IN (${named})
       OR session_id IN (SELECT session_id FROM store.session_devices WHERE device_id IN (${named}))
     ORDER BY started_at, session_id`,
    [...keys],
  );
  return rows.map(([id]) => String(id));
}

/** The sessions that are in memory: active, or ended a moment ago. */
export function sessionsAtHand(dataset: DatasetEngine): KeptOfVisitor[] {
  const kept = [...dataset.active.values(), ...dataset.ended];
  return kept.map(({ session, devices }) => ({ session, devices }));
}

/** Removes everything. To be called while the pipeline stands and no import goes on. */
export async function eraseVisitor(
  dataset: DatasetEngine,
  place: ErasePlace,
  hits: VisitorHits,
): Promise<Erased> {
  const begun = place.note();
  if (begun === undefined) throw new Error('an erasure has no note');
  return await dataset.commit.alone(async () => {
    const keys = new Set(begun.keys);
    const stored = await dataset.analytics.resume();
    const waiting = await waitingHitsOf(dataset, hits, keys);
    const note = await complete(dataset, hits, begun, keys, waiting);
    place.write(note);
    const counts = await eraseHits(dataset, hits, note, waiting, stored);
    await placeOf(dataset).discard();
    await dataset.analytics.eraseSessions(note.sessionIds);
    await dataset.analytics.checkpoint();
    const segments = await eraseRecords(dataset, new Set(note.sessionIds));
    const { exports } = place.removeLeftovers(note.traces);
    // Made anew out of what is left; no file of the old one stays.
    await dataset.index?.startAgain();
    await startAgain(dataset, dataset.config);
    return { sessions: note.sessionIds.length, ...counts, segments, exports };
  });
}

/** Looks for everything that was noted: in the bytes of every file, in opened records, and in rows. */
export async function proveErased(
  { canister, analytics }: DatasetEngine,
  place: ErasePlace,
): Promise<ErasureReport['proof']> {
  const { keys: keyList, sessionIds = [], traces = [] } = place.note() ?? { keys: [] };
  const keys = new Set(keyList);
  const { files, bytes, found } = await place.scan(traces);
  const scan = new TraceScan(traces.map((trace) => Buffer.from(trace.bytes, 'base64')));
  let records = 0;
  for await (const kept of canister.scan()) {
    records += 1;
    const where = `${kept.place.day}.seg, opened`;
    if (isOfVisitor(keys, kept)) found.push({ place: where, kind: 'visitor_key' });
    scan.scan(Buffer.from(JSON.stringify(kept)), (index) =>
      found.push({ place: where, kind: traces[index]?.kind ?? 'value' }),
    );
  }
  if ((await storedSessionsOf({ analytics }, keyList)).length > 0)
    found.push({ place: 'analytics.duckdb, rows', kind: 'visitor_key' });
  const { rows } = await analytics.query(
    `SELECT count(*) FROM (SELECT session_id FROM store.all_sessions UNION SELECT session_id FROM store.hits
       UNION SELECT session_id FROM store.events UNION SELECT session_id FROM store.session_values)
     WHERE list_contains(string_split($1, ','), replace(session_id::VARCHAR, '-', ''))`,
    [sessionIds.join(',')],
  );
  if (Number(rows[0]?.[0]) > 0) found.push({ place: 'analytics.duckdb, rows', kind: 'session_id' });
  return { values: traces.length, files, bytes, records, found: distinct(found) };
}

async function waitingHitsOf(
  dataset: DatasetEngine,
  hits: VisitorHits,
  keys: ReadonlySet<string>,
): Promise<WaitingHit[]> {
  const userKey = userKeys(dataset.config.addressSecret);
  // A device of an active session of theirs, though that hit itself does not name the user.
  const devices = new Set(
    sessionsAtHand(dataset)
      .filter((kept) => isOfVisitor(keys, kept))
      .flatMap((kept) => kept.devices),
  );
  // Without its session, what lies in the inbox yet would be taken again.
  const stored = await storedHitsOf(dataset, keys);
  const theirs: WaitingHit[] = [];
  for await (const one of hits.all(dataset.config.slug)) {
    const { id, visitor, userId } = one.hit;
    const isNamed = typeof userId === 'string' && keys.has(userKey(userId));
    const isStored = typeof id === 'string' && stored.has(id.replaceAll('-', '').toLowerCase());
    if (isNamed || isStored || keys.has(visitor ?? '') || devices.has(visitor ?? ''))
      theirs.push(one);
  }
  return theirs;
}

/** Ids of the hits in their ended sessions: not each of them names the user. */
async function storedHitsOf(
  { analytics }: DatasetEngine,
  keys: ReadonlySet<string>,
): Promise<Set<string>> {
  const sessions = await storedSessionsOf({ analytics }, [...keys]);
  const { rows } = await analytics.query(
    `SELECT replace(hit_id::VARCHAR, '-', '') FROM
       (SELECT hit_id, session_id FROM store.hits UNION ALL SELECT hit_id, session_id FROM store.excluded_hits)
     WHERE list_contains(string_split($1, ','), replace(session_id::VARCHAR, '-', ''))`,
    [sessions.join(',')],
  );
  return new Set(rows.map(([id]) => String(id)));
}

/** Gathers what is to go, unless an earlier try has: what that one has removed could not be found any more. */
async function complete(
  dataset: DatasetEngine,
  hits: VisitorHits,
  begun: ErasureNote,
  keys: ReadonlySet<string>,
  waiting: readonly WaitingHit[],
): Promise<Note> {
  const { sessionIds, hitIds, traces } = begun;
  if (sessionIds && hitIds && traces) return { ...begun, sessionIds, hitIds, traces };
  const book = new TraceBook();
  for (const key of keys) book.addKey(key);
  book.addKey(begun.choice.user ?? '');
  const stored = new Set<string>();
  const ids = new Set<string>();
  const add = ({ session }: KeptOfVisitor) => {
    book.addSession(session);
    for (const hit of allHits(session)) ids.add(hit.id);
  };
  for await (const kept of dataset.canister.scan()) {
    if (!isOfVisitor(keys, kept)) continue;
    stored.add(kept.session.id);
    add(kept);
  }
  // Also those whose record is damaged.
  for (const id of await storedSessionsOf(dataset, [...keys])) stored.add(id);
  for (const kept of sessionsAtHand(dataset)) if (isOfVisitor(keys, kept)) add(kept);
  for (const { hit } of waiting) {
    book.addValues(hit);
    if (typeof hit.id !== 'string') continue;
    book.addHitId(hit.id);
    ids.add(hit.id);
  }
  await dropShared(dataset, hits, keys, new Set(waiting.map(({ seq }) => seq)), book);
  return { ...begun, sessionIds: [...stored], hitIds: [...ids], traces: book.list() };
}

/** A value that others have too says nothing of this visitor. */
async function dropShared(
  dataset: DatasetEngine,
  hits: VisitorHits,
  keys: ReadonlySet<string>,
  theirs: ReadonlySet<number>,
  book: TraceBook,
): Promise<void> {
  const others = book.others();
  for await (const kept of dataset.canister.scan())
    if (!isOfVisitor(keys, kept)) others.meet(JSON.stringify(kept.session));
  for (const kept of sessionsAtHand(dataset))
    if (!isOfVisitor(keys, kept)) others.meet(JSON.stringify(kept.session));
  for await (const { seq, hit } of hits.all(dataset.config.slug))
    if (!theirs.has(seq)) others.meet(JSON.stringify(hit));
  others.drop();
}

async function eraseHits(
  dataset: DatasetEngine,
  hits: VisitorHits,
  { sessionIds, hitIds, keys, choice }: Note,
  waiting: readonly WaitingHit[],
  { position: { low }, closedThrough }: Resumed,
): Promise<ErasedHits> {
  const ofVisitor = new Set(keys);
  const atHand = sessionsAtHand(dataset)
    .filter((kept) => isOfVisitor(ofVisitor, kept))
    .map(({ session }) => session.id);
  const aside = new Set(waiting.filter((one) => one.isSetAside).map(({ seq }) => seq));
  return await hits.erase(dataset.config.slug, {
    // What is in a stored session was counted with it. What was set aside lies in the inbox, too.
    inbox: waiting
      .filter(({ seq, isSetAside }) => !isSetAside && !aside.has(seq))
      .map(({ seq, hit }) => ({
        seq,
        isStored: seq <= Math.max(low, closedThrough.get(hit.visitor ?? '') ?? 0),
      })),
    setAside: [...aside],
    hitIds,
    sessionIds: [...sessionIds, ...atHand],
    texts: [
      ...sessionIds,
      ...keys.filter((key) => key.length > 7),
      ...(choice.user ? [choice.user] : []),
    ],
  });
}

async function eraseRecords(
  { canister }: DatasetEngine,
  ids: ReadonlySet<string>,
): Promise<number> {
  let segments = 0;
  for (const day of await canister.days()) if ((await canister.erase(day, ids)) > 0) segments += 1;
  return segments;
}

function distinct(found: ErasureReport['proof']['found']): ErasureReport['proof']['found'] {
  return [...new Map(found.map((one) => [`${one.place}\0${one.kind}`, one])).values()];
}
