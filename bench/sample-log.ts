/** The log that benches read: a combined one, plain or gzip, named by `BENCH_LOG`, else the sample beside the project. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const gzipMark = 0x1f;

/** @returns its text, a character a byte */
export function sampleLog(): string {
  const beside = new URL('../../../shared/data/semicomplete-access.log.gz', import.meta.url);
  const path = process.env.BENCH_LOG ?? fileURLToPath(beside);
  if (!existsSync(path))
    throw new Error(`There is no log at ${path}. Name a combined log with BENCH_LOG.`);
  const bytes = readFileSync(path);
  return (bytes[0] === gzipMark ? gunzipSync(bytes) : bytes).toString('latin1');
}
