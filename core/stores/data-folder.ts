/** The data folder: where each file lies, and which process owns it. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeFolder } from './durable-folder.ts';

/** The folder of one dataset. `recut` is there while a recut waits to be applied or discarded. */
export interface DatasetPaths {
  folder: string;
  canister: string;
  analyticsFile: string;
  recut: string;
  /** Parquet by day, for whoever reads. */
  published: string;
  /** Files that were made for download. */
  exports: string;
}

export interface DataFolder {
  root: string;
  hitsFile: string;
  controlFile: string;
  masterKeyFile: string;
  /** Where backups go, unless the settings name another place. */
  backups: string;
  /** The folder of one dataset, with its canister and its DuckDB file. */
  dataset(slug: string): DatasetPaths;
  /** Where an import lists the lines it could not read. */
  badLinesFile(slug: string, stamp: string): string;
}

/** The process that owns a data folder. `port` is there once it answers HTTP. */
export interface Owner {
  pid: number;
  /** Start of the process in the kernel's ticks: tells it from a later process of the same number. */
  startTicks: string;
  port?: number;
}

/** Names the files of a data folder. Creates the folder itself, readable by its owner only. */
export function openDataFolder(path: string): DataFolder {
  const root = resolve(path);
  makeFolder(root);
  const dataset = (slug: string) => {
    const folder = join(root, 'datasets', slug);
    return {
      folder,
      canister: join(folder, 'canister'),
      analyticsFile: join(folder, 'analytics.duckdb'),
      recut: join(folder, 'recut'),
      published: join(folder, 'published'),
      exports: join(folder, 'exports'),
    };
  };
  return {
    root,
    hitsFile: join(root, 'hits.db'),
    controlFile: join(root, 'control.db'),
    masterKeyFile: join(root, 'master.key'),
    backups: join(root, 'backups'),
    dataset,
    badLinesFile(slug, stamp) {
      const folder = join(dataset(slug).folder, 'imports');
      makeFolder(folder);
      return join(folder, `bad-lines-${stamp}.tsv`);
    },
  };
}

/** Names the process that owns a folder. */
export const ownerFile = (root: string) => join(root, 'owner.json');

/** The living owner of a data folder, or undefined; one of another container is not seen. */
export function findOwner(path: string): Owner | undefined {
  const file = ownerFile(resolve(path));
  if (!existsSync(file)) return undefined;
  try {
    const owner = JSON.parse(readFileSync(file, 'utf8')) as Owner;
    return startTicksOf(owner.pid) === owner.startTicks ? owner : undefined;
  } catch {
    // A lock that is half written belongs to a process that died while writing it.
    return undefined;
  }
}

/** When a process started, as Linux counts it; the empty text where that cannot be known; undefined when it is gone. */
export function startTicksOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name stands in brackets and may hold spaces; the other fields are counted from behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A killed process whose parent has not looked yet is still listed, but owns nothing any more.
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : (fields[19] ?? '');
  } catch {
    return '';
  }
}
