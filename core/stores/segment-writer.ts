/**
 * Writes segments of any number of days side by side, for a canister that is made anew: nothing is promised before
 * `sync`, so that days need neither stay open nor be synced one by one.
 */
import { existsSync, statSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CanisterPlace, DataKeys, KeptSession } from '../canisters/long-term.ts';
import { seal } from '../canisters/seal.ts';
import { syncFolder } from './durable-folder.ts';
import { groupByDay } from './segment-days.ts';
import { encodeRecord, segmentMagic } from './segment-records.ts';

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
  const sizes = new Map<string, number>();
  const fileOf = (day: string) => join(folder, `${day}.seg`);
  const sizeOf = (day: string) =>
    sizes.get(day) ?? (existsSync(fileOf(day)) ? statSync(fileOf(day)).size : 0);

  async function appendDay(day: string, sessions: readonly KeptSession[]) {
    const key = await keys(dataset, day);
    const size = sizeOf(day);
    const parts: Buffer[] = size === 0 ? [segmentMagic] : [];
    let offset = size === 0 ? segmentMagic.length : size;
    const places = sessions.map((session): CanisterPlace => {
      const place = { dataset, day, offset, sessionId: session.id };
      const record = encodeRecord(session.id, seal(session, key, place));
      parts.push(record);
      offset += record.length;
      return { day, offset: place.offset, length: record.length };
    });
    const file = await open(fileOf(day), 'a', 0o600);
    try {
      await file.appendFile(Buffer.concat(parts));
    } finally {
      await file.close();
    }
    sizes.set(day, offset);
    return places;
  }

  return {
    async append(sessions) {
      const places = new Map<KeptSession, CanisterPlace>();
      for (const [day, ofDay] of groupByDay(sessions)) {
        const written = await appendDay(day, ofDay);
        for (const [index, session] of ofDay.entries()) {
          const place = written[index];
          if (place) places.set(session, place);
        }
      }
      return sessions.flatMap((session) => places.get(session) ?? []);
    },
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
