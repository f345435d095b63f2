/**
 * The folder of published files: `manifest.json` names those that count. A file has a name of its own for each time
 * that its day is written, so whoever holds a manifest reads what it says or nothing, never a mixture.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { publicViews, viewNames, viewsVersion } from '../../analytics/views.ts';
import { type Manifest, manifestSchema } from '../../contract/published.ts';
import { makeFolder, syncFolder, writeDurably } from '../durable-folder.ts';

/** Queries and downloads that began before a day was written again may read its old file for so long. */
const oldFileMs = 60_000;
const readBytes = 1 << 20;

/** Changes whenever a view or a column does: then all days are published again. */
export const schemaVersion: string = `${viewsVersion}-${createHash('sha256')
  .update(
    JSON.stringify(
      viewNames.map((name) => publicViews[name].columns.map((one) => [one.name, one.type])),
    ),
  )
  .digest('hex')
  .slice(0, 8)}`;

export const manifestFile = (folder: string) => join(folder, 'manifest.json');

/** The manifest as it is on the disk; undefined where there is none, or none of this program. */
export function readManifest(folder: string): Manifest | undefined {
  const file = manifestFile(folder);
  if (!existsSync(file)) return undefined;
  try {
    return manifestSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Damaged, or of another version: everything is published again.
    return undefined;
  }
}

/** Takes away what its manifest does not describe: files that are gone, or were cut short, are then made anew. */
export function emptyUnlessWhole(folder: string): void {
  const sizeOf = (file: string) => statSync(join(folder, file), { throwIfNoEntry: false })?.size;
  const manifest = readManifest(folder);
  const isWhole = manifest?.files.every(({ file, bytes }) => sizeOf(file) === bytes) ?? true;
  if (!isWhole) emptyPublishedFolder(folder);
}

const numberFile = (folder: string) => join(folder, 'last-number');

/** The number of the last manifest, also where that is gone or damaged; 0 before the first. */
export function lastNumber(folder: string): number {
  const kept = existsSync(numberFile(folder))
    ? Number(readFileSync(numberFile(folder), 'utf8'))
    : 0;
  const named = readManifest(folder)?.number ?? 0;
  const used = viewNames.flatMap((view) =>
    listNames(join(folder, view)).map((name) => Number(/\.(\d+)\.parquet/.exec(name)?.[1] ?? 0)),
  );
  return used.reduce((last, one) => Math.max(last, one), Math.max(named, kept || 0));
}

/** Takes all files away. What is published next has names of its own: who holds the old manifest must not meet them. */
export function emptyPublishedFolder(folder: string): void {
  if (!existsSync(folder)) return;
  writeDurably(numberFile(folder), String(lastNumber(folder)));
  for (const name of readdirSync(folder))
    if (name !== basename(numberFile(folder)))
      rmSync(join(folder, name), { recursive: true, force: true, maxRetries: 3 });
  syncFolder(folder);
}

/** Puts the manifest in place in one step. The files that it names must be durable before. */
export function writeManifest(folder: string, manifest: Manifest): void {
  writeDurably(manifestFile(folder), `${JSON.stringify(manifest)}\n`);
}

/** Makes the folder with one for each view. */
export function makePublishedFolder(folder: string): void {
  for (const view of viewNames) makeFolder(join(folder, view));
}

/** Makes a written file durable, and gives its size and its SHA-256 in hex. */
export async function sealFile(file: string): Promise<{ bytes: number; sha256: string }> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
    const hash = createHash('sha256');
    const buffer = Buffer.alloc(readBytes);
    let bytes = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, readBytes, bytes);
      if (bytesRead === 0) return { bytes, sha256: hash.digest('hex') };
      hash.update(buffer.subarray(0, bytesRead));
      bytes += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

/** Removes what no manifest names any more. Files of days that are gone go at once, others after a while. */
export function createSweeper(folder: string, elapsedMs: () => number) {
  const oldSince = new Map<string, number>();
  let isFirst = true;
  return function sweep(manifest: Manifest): void {
    const named = new Set(manifest.files.map(({ file }) => file));
    const days = new Set(manifest.files.map(({ view, day }) => `${view}/${day}`));
    for (const view of viewNames) {
      let changed = false;
      for (const name of listNames(join(folder, view))) {
        const file = `${view}/${name}`;
        if (named.has(file)) continue;
        const since = oldSince.get(file) ?? elapsedMs();
        oldSince.set(file, since);
        const isGone = !days.has(`${view}/${name.slice(0, 10)}`);
        // What lies here at the start is read by nobody.
        if (!isFirst && !isGone && elapsedMs() - since < oldFileMs) continue;
        rmSync(join(folder, file), { force: true });
        oldSince.delete(file);
        changed = true;
      }
      if (changed) syncFolder(join(folder, view));
    }
    isFirst = false;
  };
}

function listNames(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
