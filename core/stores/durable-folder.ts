/** Folders whose names survive a power cut: a file that was synced is gone all the same when its folder was not. */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Makes durable which names a folder holds. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/**
 * Makes a folder and those above it where they are missing, and syncs each name that was given. Only its owner gets in:
 * the folder above, which somebody else has made, may be open to all.
 */
export function makeFolder(folder: string): void {
  const path = resolve(folder);
  if (isFolder(path)) return;
  const above = dirname(path);
  if (above !== path) makeFolder(above);
  try {
    // One by one: below /proc, where nothing can be made, Node's own `recursive` never ends.
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process may have been first.
    if (isFolder(path)) return;
    throw error;
  }
  syncFolder(above);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Puts a file in place in one step: afterwards it has the old text or the new one. */
export function writeDurably(file: string, text: string): void {
  const aside = `${file}.making`;
  const handle = openSync(aside, 'w', 0o600);
  writeFileSync(handle, text);
  fsyncSync(handle);
  closeSync(handle);
  renameSync(aside, file);
  syncFolder(dirname(file));
}
