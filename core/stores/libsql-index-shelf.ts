/** The index files of a dataset: the one that answers, and the one that is made beside it. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { IndexShelf } from '../canisters/session-index.ts';
import { type OpenLibsqlFile, openLibsqlFile } from './libsql-file.ts';
import { type OwnIndexFile, openIndexFile } from './libsql-session-index.ts';

const fileName = /^index-(\d+)\.db$/;

/**
 * The index files of a dataset in its folder: `index-1.db` and so on. A file says of itself whether it answers; no file
 * is ever renamed, because a closed one may still be held by the driver.
 * @param open opens a file; in this thread where none is given
 */
export async function openIndexShelf(
  folder: string,
  open: OpenLibsqlFile = openLibsqlFile,
): Promise<IndexShelf> {
  const numbers = (existsSync(folder) ? readdirSync(folder) : [])
    .flatMap((name) => fileName.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((one, other) => one - other);
  let last = numbers.at(-1) ?? 0;
  let serving: OwnIndexFile | undefined;
  let making: OwnIndexFile | undefined;
  const readings = new Set<Promise<unknown>>();
  /** Of what is in the shelf no more: who reads in it still has it, and nobody comes anew. */
  const drop = async (file: OwnIndexFile | undefined) => {
    if (file === undefined) return;
    await Promise.allSettled(readings);
    await file.close();
    remove(file.path);
  };
  // The later one counts: a kill may have come between its beginning to answer and the going of the one before.
  for (const number of numbers) {
    const file = await openReadable(open, join(folder, `index-${number}.db`));
    if (file?.wasServing) {
      await drop(serving);
      await drop(making);
      serving = file;
      making = undefined;
    } else if (file) {
      await drop(making);
      making = file;
    }
  }
  const discard = async () => {
    const before = making;
    making = undefined;
    await drop(before);
  };
  return {
    get serving() {
      return serving;
    },
    get making() {
      return making;
    },
    async read(work) {
      const reading = work({ serving, making });
      readings.add(reading);
      try {
        return await reading;
      } finally {
        readings.delete(reading);
      }
    },
    discard,
    async begin(rules) {
      await discard();
      last += 1;
      making = await openIndexFile(open, join(folder, `index-${last}.db`), rules);
    },
    async promote() {
      if (making === undefined) return;
      await making.serve();
      const before = serving;
      serving = making;
      making = undefined;
      await drop(before);
    },
    async clear() {
      await discard();
      const before = serving;
      serving = undefined;
      await drop(before);
    },
    async close() {
      await Promise.allSettled(readings);
      await making?.close();
      await serving?.close();
    },
  };
}

/** What cannot be opened goes, and is made anew: everything in it comes from the canister. */
async function openReadable(open: OpenLibsqlFile, path: string): Promise<OwnIndexFile | undefined> {
  try {
    return await openIndexFile(open, path);
  } catch {
    remove(path);
    return undefined;
  }
}

function remove(path: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
}
