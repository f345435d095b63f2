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
} from '../canisters/room.ts';
import { ShortTermCanister } from '../canisters/short-term.ts';
import {
  type ExclusionRule,
  type ImportOptions,
  type ImportProgress,
  type ImportSummary,
  importLimits,
} from '../contract/import.ts';
import { userKeys } from '../hits/user-key.ts';
import { closePolicy } from '../sessions/close-policy.ts';
import { allHits } from '../sessions/excluded-hits.ts';
import { type EndedSession, Sessionizer } from '../sessions/sessionizer.ts';
import { listBadLines } from '../sources/bad-lines.ts';
import { chooseFormat, detectionLines } from '../sources/formats/detect.ts';
import { formatByText } from '../sources/formats/format-text.ts';
import { badLine, isBadLine, isDirective, type LineParser } from '../sources/formats/log-line.ts';
import { lineFilter } from '../sources/line-filter.ts';
import { type LinePiece, lineDecoder, logLines } from '../sources/log-lines.ts';
import { lineIds, logNormalizer } from '../sources/log-source.ts';
import { batchLimits } from './batches.ts';
import type { DatasetEngine } from './dataset-engine.ts';
import {
  type CutEnd,
  type CutReader,
  createCutReader,
  type HitPiece,
  type LogCut,
  mergeByTime,
} from './log-cut.ts';
import { createPendingHits } from './pending-hits.ts';

/** Lines whose ids are looked up together. */
const linesPerLookup = 5_000;
/** What a dry run remembers, where an import would find it stored. */
const dryRunIdsMax = 1_000_000;

/** Times outside of these are of a wrong clock, and would end every open session. */
const aheadMsMax = 24 * 60 * 60 * 1000;
const earliestMs = Date.UTC(1990);
const byteOrderMark = '\ufeff';

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
  if (options.format !== 'auto') formatByText(options);
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
  const normalize = logNormalizer(
    dataset.config.addressSecret,
    dataset.ownHosts,
    { ...options, idleTimeoutMs },
    dataset.rules.current,
  );
  const exclusionOf = lineFilter(options);
  const detections: ImportSummary['detections'] = [];
  const excludedBy: ImportSummary['excludedBy'] = {};
  const badSamples: ImportSummary['badSamples'] = [];
  const badLines = listBadLines(badLinesFile);
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
    progress.accepted -= session.hits.length;
    exclude('discarded', session.hits.length);
    for (const hit of allHits(session)) pending.discarded(hit.id);
  }

  function exclude(rule: ExclusionRule | `exclusion: ${string}`, hits: number): void {
    progress.excluded += hits;
    excludedBy[rule] = (excludedBy[rule] ?? 0) + hits;
  }

  function setBad(file: string, line: number, reason: string, text: string): void {
    progress.bad += 1;
    if (badSamples.length < importLimits.badSamplesMax) badSamples.push({ file, line, reason });
    if (!options.dryRun) badLines.add(file, line, reason, text);
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
    progress.sessions += batch.length;
    if (options.dryRun) {
      pending.forget(dryRunIdsMax);
      return;
    }
    await dataset.commit.store(batch).catch((error) => {
      progress.sessions -= batch.length;
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
      if (stored.has(id) || pending.has(id)) {
        // What an earlier pull has counted is read again for the sake of sessions that were open.
        if (place?.isCounted) continue;
        progress.lines += 1;
        progress.duplicate += 1;
        continue;
      }
      progress.lines += 1;
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
      if (excludedBy === undefined) progress.accepted += 1;
      else exclude(`exclusion: ${excludedBy}`, 1);
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

  /** Counts what is no hit, and gives the hits of a file piece by piece. */
  async function* readFile(
    name: string,
    bytes: AsyncIterable<Uint8Array>,
    cut?: CutReader,
  ): AsyncGenerator<HitPiece> {
    const idOf = lineIds();
    let number = 0;
    let parse: LineParser | undefined;

    function takeLine(
      text: string | undefined,
      fingerprint: string | undefined,
      found: HitPiece,
    ): void {
      number += 1;
      const isNew = number > (cut?.linesBefore ?? 0);
      const parsed = text === undefined ? badLine(tooLong) : (parse as LineParser)(text);
      if (isDirective(parsed)) {
        cut?.directive(text ?? '');
        if (!isNew) return;
        progress.lines += 1;
        exclude('directive', 1);
        return;
      }
      const reason = isBadLine(parsed) ? parsed.reason : clockFault(parsed.at, nowMs);
      if (isBadLine(parsed) || reason !== undefined) {
        if (!isNew) return;
        progress.lines += 1;
        setBad(name, number, text === '' ? 'the line is empty' : (reason ?? ''), text ?? '');
        return;
      }
      const rule = exclusionOf(parsed);
      if (rule !== undefined) {
        if (!isNew) return;
        progress.lines += 1;
        exclude(rule, 1);
        return;
      }
      found.hits.push(normalize(parsed, idOf(fingerprint ?? '')));
      found.sizes.push((fingerprint ?? '').length);
      if (cut !== undefined) found.places.push(cut.placeOf(parsed.at, isNew));
    }

    const lines = logLines(bytes, options.encoding, cut?.isGrowing);
    for await (const piece of withFirstLines(lines)) {
      if (parse === undefined) {
        const wish = cut?.format === undefined ? options : { ...options, format: cut.format };
        const chosen = chooseFormat(wish, firstTexts(piece), options);
        detections.push({ file: name, format: chosen.name, why: chosen.why });
        parse = chosen.parse;
        if (cut !== undefined) {
          cut.format = cut.format ?? (options.format === 'auto' ? chosen.name : undefined);
          if (cut.lastDirective !== undefined) parse(cut.lastDirective);
        }
      }
      const found: HitPiece = { hits: [], sizes: [], places: [] };
      cut?.begin(piece, number);
      for (const [index, text] of piece.lines.entries())
        takeLine(text, piece.fingerprints[index], found);
      cut?.end(piece, number);
      await badLines.ease();
      if (found.hits.length > 0) yield found;
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

  /** Lines of sessions that were not stored are as if they had not been read. */
  function takeBackLeft(): void {
    const { hits, excludedBy } = pending.giveUp();
    progress.lines -= hits;
    progress.accepted -= hits;
    for (const [rule, excluded] of excludedBy) {
      progress.accepted += excluded;
      exclude(`exclusion: ${rule}`, -excluded);
    }
  }

  async function summarize(): Promise<Omit<ImportSummary, 'seconds'>> {
    // The summary is a promise: what it names must not depend on a write-ahead log.
    if (!options.dryRun) await dataset.commit.checkpoint();
    const badFile = await badLines.close();
    return {
      ...progress,
      formats: detections.map(({ format }) => format),
      detections,
      excludedBy,
      badSamples,
      dryRun: options.dryRun,
      ...(badFile === undefined ? {} : { badFile }),
    };
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
      takeBackLeft();
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
      await badLines.close();
      takeBackLeft();
      return { ...progress };
    },
  };
}

const tooLong = 'the line is longer than 64 KiB';

/** Why a time cannot be the time of a request, or nothing. */
function clockFault(at: number, nowMs: number): string | undefined {
  if (at > nowMs + aheadMsMax)
    return `the time ${new Date(at).toISOString()} is in the future: of a wrong clock or zone`;
  if (at < earliestMs)
    return `the time ${new Date(at).toISOString()} is older than any web server: of a wrong clock`;
  return undefined;
}

const firstTexts = ({ lines }: LinePiece) =>
  lines.filter((line) => line !== undefined && line !== '').slice(0, detectionLines) as string[];

/** Joins the first pieces until there are enough lines to tell the format by, and takes off a byte order mark. */
async function* withFirstLines(pieces: AsyncIterable<LinePiece>): AsyncGenerator<LinePiece> {
  let first: LinePiece = { lines: [], fingerprints: [], startByte: 0, endByte: 0 };
  let isFirst = true;
  for await (const piece of pieces) {
    if (!isFirst) {
      yield piece;
      continue;
    }
    first = {
      lines: first.lines.concat(piece.lines),
      fingerprints: first.fingerprints.concat(piece.fingerprints),
      startByte: first.startByte,
      endByte: piece.endByte,
    };
    if (first.lines.length < detectionLines) continue;
    isFirst = false;
    yield withoutMark(first);
  }
  if (isFirst && first.lines.length > 0) yield withoutMark(first);
}

/** The mark is no part of the line, but of its fingerprint: by that the line has always been known. */
function withoutMark(piece: LinePiece): LinePiece {
  const { lines } = piece;
  const first = lines[0];
  if (!first?.startsWith(byteOrderMark)) return piece;
  return { ...piece, lines: [first.slice(1)].concat(lines.slice(1) as string[]) };
}
