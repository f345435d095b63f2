/** Files that are made for download: kept for a day, and few of them. */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import type { DateRange } from '../contract/calendar.ts';
import type { Export } from '../contract/export.ts';
import { Problem } from '../contract/problem.ts';
import type { Manifest } from '../contract/published.ts';
import type { Engine } from '../engine/engine.ts';
import { dataChanged, isThere, type PublishedPlace, publishedNow } from './published-now.ts';

const keptMs = 86_400_000;
const keptMax = 5;

/** Makes a database file of published files. Gives its size and hash, and its rows by view. */
export type MakeDatabase = (asked: {
  file: string;
  folder: string;
  manifest: Manifest;
  range: DateRange | undefined;
}) => Promise<{ bytes: number; sha256: string; rows: Record<string, number> }>;

export interface ExportDesk {
  create(slug: string, range: DateRange | undefined): Promise<Export>;
  /** @throws Problem `export_unknown` */
  find(slug: string, id: string): Export & { path: string };
  /** @throws Problem `export_unknown` */
  remove(slug: string, id: string): void;
}

export function createExportDesk(options: {
  engine: Pick<Engine, 'publish'>;
  place: PublishedPlace;
  exportsFolder: (slug: string) => string;
  makeDatabase: MakeDatabase;
  clock: Clock;
}): ExportDesk {
  const { engine, place, exportsFolder, makeDatabase, clock } = options;
  const kept = new Map<string, Export & { slug: string; path: string }>();
  const begun = new Set<string>();

  function drop(id: string): void {
    const found = kept.get(id);
    if (found === undefined) return;
    kept.delete(id);
    rmSync(found.path, { force: true });
  }

  /** What an earlier process made is known to nobody. */
  function prepare(slug: string): string {
    const folder = exportsFolder(slug);
    if (!begun.has(slug)) rmSync(folder, { recursive: true, force: true });
    begun.add(slug);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  }

  /** What went while it was read is in no file that is given away: it is made once more, of what is there then. */
  async function make(
    slug: string,
    id: string,
    range: DateRange | undefined,
    isLast = false,
  ): Promise<{ path: string; made: Awaited<ReturnType<MakeDatabase>>; asOf: number }> {
    const { asOf, manifest } = await publishedNow(engine, place, slug);
    const path = join(prepare(slug), `${id}.duckdb`);
    const asked = { file: path, folder: place.folder(slug), manifest, range };
    const made = await makeDatabase(asked).catch((error) => {
      if (isThere(place, slug, manifest)) throw error;
    });
    if (made !== undefined && isThere(place, slug, manifest)) return { path, made, asOf };
    rmSync(path, { force: true });
    if (isLast) throw dataChanged();
    return await make(slug, id, range, true);
  }

  function find(slug: string, id: string) {
    const found = kept.get(id);
    const isKept = found?.slug === slug && clock() - found.createdAt < keptMs;
    if (isKept && existsSync(found.path)) return found;
    throw new Problem(
      'export_unknown',
      'There is no such export: they are kept for a day, or until a visitor is erased. Make it again.',
    );
  }

  return {
    async create(slug, range) {
      const startedAt = performance.now();
      const id = randomUUID();
      const { path, made, asOf } = await make(slug, id, range);
      const days = range === undefined ? '' : `-${range.from}-${range.to}`;
      const createdAt = clock();
      const elapsedMs = Math.round(performance.now() - startedAt);
      const one = { id, name: `${slug}${days}.duckdb`, ...made, asOf, createdAt, elapsedMs };
      kept.set(id, { ...one, slug, path });
      const own = [...kept.values()].filter((other) => other.slug === slug);
      for (const old of own.slice(0, -keptMax)) drop(old.id);
      for (const old of own) if (createdAt - old.createdAt >= keptMs) drop(old.id);
      return one;
    },
    find,
    remove: (slug, id) => drop(find(slug, id).id),
  };
}
