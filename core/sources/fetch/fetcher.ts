/** What every kind of place gives: the files that are there, and their bytes from any place on. */

import type { OutgoingOptions } from '../../alerts/outgoing-request.ts';
import { Problem } from '../../contract/problem.ts';
import type { Source, SourceSecrets } from '../../contract/source.ts';

export interface FoundFile {
  /** By which the fetcher reads it, and the user knows it. */
  name: string;
  bytes: number | undefined;
  /** Changes when the file does. */
  stamp: string;
}

export interface Fetcher {
  /** In the order of their names. @throws when the place cannot be looked at */
  find(): Promise<FoundFile[]>;
  /** @param bytesMax without it all that there is */
  read(name: string, from: number, bytesMax?: number): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

export interface FetchOptions {
  source: Source;
  secrets: SourceSecrets;
  outgoing: OutgoingOptions;
  /** Folders of this machine that may be read. */
  folders: readonly string[];
  clock: () => number;
  /** How long a place may say nothing. */
  silenceMsMax: number;
}

export const failed = (why: string, cause?: unknown) =>
  new Problem('source_failed', why, { cause });

/** At most so many bytes. */
export async function* firstBytes(
  bytes: AsyncIterable<Uint8Array>,
  bytesMax: number,
): AsyncGenerator<Uint8Array> {
  let left = bytesMax;
  if (left <= 0) return;
  for await (const chunk of bytes) {
    yield chunk.length > left ? chunk.subarray(0, left) : chunk;
    left -= chunk.length;
    if (left <= 0) return;
  }
}

/** Leaves the first bytes out: of servers that give the whole when they are asked for a part. */
export async function* withoutFirst(
  bytes: AsyncIterable<Uint8Array>,
  count: number,
): AsyncGenerator<Uint8Array> {
  let left = count;
  for await (const chunk of bytes) {
    if (chunk.length > left) yield left > 0 ? chunk.subarray(left) : chunk;
    left = Math.max(0, left - chunk.length);
  }
}

/** @throws Problem when nothing has come for too long */
export async function inTime<T>(work: Promise<T>, ms: number, where: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const why = `${where} has said nothing for ${Math.round(ms / 1000)} seconds.`;
    timer = setTimeout(() => reject(failed(why)), ms);
  });
  work.catch(() => undefined);
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

interface ListedFile extends FoundFile {
  isFolder: boolean;
}
export type ListFolder = (folder: string) => Promise<ListedFile[]>;

/** Whether a name fits a pattern in which `*` stands for anything within a name. */
export function fitsName(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return name === pattern;
  const last = rest.pop() ?? '';
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= name.length - last.length;
}

/** The files of a path whose parts may hold `*`, looked up folder by folder. */
export async function findByPattern(path: string, list: ListFolder): Promise<FoundFile[]> {
  let folders = ['/'];
  const parts = path.split('/').filter((part) => part !== '');
  const name = parts.pop() ?? '';
  for (const part of parts) {
    if (!part.includes('*')) {
      folders = folders.map((folder) => join(folder, part));
      continue;
    }
    const listed = await Promise.all(folders.map(list));
    folders = listed.flatMap((all, index) =>
      all
        .filter((one) => one.isFolder && fitsName(part, one.name))
        .map((one) => join(folders[index] ?? '/', one.name)),
    );
  }
  const found: FoundFile[] = [];
  for (const folder of folders)
    for (const { isFolder, ...file } of await list(folder))
      if (!isFolder && fitsName(name, file.name))
        found.push({ ...file, name: join(folder, file.name) });
  return found.sort((one, other) => (one.name < other.name ? -1 : 1));
}

const join = (folder: string, name: string) => `${folder === '/' ? '' : folder}/${name}`;

/** The path of an address: `sftp://host/var/log/a.log` → `/var/log/a.log`. `*` stays as it is. */
export const pathOf = (url: URL) => decodeURIComponent(url.pathname);
