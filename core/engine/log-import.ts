/**
 * Takes a log into a dataset: lines → hits → sessions, cut on the log's own time → commit. Hits that are stored
 * already are left out, so that importing the same lines again changes nothing. Memory does not grow with the log.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type ActiveLimits,
  activeMarks,
  evictionOrder,
  fillOf,
  isAbove,
} from '../canisters/room.ts';
import { ShortTermCanister } from '../canisters/short-term.ts';
import type { ImportOptions, ImportProgress, ImportSummary } from '../contract/import.ts';
import { userKeys } from '../hits/user-key.ts';
import { closePolicy } from '../sessions/close-policy.ts';
import { allHits } from '../sessions/excluded-hits.ts';
import { type EndedSession, Sessionizer } from '../sessions/sessionizer.ts';
import { lineDecoder } from '../sources/log-lines.ts';
import { logNormalizer } from '../sources/log-source.ts';
import { batchLimits } from './batches.ts';
import type { DatasetEngine } from './dataset-engine.ts';
import { createImportTally } from './import-tally.ts';
import {
  type CutEnd,
  type CutReader,
  createCutReader,
  type HitPiece,
  type LogCut,
  mergeByTime,
} from './log-cut.ts';
import { linesPerTurn, logHits } from './log-hits.ts';
import { createPendingHits } from './pending-hits.ts';

/** Lines whose ids are looked up together. */
const linesPerLookup = 5_000;
/** What a dry run remembers, where an import would find it stored. */
const dryRunIdsMax = 1_000_000;

export interface LogImport {
  readonly progress: ImportProgress;
  /**
   * Takes one file whole.
   * @param name as the user gave it, for the list of bad lines
   * @throws Problem `import_format_unknown`, `file_unreadable`; what was taken before stays
   */
  takeFile(name: string, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  /** Ends the sessions that are still open, makes everything durable, and sums up. */
  finish(): Promise<Omit<ImportSummary, 'seconds'>>;
  /**
   * Stores what has ended so far and leaves the rest: the same files can be imported again. Gives the progress
   * without the lines that were left.
   */
  abandon(): Promise<ImportProgress>;
  /** Takes files that grow and lie on several servers, merged by time, so that no session is cut. */
  takeMerged(files: readonly LogCut[]): Promise<void>;
  /**
   * Ends a pull: sessions that are idle at `idleAtMs` end, and all that has ended is made durable. The others are left,
   * with where to read again: their lines count when they have ended.
   */
  leave(idleAtMs: number): Promise<{ summary: Omit<ImportSummary, 'seconds'>; ends: CutEnd[] }>;
}

/**
 * @param room what its open sessions may hold: they come on top of the active sessions, one import at a time
 * @param nowMs when it begins: lines of later days are of a wrong clock
 */
export async function startLogImport(
  dataset: DatasetEngine,
  options: ImportOptions,
  badLinesFile: () => string,
  room: ActiveLimits,
  nowMs: number,
): Promise<LogImport> {
  // What is wrong with the options is said before any file is sent.
  lineDecoder(options.encoding);
  const tally = createImportTally(options, badLinesFile);
  const { progress } = tally;
  const ended: EndedSession[] = [];
  /** What an import that was abandoned has stored of sessions that went on. */
  const unfinished = await dataset.analytics.unfinished('log');
  const { slug, idleTimeoutMs } = dataset.config;
  const open = new ShortTermCanister();
  const eventSet = dataset.events?.current();
  const sessionizer = new Sessionizer({
    dataset: slug,
    canister: open,
    // Several people may stand behind an address with a user agent: one who signs in does not end another's session.
    policy: { ...closePolicy(idleTimeoutMs, dataset.config), keepsFirstUser: true },
    userKey: userKeys(dataset.config.addressSecret),
    eventSet: () => eventSet,
    ended(session) {
      if (session.discarded === undefined) ended.push(session);
      else leaveOut(session);
    },
    continued(visitor, atMs) {
      const found = unfinished.get(visitor);
      return found && Math.abs(atMs - found.endedAt) <= idleTimeoutMs ? found.id : undefined;
    },
  });
  const normalize = logNormalizer(
    dataset.config.addressSecret,
    dataset.ownHosts,
    { ...options, idleTimeoutMs },
    dataset.rules.current,
  );
  const readFile = logHits(options, normalize, tally, nowMs);
  const pending = createPendingHits(dataset.analytics);
  let cuts: CutReader[] = [];
  /** The latest time in the file, by which sessions end: files may come in any order, newest first is usual. */
  let fileTime = Number.NEGATIVE_INFINITY;
  let latest = Number.NEGATIVE_INFINITY;
  let endedHits = 0;
  let countedSessions = 0;
  /** Batches that are being stored while the next lines are read, in their order. */
  const storing: Promise<void>[] = [];

  /** An event has discarded the session: its hits were accepted, and count as excluded now. */
  function leaveOut({ session }: EndedSession): void {
    tally.discarded(session.hits.length);
    for (const hit of allHits(session)) pending.discarded(hit.id);
  }

  /** Stores what has ended while the next lines are read. */
  async function commit(): Promise<void> {
    while (storing.length >= batchLimits.underWayMax) await storing.shift();
    const batch = ended.splice(0, ended.length);
    const hits = endedHits;
    endedHits = 0;
    countedSessions = 0;
    if (batch.length === 0) return;
    const stored = store(batch, hits);
    storing.push(stored);
    // A failure is thrown where it is waited for.
    stored.catch(() => undefined);
  }

  async function allStored(): Promise<void> {
    const works = storing.splice(0, storing.length);
    await Promise.allSettled(works);
    await Promise.all(works);
  }

  async function store(batch: readonly EndedSession[], hits: number): Promise<void> {
    tally.sessions(batch.length);
    if (options.dryRun) {
      pending.forget(dryRunIdsMax);
      return;
    }
    await dataset.commit.store(batch).catch((error) => {
      tally.sessions(-batch.length);
      throw error;
    });
    pending.stored(batch.flatMap(({ session }) => allHits(session).map(({ id }) => id)));
    dataset.hitsSinceCheckpoint += hits;
  }

  /** @param known which of them are stored, as `pending` was asked */
  async function takeHits(
    { hits, sizes, places }: HitPiece,
    known: Promise<Set<string>>,
  ): Promise<void> {
    const stored = await known;
    for (const [index, normalized] of hits.entries()) {
      const { hit, context, excludedBy, rulesVersion } = normalized;
      const { id, at } = hit;
      const place = places[index];
      if (index % linesPerTurn === linesPerTurn - 1) await nextTurn();
      if (stored.has(id) || pending.has(id)) {
        // What an earlier pull has counted is read again for the sake of sessions that were open.
        if (place?.isCounted && !pending.claim(id, place)) continue;
        tally.duplicate();
        continue;
      }
      pending.add(id, excludedBy, place);
      const size = sizes[index] ?? 0;
      // Part by part: spreading an object takes several times as long.
      sessionizer.take({
        hit,
        context,
        excludedBy,
        rulesVersion,
        arrivedAt: at,
        seq: 0,
        bytes: size,
      });
      if (excludedBy === undefined) tally.accepted();
      else tally.excluded(`exclusion: ${excludedBy}`);
      if (isAbove(fillOf([{ active: open }]), room, activeMarks.high)) makeRoom();
      // At every hit, not at every batch of them: sessions must not depend on how the bytes came.
      if (at <= fileTime) continue;
      fileTime = at;
      sessionizer.closeIdle(fileTime);
    }
    pending.taken();
    latest = Math.max(latest, fileTime);
    for (; countedSessions < ended.length; countedSessions += 1)
      endedHits += ended[countedSessions]?.session.hits.length ?? 0;
    if (ended.length >= batchLimits.sessionsMax || endedHits >= batchLimits.hitsMax) await commit();
  }

  /** As for hits that come live, and in their order: the same lines always end the same sessions. */
  function makeRoom(): void {
    sessionizer.closeIdle(fileTime);
    for (const { session } of [...open.values()].sort(evictionOrder)) {
      if (!isAbove(fillOf([{ active: open }]), room, activeMarks.low)) return;
      sessionizer.end(session.id, 'memory', fileTime);
    }
  }

  /** Takes pieces of hits, looking up many at once: ahead, so that the answer is there when they are taken. */
  async function takePieces(pieces: AsyncIterable<HitPiece>): Promise<void> {
    let gathered: HitPiece = { hits: [], sizes: [], places: [] };
    let asked: { piece: HitPiece; known: Promise<Set<string>> } | undefined;
    async function askFor(piece: HitPiece): Promise<void> {
      const before = asked;
      asked = { piece, known: pending.ask(piece.hits) };
      if (before !== undefined) await takeHits(before.piece, before.known);
    }
    for await (const found of pieces) {
      for (const hit of found.hits) gathered.hits.push(hit);
      for (const size of found.sizes) gathered.sizes.push(size);
      for (const place of found.places) gathered.places.push(place);
      if (gathered.hits.length < linesPerLookup) continue;
      const piece = gathered;
      gathered = { hits: [], sizes: [], places: [] };
      await askFor(piece);
    }
    if (gathered.hits.length > 0) await askFor(gathered);
    if (asked !== undefined) await takeHits(asked.piece, asked.known);
  }

  async function takeFile(name: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    fileTime = Number.NEGATIVE_INFINITY;
    await takePieces(readFile(name, bytes));
  }

  async function summarize(): Promise<Omit<ImportSummary, 'seconds'>> {
    // The summary is a promise: what it names must not depend on a write-ahead log.
    if (!options.dryRun) await dataset.commit.checkpoint();
    return await tally.close();
  }

  return {
    progress,
    takeFile,
    async finish() {
      sessionizer.closeAll(latest);
      await commit();
      await allStored();
      return await summarize();
    },
    async takeMerged(files) {
      cuts = files.map(createCutReader);
      await takePieces(mergeByTime(cuts, (cut) => readFile(cut.name, cut.bytes(), cut)));
    },
    async leave(idleAtMs) {
      sessionizer.closeIdle(Math.max(idleAtMs, fileTime));
      await commit();
      await allStored();
      tally.takeBack(pending.giveUp());
      return {
        summary: await summarize(),
        ends: cuts.map((cut) => cut.result()),
      };
    },
    async abandon() {
      // A batch that could not be stored was told to whoever fed the file; here its hits are among those left.
      await allStored().catch(() => undefined);
      await commit();
      await allStored();
      await tally.close();
      tally.takeBack(pending.giveUp());
      return { ...progress };
    },
  };
}
