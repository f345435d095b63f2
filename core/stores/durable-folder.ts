/** Folders whose names survive a power cut: a file that was synced is gone all the same when its folder was not. */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs';
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

/** Makes a folder and those above it where they are missing, and syncs each name that was given. */
export function makeFolder(folder: string, mode = 0o777): void {
  const path = resolve(folder);
  const first = mkdirSync(path, { recursive: true, mode });
  if (first === undefined) return;
  for (let made = path; ; made = dirname(made)) {
    syncFolder(dirname(made));
    if (made === first) return;
  }
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
