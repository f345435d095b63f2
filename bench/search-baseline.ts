/** What the index is held against: an FTS5 trigram table with one row a value, in a file of its own. */
import { statSync } from 'node:fs';
import type { InValue } from '@libsql/client';
import type { IndexedSession } from '../core/canisters/session-index.ts';
import { type LibsqlFile, openLibsqlFile } from '../core/stores/libsql-file.ts';
import type { Term } from './search-data.ts';

const rowsPerStatement = 100;
const baselineTables = [
  "CREATE VIRTUAL TABLE entry USING fts5(value, field UNINDEXED, session UNINDEXED, tokenize='trigram')",
];

export const openBaseline = (file: string) => openLibsqlFile(file, baselineTables);

/** @param first the number of the first session */
export async function addToBaseline(
  file: LibsqlFile,
  sessions: readonly IndexedSession[],
  first: number,
) {
  const rows = sessions.flatMap(({ values }, index) =>
    values.map(({ field, value }): InValue[] => [value, field, first + index]),
  );
  const statements = [];
  for (let from = 0; from < rows.length; from += rowsPerStatement) {
    const part = rows.slice(from, from + rowsPerStatement);
    const sql = `INSERT INTO entry (value, field, session) VALUES ${part.map(() => '(?, ?, ?)').join(', ')}`;
    statements.push({ sql, args: part.flat() });
  }
  await file.batch(statements, 'write');
  await new Promise((resolve) => setImmediate(resolve));
}

/** The number of sessions with a text. */
export async function inBaseline(file: LibsqlFile, { field, text }: Term): Promise<number> {
  const sql = `SELECT count(*), group_concat(session) FROM
    (SELECT DISTINCT session FROM entry WHERE entry MATCH ? AND field = ?)`;
  const [found] = await file.batch([{ sql, args: [`"${text}"`, field] }], 'read');
  return Number(found?.rows[0]?.[0]);
}

/** In bytes, with what is not checkpointed yet. */
export const sizeOf = (file: string) =>
  ['', '-wal'].reduce(
    (sum, end) => sum + (statSync(file + end, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
