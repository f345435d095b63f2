/** What lets the command line into the server that owns a data folder: a file that only the folder's owner can read. */
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const fileOf = (root: string) => join(resolve(root), 'command.token');
const tokenBytes = 32;

/** Makes it anew: what an earlier server gave out opens nothing. */
export function writeCommandToken(root: string): string {
  const token = `cli_${randomBytes(tokenBytes).toString('base64url')}`;
  const file = fileOf(root);
  rmSync(`${file}.new`, { force: true });
  const handle = openSync(`${file}.new`, 'wx', 0o600);
  writeFileSync(handle, token);
  closeSync(handle);
  renameSync(`${file}.new`, file);
  return token;
}

/** Undefined where there is none, or where it is not ours to read. */
export function readCommandToken(root: string): string | undefined {
  try {
    return readFileSync(fileOf(root), 'utf8').trim();
  } catch {
    return undefined;
  }
}

export const removeCommandToken = (root: string) => rmSync(fileOf(root), { force: true });
