/** Tables of which the disk has changed a page: it is met by whoever reads that page, and by nobody before. */
import { existsSync, renameSync } from 'node:fs';
import { Problem } from '../contract/problem.ts';

/** As DuckDB says it, also where it says it of all that comes after. */
export const isDamage = (error: unknown) =>
  /Corrupt database file/.test(String((error as Error).message));

/** The store with what to do, instead of DuckDB's words, in whatever fails for such a page. */
export function tellingDamage<T extends object>(store: T, slug: string): T {
  const told = (error: unknown): never => {
    if (!isDamage(error)) throw error;
    throw new Problem(
      'tables_damaged',
      `The disk has changed a page in analytics.duckdb of the dataset ${slug}, and what lies on it cannot be read. The stored sessions lie elsewhere: make the tables anew out of them with canister rebuild --dataset ${slug}, and look at the disk.`,
      { cause: error },
    );
  };
  const telling =
    (work: (...args: unknown[]) => unknown) =>
    (...args: unknown[]) => {
      const result = work(...args);
      return result instanceof Promise ? result.catch(told) : result;
    };
  const parts = Object.entries(store).map(([name, part]) => [
    name,
    typeof part === 'function' ? telling(part) : part,
  ]);
  return Object.fromEntries(parts) as T;
}

/** Under which an unreadable file is kept beside. */
export function nameAside(file: string): string {
  let kept = `${file}.unreadable`;
  for (let number = 2; existsSync(kept); number += 1) kept = `${file}.unreadable-${number}`;
  return kept;
}

/** Keeps a closed file of tables, and its write-ahead log, under other names. Gives what brings both back. */
export function putAside(file: string): { kept: string; putBack: () => void } {
  const present = [file, `${file}.wal`].filter((path) => existsSync(path));
  const moves = present.map((path) => [path, nameAside(path)] as const);
  for (const [path, aside] of moves) renameSync(path, aside);
  return {
    kept: moves[0]?.[1] ?? file,
    putBack() {
      for (const [path, aside] of moves) renameSync(aside, path);
    },
  };
}
