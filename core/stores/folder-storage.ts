/** What the files of a data folder take of the disk. */
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type StorageKind, type StorageUsed, storageKinds } from '../contract/storage.ts';
import type { DataFolder } from './data-folder.ts';

/**
 * Adds up the sizes of all files. What goes while it is measured counts nothing.
 * @param slugs the datasets there are; what lies beside them counts as `other`
 */
export async function measureStorage(
  folder: DataFolder,
  slugs: readonly string[],
): Promise<StorageUsed> {
  const datasets = [];
  for (const dataset of slugs) datasets.push(await measureDataset(folder, dataset));
  const all = await bytesOf(folder.root);
  // A database writes beside its file: FILE-wal and FILE-shm.
  const beside = async (file: string) => {
    const sizes = ['', '-wal', '-shm'].map((end) => bytesOf(`${file}${end}`));
    return sumOf(await Promise.all(sizes));
  };
  const hits = await beside(folder.hitsFile);
  const control = await beside(folder.controlFile);
  const known = hits + control + sumOf(datasets.map(({ bytes }) => bytes));
  return { bytes: Math.max(all, known), hits, control, other: Math.max(0, all - known), datasets };
}

async function measureDataset(
  folder: DataFolder,
  dataset: string,
): Promise<StorageUsed['datasets'][number]> {
  const paths = folder.dataset(dataset);
  const tables = basename(paths.analyticsFile);
  const homes: Record<string, StorageKind> = {
    [basename(paths.canister)]: 'canister',
    [tables]: 'tables',
    [`${tables}.wal`]: 'tables',
    [basename(paths.published)]: 'published',
    [basename(paths.exports)]: 'exports',
  };
  const kinds = Object.fromEntries(storageKinds.map((kind) => [kind, 0])) as Record<
    StorageKind,
    number
  >;
  for (const name of await namesIn(paths.folder)) {
    const kind = homes[name] ?? (/^index-\d+\.db/.test(name) ? 'index' : 'other');
    kinds[kind] += await bytesOf(join(paths.folder, name));
  }
  return { dataset, bytes: sumOf(Object.values(kinds)), kinds };
}

/** Of a file, or of all files in a folder; links are not followed. */
async function bytesOf(path: string): Promise<number> {
  const names = await namesIn(path);
  if (names.length > 0) {
    let sum = 0;
    for (const name of names) sum += await bytesOf(join(path, name));
    return sum;
  }
  const found = await stat(path).catch(goneIsNothing);
  return found?.isFile() ? found.size : 0;
}

/** The names in a folder; none in what is no folder. */
const namesIn = async (path: string): Promise<string[]> =>
  (await readdir(path).catch(goneIsNothing)) ?? [];

function goneIsNothing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}

const sumOf = (sizes: readonly number[]) => sizes.reduce((sum, size) => sum + size, 0);
