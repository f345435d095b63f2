/** Copies of files for a backup. What was copied is on the disk when it says so; where the disk can, blocks are shared. */
import { constants } from 'node:fs';
import { copyFile, open, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, syncFolder } from './durable-folder.ts';

/** @param to made, or replaced; only its owner can read it */
export async function copyDurably(from: string, to: string): Promise<void> {
  const { atime, mtime } = await stat(from);
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  await utimes(to, atime, mtime);
  await syncFile(to);
}

/** Makes durable what a file holds, and closes it to others. */
export async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.chmod(0o600);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Makes the files of a folder that are wanted equal to those of another one. What is there with the same size and time
 * is left, so that a second call copies only what has changed since the first.
 */
export async function copyFolder(
  from: string,
  to: string,
  isWanted: (name: string) => boolean,
): Promise<void> {
  makeFolder(to);
  const wanted = (await readdir(from)).filter(isWanted);
  for (const name of await readdir(to)) if (!wanted.includes(name)) await rm(join(to, name));
  for (const name of wanted) {
    const [source, copy] = [join(from, name), join(to, name)];
    // A copy that is not there, or cannot be looked at, is made.
    const [now, before] = [await stat(source), await stat(copy).catch(() => undefined)];
    if (now.size === before?.size && now.mtimeMs === before.mtimeMs) continue;
    await copyDurably(source, copy);
  }
  syncFolder(to);
}
