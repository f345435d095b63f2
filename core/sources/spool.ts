/**
 * The spool of a source: the bytes of its files that are fetched and not yet stored as ended sessions. What a fetch
 * brought before it was broken off stays, and the next one goes on behind it.
 */
import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Problem } from '../contract/problem.ts';
import type { LogCutEnd } from '../contract/source.ts';
import { sourceLimits } from '../contract/source.ts';
import type { FileMark } from '../settings/sources.ts';
import {
  type Fetcher,
  type FoundFile,
  failed,
  firstBytes,
  inTime,
  type Patience,
} from './fetch/fetcher.ts';
import type { FileMarks } from './file-marks.ts';
import { isPacked } from './inflate.ts';

const headBytes = 1_024;
const tailBytes = 256;
const base64GroupLength = 4;
const comparedLengthMax = 64;
/** How much comes until the room on the disk is looked at again: little beside what must stay free. */
const bytesPerLook = 4 * 1024 ** 2;

export interface Spool {
  /** Where the bytes of a file lie. */
  path(mark: FileMark): string;
  bytes(mark: FileMark): Promise<number>;
  /**
   * Fetches what is new of a file. Gives its mark, or nothing where nothing has changed.
   * @param place `came` hears of bytes as they come; a disk that is low ends the fetch, and what has come stays
   * @param keep keeps the mark before bytes come, so that a fetch that breaks off can go on
   */
  fetch(
    fetcher: Fetcher,
    found: FoundFile,
    marks: FileMarks,
    place: Patience & {
      location: string;
      nowMs: number;
      /** Why nothing more may be written to the disk. */
      diskLow: () => Promise<Problem | undefined>;
      came?: (bytes: number) => void;
    },
    keep: (mark: FileMark) => Promise<void>,
  ): Promise<{ mark: FileMark; fetchedBytes: number; failure?: unknown } | undefined>;
  /** Lets go what need not be read again. `keep` makes the new mark durable before the old bytes go. */
  settle(mark: FileMark, end: LogCutEnd, keep: (mark: FileMark) => Promise<void>): Promise<void>;
  remove(mark: FileMark): Promise<void>;
}

export function openSpool(folder: string): Spool {
  const path = ({ id, spoolFrom }: FileMark) => join(folder, `${id}-${spoolFrom}.part`);
  const bytesOf = async (mark: FileMark) =>
    (await stat(path(mark)).catch(() => undefined))?.size ?? 0;

  /** The last bytes before the place from which a file is fetched on. */
  async function tailOf(mark: FileMark, upTo: number): Promise<Buffer> {
    const before = Buffer.from(mark.tail, 'base64');
    const from = Math.max(0, upTo - tailBytes);
    if (upTo === 0) return before;
    const own = await collect(createReadStream(path(mark), { start: from, end: upTo - 1 }));
    return Buffer.concat([before, own]).subarray(-tailBytes);
  }

  /** The file of a mark goes on here: it begins so, and has what was taken last where it was. */
  async function isSame(mark: FileMark, head: Buffer, fetcher: Fetcher, found: FoundFile) {
    const known = Buffer.from(mark.head, 'base64');
    if (head.length < known.length || !head.subarray(0, known.length).equals(known)) return false;
    const have = await bytesOf(mark);
    const position = mark.spoolFrom + have;
    if (found.bytes !== undefined && found.bytes < position) return false;
    const tail = await tailOf(mark, have);
    if (tail.length === 0) return true;
    const there = await collect(fetcher.read(found.name, position - tail.length, tail.length));
    return there.equals(tail);
  }

  return {
    path,
    bytes: bytesOf,
    async fetch(fetcher, found, marks, { location, nowMs, came, diskLow, ...patience }, keep) {
      const { name, stamp } = found;
      const known = marks.at(location, name).find((one) => one.stamp === stamp);
      // What is gone of the spool, as in a data folder that was put back, comes again: sessions of it may be open.
      if (known !== undefined && (await bytesOf(known)) >= known.takenBytes) return undefined;
      const where = name;
      const head = await inTime(collect(fetcher.read(name, 0, headBytes)), patience, where);
      if (head.length === 0) return undefined;
      refusePage(head, where);
      const headText = head.toString('base64');
      let mark: FileMark | undefined;
      for (const one of marks.likeliestFirst(location, name)) {
        if (!mayBegin(headText, one.head)) continue;
        const same = isSame(one, head, fetcher, found);
        if (await inTime(same, patience, where)) mark = one;
        if (mark !== undefined) break;
      }
      mark = {
        ...(mark ?? newMark(nowMs, head)),
        head: headText,
        location,
        name,
        stamp: '',
      };
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await keep(mark);
      const have = await bytesOf(mark);
      const position = mark.spoolFrom + have;
      const bytesMax = mark.isPacked ? Number.MAX_SAFE_INTEGER : sourceLimits.bytesPerRunMax;
      const atMost = Math.min(bytesMax, (found.bytes ?? Number.MAX_SAFE_INTEGER) - position);
      let fetchedBytes = 0;
      let failure: unknown;
      try {
        const bytes = firstBytes(fetcher.read(name, position), atMost);
        let lookAt = 0;
        const haveRoom = async () => {
          if (fetchedBytes < lookAt) return;
          lookAt = fetchedBytes + bytesPerLook;
          const low = await diskLow();
          if (low !== undefined) throw low;
        };
        await haveRoom();
        await pipeline(
          alive(bytes, patience, where, (count) => {
            fetchedBytes += count;
            came?.(count);
            return haveRoom();
          }),
          createWriteStream(path(mark), { flags: 'a', mode: 0o600 }),
        );
      } catch (error) {
        failure = error;
      }
      const isWhole = found.bytes === undefined || position + fetchedBytes >= found.bytes;
      if (failure === undefined && !isWhole && mark.isPacked)
        failure = failed(`${where} ended before its ${found.bytes} bytes had come.`);
      const changed = fetchedBytes > 0 ? { changedAt: nowMs } : {};
      mark = { ...mark, ...changed, stamp: failure === undefined && isWhole ? stamp : '' };
      await keep(mark);
      return { mark, fetchedBytes, ...(failure === undefined ? {} : { failure }) };
    },
    async settle(mark, end, keep) {
      const have = await bytesOf(mark);
      // One that was cut may be written at present: it is read again, from its beginning, when there is more of it.
      const isDone = mark.isPacked && end.pendingHits === 0 && end.problem === undefined;
      const low = mark.isPacked ? (isDone ? have : 0) : end.problem === undefined ? end.lowByte : 0;
      const next: FileMark = {
        ...mark,
        spoolFrom: mark.spoolFrom + low,
        takenBytes:
          mark.isPacked || end.problem !== undefined ? have - low : Math.max(0, end.endByte - low),
        tail: low === 0 ? mark.tail : (await tailOf(mark, low)).toString('base64'),
        linesBefore: mark.isPacked ? (isDone ? 0 : end.lines) : end.linesBefore,
        pendingHits: end.pendingHits,
        directive: end.directive,
        format: end.format,
      };
      if (low === 0) {
        await keep(next);
        return;
      }
      const aside = path(next);
      await rm(aside, { force: true });
      if (low < have)
        await pipeline(
          createReadStream(path(mark), { start: low }),
          createWriteStream(aside, { mode: 0o600, flush: true } as object),
        );
      await keep(next);
      await rm(path(mark), { force: true });
    },
    remove: (mark) => rm(path(mark), { force: true }),
  };
}

/** Most files begin otherwise, and are left by that: all in base64, of which the last group may end otherwise. */
function mayBegin(headText: string, knownText: string): boolean {
  const wholeGroups = Math.max(0, knownText.length - base64GroupLength);
  return headText.startsWith(knownText.slice(0, Math.min(wholeGroups, comparedLengthMax)));
}

function newMark(nowMs: number, head: Buffer): FileMark {
  return {
    id: randomBytes(8).toString('hex'),
    location: '',
    name: '',
    head: '',
    stamp: '',
    isPacked: isPacked(head),
    spoolFrom: 0,
    takenBytes: 0,
    tail: '',
    linesBefore: 0,
    pendingHits: 0,
    changedAt: nowMs,
  };
}

async function collect(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of bytes) parts.push(part);
  return Buffer.concat(parts);
}

/** A sign-in page or an error in HTML. @throws Problem `source_failed` */
function refusePage(head: Buffer, where: string): void {
  if (/^\s*(?:\ufeff)?<(?:!doctype html|html|head|body)\b/i.test(head.toString('utf8')))
    throw failed(`${where} is a page in HTML, not a log: it may ask for a sign-in there.`);
}

/** Ends with a problem when no byte has come for too long. */
async function* alive(
  bytes: AsyncGenerator<Uint8Array>,
  patience: Patience,
  where: string,
  came: (bytes: number) => Promise<void>,
): AsyncGenerator<Uint8Array> {
  for (;;) {
    const { value, done } = await inTime(bytes.next(), patience, where);
    if (done) return;
    await came(value.length);
    yield value;
  }
}
