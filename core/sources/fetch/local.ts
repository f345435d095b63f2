/** Files of this machine, in the folders that sources may read. */
import { createReadStream } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Fetcher, type FetchOptions, failed, findByPattern } from './fetcher.ts';

export function localFetcher(path: string, { folders }: FetchOptions): Fetcher {
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

  return {
    find: () =>
      findByPattern(path, async (folder) => {
        await check(folder);
        const names = await readdir(folder);
        const listed = names.map(async (name) => {
          const file = join(folder, name);
          const isLink = (await lstat(file)).isSymbolicLink();
          const found = await stat(file).catch(() => undefined);
          if (found === undefined || (isLink && (await check(file).catch(() => '')) === ''))
            return [];
          const isFolder = found.isDirectory();
          if (!isFolder && !found.isFile()) return [];
          const stamp = `${found.size} ${found.mtimeMs}`;
          return [{ name, isFolder, bytes: found.size, stamp }];
        });
        return (await Promise.all(listed)).flat();
      }),
    async *read(name, from, bytesMax) {
      const end = bytesMax === undefined ? undefined : from + bytesMax - 1;
      const file = await check(name);
      yield* createReadStream(file, { start: from, ...(end === undefined ? {} : { end }) });
    },
    close: async () => {},
  };
}
