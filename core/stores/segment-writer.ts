/**
 * Writes segments of any number of days side by side, for a canister that is made anew: nothing is promised before
 * `sync`, so that days need neither stay open nor be synced one by one.
 */
import { constants, type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CanisterPlace, DataKeys, KeptSession } from '../canisters/long-term.ts';
import { syncFolder } from './durable-folder.ts';
import { batchOf, placesIn, sealBatch } from './segment-batch.ts';
import { placesByDay } from './segment-days.ts';
import type { SegmentFormat } from './segment-format.ts';
import { magicBytes, writeAt } from './segment-frame.ts';
import { formatOf } from './segment-versions.ts';

export interface SegmentWriter {
  /** Appends sessions; places in the order given. */
  append(sessions: readonly KeptSession[]): Promise<CanisterPlace[]>;
  /** Resolves when all is on the disk. */
  sync(): Promise<void>;
}

/** @param options `folder` exists, and nobody else writes there */
export function openSegmentWriter(options: {
  dataset: string;
  folder: string;
  keys: DataKeys;
}): SegmentWriter {
  const { dataset, folder, keys } = options;
  const ends = new Map<string, { end: number; version: SegmentFormat['version'] }>();
  const fileOf = (day: string) => join(folder, `${day}.seg`);

  async function appendDay(day: string, sessions: readonly KeptSession[]) {
    const key = await keys(dataset, day);
    const file = await open(fileOf(day), constants.O_RDWR | constants.O_CREAT, 0o600);
    try {
      const { end, version } = ends.get(day) ?? (await begin(file, fileOf(day)));
      const sealed = sealBatch(batchOf(sessions, { version, dataset, day, key, end }));
      await writeAt(file, sealed.bytes, end);
      ends.set(day, { end: end + sealed.bytes.length, version });
      return placesIn(day, sealed);
    } finally {
      await file.close();
    }
  }

  return {
    append: (sessions) =>
      placesByDay(
        sessions,
        async (some) => {
          const places = new Map<string, CanisterPlace[]>();
          for (const [day, ofDay] of some) places.set(day, await appendDay(day, ofDay));
          return places;
        },
        1,
      ),
    async sync() {
      for (const name of await readdir(folder)) {
        const file = await open(join(folder, name), 'r');
        await file.sync();
        await file.close();
      }
      syncFolder(folder);
    },
  };
}

/** Where a segment ends that is new, or was made whole before. */
async function begin(file: FileHandle, path: string) {
  const { size } = await file.stat();
  const { format } = await formatOf(file, size, path);
  if (size === 0) await writeAt(file, format.magic, 0);
  return { end: Math.max(size, magicBytes), version: format.version };
}
