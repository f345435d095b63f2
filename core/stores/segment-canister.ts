/**
 * The long-term canister in files: `<day>.seg`, each a magic line and records (segment-format.ts). A torn tail (the
 * machine stopped while writing) is cut off, and kept beside, when the segment is next opened for writing; a damaged
 * record before sound ones is left where it is and stepped over.
 */
import { type FileHandle, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  CanisterPlace,
  DataKeys,
  KeptSession,
  LongTermCanister,
} from '../canisters/long-term.ts';
import { Problem } from '../contract/problem.ts';
import { failPoint } from '../fail-point.ts';
import { inTurn } from '../in-turn.ts';
import type { StoredWhole } from '../sessions/collected-session.ts';
import { makeFolder, syncFolder } from './durable-folder.ts';
import { batchOf, placesIn, type SealBatch, sealBatch } from './segment-batch.ts';
import { placesByDay, type SessionsByDay } from './segment-days.ts';
import { type EraseStep, eraseFromSegment, type KeyChange } from './segment-erase.ts';
import type { SegmentFormat } from './segment-format.ts';
import { blankId, bytesAt, magicBytes, writeAt } from './segment-frame.ts';
import { openSegmentReader, type SegmentReader } from './segment-reader.ts';
import { readStretches, soundSize } from './segment-stretches.ts';
import { formatOf } from './segment-versions.ts';

const openSegmentsMax = 8;
const segmentName = /^(\d{4}-\d{2}-\d{2})\.seg$/;

interface Segment {
  file: FileHandle;
  size: number;
  key: Buffer;
  version: SegmentFormat['version'];
}

/** Opens the canister of a dataset in `folder`, which is made when missing. */
export function openSegmentCanister(options: {
  dataset: string;
  folder: string;
  keys: DataKeys;
  /** Destroys the key of a day whose segment goes. */
  dropKey?: (dataset: string, day: string) => Promise<void>;
  /** Seals elsewhere; without it, here. */
  seal?: SealBatch | undefined;
  /** Gives days new keys; without it nothing can be erased. */
  change?: KeyChange | undefined;
  /** Called at each step of the rewriting of a segment. */
  reached?: ((step: EraseStep) => void) | undefined;
}): LongTermCanister {
  const { dataset, folder, keys, dropKey, seal = async (batch) => sealBatch(batch) } = options;
  const { change, reached } = options;
  makeFolder(folder);
  const writing = new Map<string, Segment>();
  const path = (day: string) => join(folder, `${day}.seg`);
  const appending = inTurn();

  async function forget(day: string): Promise<void> {
    const segment = writing.get(day);
    writing.delete(day);
    await segment?.file.close();
  }

  async function openSegment(day: string): Promise<void> {
    const key = await keys(dataset, day);
    const { file, size, format } = await openForAppend(path(day));
    writing.set(day, { file, size, key, version: format.version });
  }

  /** Has the segments of these days open, as many as may be open at the most. */
  async function openSegments(days: readonly string[]): Promise<void> {
    for (const day of days) {
      const known = writing.get(day);
      if (known === undefined) continue;
      writing.delete(day);
      writing.set(day, known);
    }
    const missing = days.filter((day) => !writing.has(day));
    if (missing.length === 0) return;
    for (const day of writing.keys()) {
      if (writing.size + missing.length <= openSegmentsMax) break;
      await forget(day);
    }
    try {
      await allDone(missing.map(openSegment));
      // Also where the segment was there: whoever made it may have been killed before its name was durable.
      syncFolder(folder);
    } catch (error) {
      for (const day of missing) await forget(day);
      throw error;
    }
  }

  async function appendDay(
    day: string,
    sessions: readonly KeptSession[],
  ): Promise<CanisterPlace[]> {
    const segment = writing.get(day);
    if (segment === undefined) throw new Error(`the segment of ${day} is not open`);
    const { version, key, size: end } = segment;
    const sealed = await seal(batchOf(sessions, { version, dataset, day, key, end }));
    try {
      await writeAt(segment.file, sealed.bytes, end);
      if (__FAIL_POINTS__) failPoint('canister-before-fsync');
      await segment.file.datasync();
      if (__FAIL_POINTS__) failPoint('canister-after-fsync');
    } catch (error) {
      // After a failed write or fsync the file is not trusted: the next append opens and checks it anew.
      await forget(day);
      throw error;
    }
    segment.size = end + sealed.bytes.length;
    return placesIn(day, sealed);
  }

  /** Side by side: each waits for sealing and for the disk, and days have nothing to do with one another. */
  async function appendDays(some: SessionsByDay): Promise<Map<string, CanisterPlace[]>> {
    await openSegments([...some.keys()]);
    const appended = [...some].map(async ([day, sessions]) => {
      const places = await appendDay(day, sessions);
      return [day, places] as const;
    });
    return new Map(await allDone(appended));
  }

  /** Reads a day's segment, as far as it is written; gives nothing where there is none. */
  async function* reading<T>(
    day: string,
    read: (segment: SegmentReader) => AsyncIterable<T>,
  ): AsyncGenerator<T> {
    const segment = await openReader(day);
    if (segment === undefined) return;
    try {
      yield* read(segment);
    } finally {
      await segment.close();
    }
  }

  // What is being appended at this moment is not there yet.
  const openReader = (day: string) =>
    openSegmentReader({ dataset, day, path: path(day), size: writing.get(day)?.size });

  async function days(): Promise<string[]> {
    const names = await readdir(folder);
    return names.flatMap((name) => segmentName.exec(name)?.[1] ?? []).sort();
  }

  async function readWhole(sessionId: string, place: CanisterPlace): Promise<StoredWhole> {
    const { day } = place;
    const cannot = (cause?: unknown) => {
      const message = `The segment ${path(day)} of session ${sessionId} cannot be opened.`;
      return new Problem('file_unreadable', message, { cause });
    };
    const segment = await openReader(day).catch((cause) => {
      throw cause instanceof Problem ? cause : cannot(cause);
    });
    if (segment === undefined) throw cannot();
    try {
      return await segment.read(await keys(dataset, day), sessionId, place);
    } finally {
      await segment.close();
    }
  }

  return {
    // Live sessions and an import end at the same time, and both write at the segment's end.
    append: (sessions) => appending.run(() => placesByDay(sessions, appendDays, openSegmentsMax)),
    read: async (sessionId, place) => (await readWhole(sessionId, place)).session,
    readWhole,
    days,
    async segments() {
      const all = (await days()).map(async (day) => ({ day, bytes: (await stat(path(day))).size }));
      return await Promise.all(all);
    },
    async remove(day) {
      await forget(day);
      // The key first: killed before the file is gone, the next run finds the segment and takes it.
      await dropKey?.(dataset, day);
      await rm(path(day), { force: true });
      syncFolder(folder);
    },
    // The segment is opened anew for what is appended behind it.
    erase: (day, ids) =>
      appending.run(async () => {
        await forget(day);
        if (change === undefined) throw new Error('this canister cannot change its keys');
        return await eraseFromSegment({ dataset, day, file: path(day), ids, change, reached });
      }),
    async *check(day, starts) {
      const key = await keys(dataset, day);
      yield* reading(day, (segment) => segment.check(key, starts));
    },
    async *pieces(day, places) {
      const last = places.at(-1);
      if (last === undefined) return;
      const segment = await openReader(day);
      if (segment === undefined) {
        const through = { day, offset: last.offset };
        yield { sessions: [], unreadable: places.length, through, bytes: 0 };
        return;
      }
      try {
        yield* segment.pieces(await keys(dataset, day), places);
      } finally {
        await segment.close();
      }
    },
    async *names() {
      for (const day of await days()) yield* reading(day, (segment) => segment.names());
    },
    async *scan() {
      for (const day of await days()) {
        const key = await keys(dataset, day);
        yield* reading(day, (segment) => segment.sessions(key));
      }
    },
    async close() {
      await appending.idle();
      for (const segment of writing.values()) await segment.file.close();
      writing.clear();
    },
  };
}

/** Nothing that was ever promised is in a torn tail; but should it be damage instead, the bytes are still there. */
async function cutTail(file: FileHandle, from: number, to: number, keptAs: string): Promise<void> {
  await writeFile(keptAs, await bytesAt(file, from, to - from), { mode: 0o600 });
  await file.truncate(from);
}

/** What they give, once all are over. @throws the first failure: nothing of them goes on then */
async function allDone<T>(works: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(works);
  return await Promise.all(works);
}

/** Opens a segment to go on behind its last sound record, and makes it when it is missing. */
async function openForAppend(path: string) {
  const file = await openOrMake(path);
  try {
    const { size: found } = await file.stat();
    const { format, isMarked } = await formatOf(file, found, path);
    if (found > 0 && found < magicBytes) await file.truncate(0);
    if (!isMarked) await writeAt(file, format.magic, 0);
    const size = found < magicBytes ? magicBytes : await soundSize(file, format, found);
    if (size < found) await cutTail(file, size, found, `${path}.cut-${size}`);
    return { file, size, format };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openOrMake(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return await open(path, 'wx+', 0o600);
  }
}

/** What a segment file holds, found without a key: by checksums, and the bytes behind the last sound record. */
export interface SegmentState {
  /** Sessions in sound records. */
  sessions: number;
  /** Records that do not fit their checksum, before sound ones. */
  damaged: number;
  tornBytes: number;
}

/** Reads a segment from end to end and changes nothing. */
export async function inspectSegment(path: string): Promise<SegmentState> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const { format } = await formatOf(file, size, path);
    const state: SegmentState = { sessions: 0, damaged: 0, tornBytes: size };
    let unsound = 0;
    if (size >= magicBytes) state.tornBytes = size - magicBytes;
    for await (const { offset, length, record } of readStretches(file, format, size)) {
      if (record === undefined) {
        unsound += 1;
        continue;
      }
      if (!format.isAnnex(record))
        state.sessions += format.idsOf(record).filter((id) => id !== blankId).length;
      state.damaged += unsound;
      unsound = 0;
      state.tornBytes = size - offset - length;
    }
    return state;
  } finally {
    await file.close();
  }
}
