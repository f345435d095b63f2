/** An erasure in the data folder: its note, what it removes beside the stores, and the look into every file. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { ErasePlace, ErasureNote, FoundTraces } from '../canisters/erase-place.ts';
import { TraceScan } from '../canisters/trace-scan.ts';
import type { Trace } from '../canisters/visitor-traces.ts';
import type { DatasetPaths } from './data-folder.ts';
import { syncFolder, writeDurably } from './durable-folder.ts';

const noteName = 'erasure.json';
const pieceBytes = 1 << 20;
/** Torn tails, tables and logs that could not be read, and copies that were killed while they were made. */
const leftover = /\.cut-\d+$|\.unreadable(-\d+)?$|\.making(\.wal)?$/;
/** A damaged `hits.db` that was kept, and one that is not whole. */
const leftoverHits = /^hits\.db\.(unreadable(-\d+)?|making)(-wal|-shm|-journal)?$/;

/** @param root the data folder */
export function openEraseFolder(root: string, paths: DatasetPaths): ErasePlace {
  const noteFile = join(paths.folder, noteName);
  return {
    note: () =>
      existsSync(noteFile)
        ? (JSON.parse(readFileSync(noteFile, 'utf8')) as ErasureNote)
        : undefined,
    write: (note) => writeDurably(noteFile, JSON.stringify(note)),
    clear() {
      rmSync(noteFile, { force: true });
      syncFolder(paths.folder);
    },
    removeLeftovers(traces) {
      // What is being published goes on: the files from before went with the rows of the tables.
      const isPublished = (file: string) => file.startsWith(`${paths.published}/`);
      for (const file of filesUnder(paths.folder))
        if (leftover.test(file) && !isPublished(file)) rmSync(file);
      for (const name of readdirSync(root)) if (leftoverHits.test(name)) rmSync(join(root, name));
      cutLines(join(paths.folder, 'imports'), traces);
      return { exports: removeExports(paths.exports) };
    },
    async scan(traces) {
      const result: FoundTraces = { files: 0, bytes: 0, found: [] };
      const scan = new TraceScan(traces.map(bytesOf));
      for (const file of filesUnder(root)) {
        if (file.endsWith(`/${noteName}`)) continue;
        const kinds = new Set<Trace['kind']>();
        const bytes = await scanFile(file, scan, (index) =>
          kinds.add((traces[index] as Trace).kind),
        );
        if (bytes === undefined) continue;
        result.files += 1;
        result.bytes += bytes;
        for (const kind of kinds) result.found.push({ place: relative(root, file), kind });
      }
      return result;
    },
  };
}

const bytesOf = ({ bytes }: Trace) => Buffer.from(bytes, 'base64');

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Piece by piece, each beginning with the end of the one before. Gives the bytes read; undefined when the file is gone. */
async function scanFile(path: string, scan: TraceScan, found: (index: number) => void) {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  const overlap = Math.max(0, scan.lengthMax - 1);
  const buffer = Buffer.alloc(overlap + pieceBytes);
  try {
    let kept = 0;
    for (let offset = 0; ; ) {
      const { bytesRead } = await file.read(buffer, kept, pieceBytes, offset);
      if (bytesRead === 0) return offset;
      const filled = kept + bytesRead;
      scan.scan(buffer.subarray(0, filled), found);
      kept = Math.min(overlap, filled);
      buffer.copyWithin(0, filled - kept, filled);
      offset += bytesRead;
    }
  } finally {
    await file.close();
  }
}

/** Their rows lie compressed: nobody could look through them. */
function removeExports(folder: string): number {
  if (!existsSync(folder)) return 0;
  const made = filesUnder(folder).filter((file) => file.endsWith('.duckdb'));
  rmSync(folder, { recursive: true, force: true });
  return made.length;
}

/** Of the lists of lines that an import could not read. */
function cutLines(folder: string, traces: readonly Trace[]): void {
  if (!existsSync(folder)) return;
  const scan = new TraceScan(traces.map(bytesOf));
  for (const file of filesUnder(folder)) {
    const lines = readFileSync(file).toString('latin1').split('\n');
    const clean = lines.filter((line) => {
      let hit = false;
      scan.scan(Buffer.from(line, 'latin1'), () => (hit = true));
      return !hit;
    });
    if (clean.length < lines.length) {
      rmSync(file);
      writeDurably(file, Buffer.from(clean.join('\n'), 'latin1').toString());
    }
  }
}
