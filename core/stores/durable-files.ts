/** Small files that are whole whenever they are there, and renames that outlive a power cut. */
import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Makes what was renamed, made or removed in a folder durable. */
export function syncFolderNow(folder: string): void {
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}

/** Puts a file in place in one step: afterwards it has the old text or the new one. */
export function writeDurably(file: string, text: string): void {
  const aside = `${file}.making`;
  const handle = openSync(aside, 'w', 0o600);
  writeFileSync(handle, text);
  fsyncSync(handle);
  closeSync(handle);
  renameSync(aside, file);
  syncFolderNow(dirname(file));
}
