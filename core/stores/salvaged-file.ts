/**
 * A damaged `hits.db` and the one that takes its place. `hits.db.making` is not whole; `hits.db.salvaged` is, and the
 * next start puts it in place where this one was killed before.
 */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { countedNoun } from '../contract/counted-noun.ts';
import { callOver } from '../engine/thread-port.ts';
import { syncFile } from './copied-files.ts';
import { nameAside } from './damaged-tables.ts';
import { syncFolder } from './durable-folder.ts';
import type { SalvageThreadCalls } from './salvage-thread.ts';
import { isGone } from './whole-folder.ts';

const making = (file: string) => `${file}.making`;
const salvaged = (file: string) => `${file}.salvaged`;

/**
 * Looks through the whole file, and does nothing to one that is sound.
 * @param threadUrl the built `salvage-thread.js`
 * @param say takes what was done, as a sentence
 * @throws Problem `data_unusable`; nothing was changed then
 */
export async function salvageInThread(
  threadUrl: URL,
  file: string,
  say: (text: string) => void,
): Promise<void> {
  if (isGone(file)) return;
  const copy = making(file);
  const hits = await salvagedHits(threadUrl, file, copy);
  if (hits === undefined) return;
  await syncFile(copy);
  renameSync(copy, salvaged(file));
  const kept = putInPlace(file);
  say(
    `${file} was damaged. What could be read of it was copied into a new one, ${countedNoun(hits, 'hit')} of the inbox among it. The damaged file is kept as ${kept}.`,
  );
}

export const isToBePutInPlace = (file: string) => existsSync(salvaged(file));

/** Finishes what a kill has broken off, before anything opens the file. */
export function finishSalvaging(file: string, say: (text: string) => void): void {
  for (const end of ['', '-wal', '-shm', '-journal'])
    rmSync(`${making(file)}${end}`, { force: true });
  if (!isToBePutInPlace(file)) return;
  putInPlace(file);
  say(`${file} was damaged. A new one, of what could be read of it, is in its place now.`);
}

/** Gives the name under which the damaged file is kept. */
function putInPlace(file: string): string {
  const kept = nameAside(file);
  // The log goes first: beside the new file it would be taken for its own.
  for (const end of ['-wal', ''])
    if (existsSync(`${file}${end}`)) renameSync(`${file}${end}`, `${kept}${end}`);
  rmSync(`${file}-shm`, { force: true });
  syncFolder(dirname(file));
  renameSync(salvaged(file), file);
  syncFolder(dirname(file));
  return kept;
}

async function salvagedHits(
  threadUrl: URL,
  file: string,
  copy: string,
): Promise<number | undefined> {
  const worker = new Worker(threadUrl);
  const { remote, ended } = callOver<SalvageThreadCalls>(worker);
  worker.on('error', ended);
  worker.on('exit', (code) => ended(new Error(`the salvaging thread ended with code ${code}`)));
  try {
    return await remote.salvageHits(file, copy);
  } finally {
    await worker.terminate();
  }
}
