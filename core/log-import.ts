/**
 * Takes a log into a dataset: lines → hits → sessions, cut on the log's own time → commit. Hits that are stored
 * already are left out, so that importing the same lines again changes nothing. Memory does not grow with the log.
 */
import {
  type ActiveLimits,
  activeMarks,
  evictionOrder,
  fillOf,
  isAbove,
} from './canisters/room.ts';
import { ShortTermCanister } from './canisters/short-term.ts';
import type { ImportOptions, ImportProgress, ImportSummary } from './contract/import.ts';
import type { DatasetEngine } from './dataset-engine.ts';
import type { NormalizedHit } from './hits/normalize-hit.ts';
import { userKeys } from './hits/user-key.ts';
import { pipelineLimits } from './pipeline.ts';
import { closePolicy } from './sessions/close-policy.ts';
import { type EndedSession, Sessionizer } from './sessions/sessionizer.ts';
import { listBadLines } from './sources/bad-lines.ts';
import { isBadLine, type LineParser } from './sources/formats/combined.ts';
import { chooseFormat, detectionLines } from './sources/formats/detect.ts';
import { type LinePiece, logLines } from './sources/log-lines.ts';
import { lineIds, logNormalizer } from './sources/log-source.ts';

/** Lines whose ids are looked up together. */
const linesPerLookup = 20_000;

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
}

/** @param room what its open sessions may hold: they come on top of the active sessions, one import at a time */
export async function startLogImport(
  dataset: DatasetEngine,
  options: ImportOptions,
  badLinesFile: () => string,
  room: ActiveLimits,
): Promise<LogImport> {
  const progress: ImportProgress = {
    lines: 0,
    accepted: 0,
    duplicate: 0,
    excluded: 0,
    bad: 0,
    sessions: 0,
  };
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
  const normalize = logNormalizer(dataset.config.addressSecret, dataset.ownHosts);
  const formats: string[] = [];
  const badLines = listBadLines(badLinesFile);
  /** Ids of hits that are in sessions which are not stored yet. */
  const pending = new Set<string>();
  /** The latest time in the file, by which sessions end: files may come in any order, newest first is usual. */
  let fileTime = Number.NEGATIVE_INFINITY;
  let latest = Number.NEGATIVE_INFINITY;
  let endedHits = 0;
  let countedSessions = 0;
  let storing: Promise<void> = Promise.resolve();

  /** An event has discarded the session: its hits were accepted, and count as excluded now. */
  function leaveOut({ session: { hits } }: EndedSession): void {
    progress.accepted -= hits.length;
    progress.excluded += hits.length;
    for (const hit of hits) pending.delete(hit.id);
  }

  /** Waits for the batch before, then stores this one while the next lines are read. */
  async function commit(): Promise<void> {
    await storing;
    const batch = ended.splice(0, ended.length);
    const hits = endedHits;
    endedHits = 0;
    countedSessions = 0;
    if (batch.length > 0) storing = store(batch, hits);
    // A failure is thrown where it is waited for.
    storing.catch(() => undefined);
  }

  async function store(batch: readonly EndedSession[], hits: number): Promise<void> {
    await dataset.commit.store(batch);
    for (const { session } of batch) for (const hit of session.hits) pending.delete(hit.id);
    dataset.hitsSinceCheckpoint += hits;
    progress.sessions += batch.length;
  }

  async function takeHits(hits: readonly NormalizedHit[], bytes: readonly number[]): Promise<void> {
    if (hits.length === 0) return;
    let from = Number.POSITIVE_INFINITY;
    let to = Number.NEGATIVE_INFINITY;
    for (const { hit } of hits) {
      from = Math.min(from, hit.at);
      to = Math.max(to, hit.at);
    }
    // Asked beside a batch that is being stored: what of it the answer cannot know yet is still pending now.
    const unstored = new Set(hits.map(({ hit }) => hit.id).filter((id) => pending.has(id)));
    const known = await dataset.analytics.knownHits(
      hits.map(({ hit }) => hit.id),
      from,
      to,
    );
    for (const [index, normalized] of hits.entries()) {
      const { id, at } = normalized.hit;
      progress.lines += 1;
      if (known.has(id) || unstored.has(id) || pending.has(id)) {
        progress.duplicate += 1;
        continue;
      }
      pending.add(id);
      sessionizer.take({ ...normalized, arrivedAt: at, seq: 0, bytes: bytes[index] ?? 0 });
      progress.accepted += 1;
      if (isAbove(fillOf([open]), room, activeMarks.high)) makeRoom();
      // At every hit, not at every batch of them: sessions must not depend on how the bytes came.
      if (at <= fileTime) continue;
      fileTime = at;
      sessionizer.closeIdle(fileTime);
    }
    latest = Math.max(latest, fileTime);
    for (; countedSessions < ended.length; countedSessions += 1)
      endedHits += ended[countedSessions]?.session.hits.length ?? 0;
    if (
      ended.length >= pipelineLimits.sessionsPerCommitMax ||
      endedHits >= pipelineLimits.hitsPerCommitMax
    )
      await commit();
  }

  /** As for hits that come live, and in their order: the same lines always end the same sessions. */
  function makeRoom(): void {
    sessionizer.closeIdle(fileTime);
    for (const { session } of [...open.values()].sort(evictionOrder)) {
      if (!isAbove(fillOf([open]), room, activeMarks.low)) return;
      sessionizer.end(session.id, 'memory', fileTime);
    }
  }

  async function takeFile(name: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    const idOf = lineIds();
    fileTime = Number.NEGATIVE_INFINITY;
    let number = 0;
    let parse: LineParser | undefined;
    let hits: NormalizedHit[] = [];
    let sizes: number[] = [];
    for await (const piece of withFirstLines(logLines(bytes))) {
      if (parse === undefined) {
        const format = chooseFormat(options.format, firstTexts(piece));
        formats.push(format.name);
        parse = format.parse;
      }
      for (const line of piece) {
        number += 1;
        const parsed =
          line === undefined ? { reason: 'the line is longer than 64 KiB' } : parse(line);
        if (line === undefined || isBadLine(parsed)) {
          progress.lines += 1;
          progress.bad += 1;
          badLines.add(
            name,
            number,
            line === '' ? 'the line is empty' : (parsed as { reason: string }).reason,
            line ?? '',
          );
          continue;
        }
        hits.push(normalize(parsed, idOf(line)));
        sizes.push(line.length);
      }
      await badLines.ease();
      if (hits.length >= linesPerLookup) {
        await takeHits(hits, sizes);
        hits = [];
        sizes = [];
      }
    }
    await takeHits(hits, sizes);
  }

  return {
    progress,
    takeFile,
    async finish() {
      sessionizer.closeAll(latest);
      await commit();
      await storing;
      // The summary is a promise: what it names must not depend on a write-ahead log.
      await dataset.commit.checkpoint();
      const badFile = await badLines.close();
      return { ...progress, formats, ...(badFile === undefined ? {} : { badFile }) };
    },
    async abandon() {
      // A batch that could not be stored was told to whoever fed the file; here its hits are among those left.
      await storing.catch(() => undefined);
      storing = Promise.resolve();
      await commit();
      await storing;
      await badLines.close();
      const left = pending.size;
      return { ...progress, lines: progress.lines - left, accepted: progress.accepted - left };
    },
  };
}

const firstTexts = (piece: LinePiece) =>
  piece.filter((line) => line !== undefined && line !== '').slice(0, detectionLines) as string[];

/** Joins the first pieces until there are enough lines to tell the format by. */
async function* withFirstLines(pieces: AsyncIterable<LinePiece>): AsyncGenerator<LinePiece> {
  let first: LinePiece | undefined = [];
  for await (const piece of pieces) {
    if (first === undefined) yield piece;
    else {
      first.push(...piece);
      if (first.length < detectionLines) continue;
      yield first;
      first = undefined;
    }
  }
  if (first !== undefined && first.length > 0) yield first;
}
