/** Files of this machine, in the folders that sources may read. */
import { createReadStream } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../../contract/problem.ts';
import { type Fetcher, type FetchOptions, failed, findByPattern, fitsName } from './fetcher.ts';

export function localFetcher(path: string, options: FetchOptions): Fetcher {
  const { folders } = options;

  /** A link may lead anywhere: what it leads to must be in a folder, too. */
  async function check(file: string): Promise<string> {
    const real = await realpath(file);
    const roots = await Promise.all(folders.map((one) => realpath(one).catch(() => one)));
    if (roots.some((root) => real === root || real.startsWith(`${root.replace(/\/$/, '')}/`)))
      return real;
    throw failed(
      `${file} is in none of the folders that sources may read (${folders.join(', ')}). If it should be, add its folder to CANISTER_SOURCE_FOLDERS.`,
    );
  }

  /** A name without `*` is looked at by itself: a folder may be closed to who reads one file in it. */
  const namesIn = async (folder: string, pattern: string) =>
    pattern.includes('*')
      ? (await readdir(folder)).filter((name) => fitsName(pattern, name))
      : [pattern];

  async function lookAt(folder: string, name: string) {
    const file = join(folder, name);
    const found = await stat(file).catch(unlessGone);
    if (found === undefined) return [];
    const isLink = (await lstat(file)).isSymbolicLink();
    if (isLink && (await check(file).catch(() => '')) === '') return [];
    const isFolder = found.isDirectory();
    if (!isFolder && !found.isFile()) return [];
    const stamp = `${found.size} ${found.mtimeMs}`;
    return [{ name, isFolder, bytes: found.size, stamp }];
  }

  return {
    async find(fault) {
      try {
        return await findByPattern(
          path,
          async (folder, pattern) => {
            await check(folder);
            const names = await namesIn(folder, pattern);
            return (await Promise.all(names.map((name) => lookAt(folder, name)))).flat();
          },
          { ...options, fault: (why) => fault(explained(why)) },
        );
      } catch (error) {
        throw explained(error as Error);
      }
    },
    async *read(name, from, bytesMax) {
      const end = bytesMax === undefined ? undefined : from + bytesMax - 1;
      try {
        const file = await check(name);
        yield* createReadStream(file, { start: from, ...(end === undefined ? {} : { end }) });
      } catch (error) {
        throw explained(error as Error);
      }
    },
    close: async () => {},
  };
}

/** What the system says → what it means for whoever runs Canister. */
const meanings: Readonly<Record<string, string>> = {
  ENOENT: 'is not there',
  ENOTDIR: 'is no folder',
  EACCES: 'may not be read by the user who runs Canister',
  EPERM: 'may not be read by the user who runs Canister',
  EIO: 'cannot be read: the disk gives errors',
  ESTALE: 'cannot be read: its disk is no longer mounted',
};

function explained(error: Error): Error {
  if (error instanceof Problem) return error;
  const { code = '', path } = error as NodeJS.ErrnoException;
  const meaning = meanings[code];
  return meaning === undefined || path === undefined
    ? error
    : failed(`${path} ${meaning} (${code}).`, error);
}

/** A file that is taken away between two looks, or a link that leads nowhere, is not there. */
function unlessGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ELOOP') throw error;
}
