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
  /**
   * In the order of their names.
   * @param fault hears why a part of the place cannot be looked at
   * @throws when nothing of it can be
   */
  find(fault: (why: Error) => void): Promise<FoundFile[]>;
  /** @param bytesMax without it all that there is */
  read(name: string, from: number, bytesMax?: number): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

export interface Patience {
  /** How long a place may say nothing. */
  silenceMsMax: number;
  /** Ends all waiting: the server stops. */
  signal: AbortSignal;
}

export interface FetchOptions extends Patience {
  source: Source;
  secrets: SourceSecrets;
  outgoing: OutgoingOptions;
  /** Folders of this machine that may be read. */
  folders: readonly string[];
  clock: () => number;
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

/** Who says nothing of one folder says nothing of the next one either. */
class Silence extends Error {}
const isSilence = (error: unknown) => error instanceof Problem && error.cause instanceof Silence;

/** @throws Problem when nothing has come for too long, or the server stops */
export async function inTime<T>(
  work: Promise<T>,
  { silenceMsMax, signal }: Patience,
  where: string,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const why = `${where} has said nothing for ${Math.round(silenceMsMax / 1000)} seconds.`;
    timer = setTimeout(() => reject(failed(why, new Silence())), silenceMsMax);
  });
  return await untilStop(Promise.race([work, late]), signal, where).finally(() =>
    clearTimeout(timer),
  );
}

/** @throws Problem when the server stops */
export async function untilStop<T>(
  work: Promise<T>,
  signal: AbortSignal,
  where: string,
): Promise<T> {
  let stop = () => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(failed(`${where} was left, as the server stops.`));
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
  });
  return await Promise.race([work, stopped]).finally(() =>
    signal.removeEventListener('abort', stop),
  );
}

interface ListedFile extends FoundFile {
  isFolder: boolean;
}

/** @param pattern no other names are of use */
export type ListFolder = (folder: string, pattern: string) => Promise<ListedFile[]>;

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

/**
 * The files of a path whose parts may hold `*`, looked up folder by folder. Of folders that a `*` has found, one that
 * cannot be listed keeps no other from it, and one that has no such folder in it is none of those that are meant.
 */
export async function findByPattern(
  path: string,
  list: ListFolder,
  { fault, ...patience }: Patience & { fault: (why: Error) => void },
): Promise<FoundFile[]> {
  let folders = ['/'];
  let isChosen = false;
  const parts = path.split('/').filter((part) => part !== '');
  const name = parts.pop() ?? '';

  async function listed(folder: string, pattern: string): Promise<ListedFile[]> {
    try {
      const all = await inTime(list(folder, pattern), patience, folder);
      return all
        .filter((one) => fitsName(pattern, one.name))
        .map((one) => ({ ...one, name: join(folder, one.name) }));
    } catch (error) {
      if (!isChosen || isSilence(error)) throw error;
      if (!isMissing(error)) fault(error as Error);
      return [];
    }
  }

  for (const part of parts) {
    if (!part.includes('*')) {
      folders = folders.map((folder) => join(folder, part));
      continue;
    }
    const inside: string[] = [];
    // One after the other: a connection of FTP lists one folder at a time.
    for (const folder of folders)
      for (const one of await listed(folder, part)) if (one.isFolder) inside.push(one.name);
    folders = inside;
    isChosen = true;
  }
  const found: FoundFile[] = [];
  for (const folder of folders)
    for (const { isFolder, ...file } of await listed(folder, name)) if (!isFolder) found.push(file);
  return found.sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** No folder of that name: as systems, SFTP and FTP say it. */
const missing: readonly unknown[] = ['ENOENT', 'ENOTDIR', 2, 550];
const isMissing = (error: unknown) => missing.includes((error as { code?: unknown }).code);

const join = (folder: string, name: string) => `${folder === '/' ? '' : folder}/${name}`;

/** The path of an address: `sftp://host/var/log/a.log` → `/var/log/a.log`. `*` stays as it is. */
export const pathOf = (url: URL) => decodeURIComponent(url.pathname);
