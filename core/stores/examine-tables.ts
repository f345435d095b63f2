/** Looks into the tables of a dataset that nobody has open, for the doctor. They are opened for reading only. */
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

const memoryLimit = '512MB';

/** Asks a DuckDB file in reading only, and closes it again. */
async function readFrom<T>(file: string, ask: (from: DuckDBConnection) => Promise<T>): Promise<T> {
  const instance = await DuckDBInstance.create(file, {
    access_mode: 'READ_ONLY',
    memory_limit: memoryLimit,
    temp_directory: '',
    enable_external_access: 'false',
  });
  try {
    const connection = await instance.connect();
    const answer = await ask(connection);
    connection.closeSync();
    return answer;
  } finally {
    instance.closeSync();
  }
}

export function readTablesVersion(file: string): Promise<number> {
  return readFrom(file, async (from) => {
    const found = await from.runAndReadAll('SELECT max(version) FROM store.version');
    return Number(found.getRows()[0]?.[0]);
  });
}

/** Figures of the store, and the ids of hits that are stored although the inbox will be read from before them. */
export function readAnalytics(file: string): Promise<[Record<string, unknown>[], Set<string>]> {
  return readFrom(file, async (from) => {
    const figures = await from.runAndReadAll(
      `SELECT (SELECT low FROM store.position) AS low,
         (SELECT count(*) FROM store.all_sessions) AS sessions,
         (SELECT coalesce(sum(hits), 0) FROM store.all_sessions WHERE origin = 'tracker')
           + (SELECT coalesce(sum(hits), 0) FROM store.removed) AS stored`,
    );
    const ids = await from.runAndReadAll(
      `SELECT hit_id::VARCHAR FROM (SELECT hit_id, session_id FROM store.hits UNION ALL SELECT hit_id, session_id FROM store.excluded_hits) SEMI JOIN
         (SELECT session_id FROM store.all_sessions WHERE origin = 'tracker' AND last_seq > (SELECT low FROM store.position)) USING (session_id)`,
    );
    const doubled = new Set(ids.getRows().map(([id]) => String(id).replaceAll('-', '')));
    return [figures.getRowObjects(), doubled];
  });
}

/**
 * Reads every column of every table: a page that is asked for by no figure may be damaged, and its checksum shows it.
 * Gives what could not be read, and why; undefined when all could.
 */
export async function findUnreadable(file: string): Promise<string | undefined> {
  return await readFrom(file, async (from) => {
    const found = await from.runAndReadAll(
      "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'store' ORDER BY table_name",
    );
    for (const [name] of found.getRows()) {
      try {
        await from.run(`SELECT bit_xor(hash("${name}")) FROM store."${name}"`);
      } catch (error) {
        const [why] = (error as Error).message.split('\n', 1);
        return `${name}: ${why}`;
      }
    }
    return undefined;
  });
}
