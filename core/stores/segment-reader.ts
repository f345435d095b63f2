/** Reads one segment file, of whatever version: session by session, in pieces, from end to end, or to check it. */
import { type FileHandle, open } from 'node:fs/promises';
import type {
  CanisterPlace,
  CheckedRecord,
  KeptSession,
  ScannedSession,
  SessionPiece,
} from '../canisters/long-term.ts';
import { doesNotOpen } from '../canisters/seal.ts';
import { Problem } from '../contract/problem.ts';
import type { ClosedSession } from '../contract/session.ts';
import type { StoredWhole } from '../sessions/collected-session.ts';
import { type RecordSpan, recordOffset, textsOf } from './segment-format.ts';
import { blankId, bytesAt, lengthIn } from './segment-frame.ts';
import { readStretches, type Stretch } from './segment-stretches.ts';
import { formatOf } from './segment-versions.ts';

/** Small enough to be opened without holding others up for long. */
const pieceBytes = 64 * 1024;

export interface SegmentReader {
  /** Place and session id of every session in a record with the right checksum, unopened. */
  names(): AsyncGenerator<{ place: CanisterPlace; sessionId: string }>;
  /** Every session that opens. */
  sessions(key: Buffer): AsyncGenerator<ScannedSession>;
  /** Opens everything. @param starts offsets of sessions that are known to be there, ascending */
  check(key: Buffer, starts: readonly number[]): AsyncGenerator<CheckedRecord>;
  /** The sessions at these places, ascending; each record of several is opened once. */
  pieces(key: Buffer, places: readonly CanisterPlace[]): AsyncGenerator<SessionPiece>;
  /** @throws Problem `file_unreadable`, `key_missing` */
  read(key: Buffer, sessionId: string, place: CanisterPlace): Promise<StoredWhole>;
  close(): Promise<void>;
}

/**
 * @param options `size` is how many bytes of the file count; all of them where it is left out
 * @returns undefined where there is no such file
 */
export async function openSegmentReader(options: {
  dataset: string;
  day: string;
  path: string;
  size?: number | undefined;
}): Promise<SegmentReader | undefined> {
  const { dataset, day, path } = options;
  const file = await openIfThere(path);
  if (file === undefined) return undefined;
  const { format, size } = await lookAt(file, path, options.size).catch(async (error) => {
    await file.close();
    throw error;
  });
  const readSpan = ({ offset, length }: RecordSpan) => bytesAt(file, offset, length);

  /** The JSON of the sessions in a record by their numbers, empty where one was erased. */
  const open = (record: Buffer, key: Buffer, offset: number) =>
    textsOf(format, record, key, { dataset, day, offset }, readSpan);

  /** Records that count by themselves, and damage. */
  async function* stretches(starts: readonly number[] = []): AsyncGenerator<Stretch> {
    for await (const stretch of readStretches(file as FileHandle, format, size, starts))
      if (stretch.record === undefined || !format.isAnnex(stretch.record)) yield stretch;
  }

  /** The sessions that a record names, those that were erased left out. */
  const named = ({ offset, length }: Stretch, record: Buffer) =>
    format.idsOf(record).flatMap((sessionId, number) => {
      const place: CanisterPlace = { day, offset: offset + number, length };
      return sessionId === blankId ? [] : [{ place, sessionId, number }];
    });

  return {
    async *names() {
      for await (const stretch of stretches())
        if (stretch.record)
          for (const { place, sessionId } of named(stretch, stretch.record))
            yield { place, sessionId };
    },
    async *sessions(key) {
      for await (const stretch of stretches()) {
        const { record, offset } = stretch;
        const texts = record && (await open(record, key, offset));
        if (record === undefined || texts === undefined) continue;
        for (const { place, number } of named(stretch, record))
          yield { place, ...apart(texts[number] as Buffer) };
      }
    },
    async *check(key, starts) {
      let known = 0;
      for await (const stretch of stretches(starts)) {
        const { offset, length, record } = stretch;
        if (record === undefined) {
          while ((starts[known] ?? offset) < offset) known += 1;
          const first = known;
          while ((starts[known] ?? Number.POSITIVE_INFINITY) < offset + length) known += 1;
          const lost = first === known ? [offset] : starts.slice(first, known);
          const damage = 'the bytes were changed: no record with the right checksum';
          for (const start of lost) yield { place: { day, offset: start, length }, damage };
          continue;
        }
        const texts = await open(record, key, offset);
        for (const { place, sessionId, number } of named(stretch, record)) {
          const text = texts?.[number];
          if (text === undefined) {
            const damage = 'the seal does not open: changed, moved, or another key';
            yield { place, sessionId, damage };
            continue;
          }
          const { id } = JSON.parse(text.toString()) as KeptSession;
          if (id === sessionId) yield { place, sessionId };
          else yield { place, sessionId, damage: `it holds the session ${id}` };
        }
      }
    },
    async *pieces(key, places) {
      for (const together of neighbours(places, format.alignment)) {
        const { start, end, through } = spanOf(together, format.alignment);
        const bytes = await bytesAt(file, start, end - start);
        const sessions: ScannedSession[] = [];
        let asked = 0;
        for (const ofRecord of together) {
          asked += ofRecord.length;
          const from = recordOffset(ofRecord[0]?.offset ?? 0, format.alignment);
          const record = recordIn(bytes.subarray(from - start));
          const texts = record && (await open(record, key, from));
          for (const [index, place] of ofRecord.entries()) {
            // Two names for one place: something was cut off there, and one session lies there now.
            const isAgain = place.offset === ofRecord[index - 1]?.offset;
            const text = isAgain ? undefined : texts?.[place.offset - from];
            if (text !== undefined && text.length > 0) sessions.push({ place, ...apart(text) });
          }
        }
        const unreadable = asked - sessions.length;
        yield { sessions, unreadable, through: { day, offset: through }, bytes: bytes.length };
      }
    },
    async read(key, sessionId, { offset, length }) {
      const from = recordOffset(offset, format.alignment);
      const record = await bytesAt(file, from, length);
      const unreadable = (what: string) =>
        new Problem('file_unreadable', `The record of session ${sessionId} in ${path} ${what}.`);
      if (!format.isSound(record)) throw unreadable('is damaged');
      if (format.idsOf(record)[offset - from] !== sessionId)
        throw unreadable('is not at its place: another session, or none, lies there');
      const texts = await open(record, key, from);
      const text = texts?.[offset - from];
      if (text === undefined) throw doesNotOpen({ sessionId, day });
      return apart(text);
    },
    close: () => file.close(),
  };
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function lookAt(file: FileHandle, path: string, known: number | undefined) {
  const size = known ?? (await file.stat()).size;
  return { ...(await formatOf(file, size, path)), size };
}

/**
 * Cuts ascending places into runs that span so many bytes at most, and each run by the records that hold them; a larger
 * record is a run of its own.
 */
function* neighbours(
  places: readonly CanisterPlace[],
  alignment: number,
): Generator<CanisterPlace[][]> {
  let run: CanisterPlace[][] = [];
  let runStart = 0;
  let recordStart = -1;
  for (const place of places) {
    const start = recordOffset(place.offset, alignment);
    if (start === recordStart) {
      run.at(-1)?.push(place);
      continue;
    }
    recordStart = start;
    if (run.length > 0 && start + place.length - runStart > pieceBytes) {
      yield run;
      run = [];
    }
    if (run.length === 0) runStart = start;
    run.push([place]);
  }
  if (run.length > 0) yield run;
}

/** What of a segment holds the records of a run; `through` is the last offset in it. */
function spanOf(run: readonly CanisterPlace[][], alignment: number) {
  const [first = [], last = []] = [run[0], run.at(-1)];
  const through = last.at(-1)?.offset ?? 0;
  const length = last.reduce((most, place) => Math.max(most, place.length), 0);
  const start = recordOffset(first[0]?.offset ?? 0, alignment);
  return { start, end: recordOffset(through, alignment) + length, through };
}

/** The record with which these bytes begin. */
function recordIn(bytes: Buffer): Buffer | undefined {
  const length = lengthIn(bytes, bytes.length);
  return length === undefined ? undefined : bytes.subarray(0, length);
}

/** The session and what the canister keeps beside it. */
function apart(text: Buffer) {
  const kept = JSON.parse(text.toString()) as KeptSession;
  const { firstSeq = 0, lastSeq = 0, devices = [], lineage, ...session } = kept;
  return { session: session as ClosedSession, firstSeq, lastSeq, devices, lineage };
}
