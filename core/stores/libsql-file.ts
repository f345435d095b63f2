/**
 * One libSQL file with one connection, written through `batch` only: after a single SQLITE_BUSY, inserts sent by
 * `execute` report success and are never committed. The driver blocks its thread, so servers open files in a thread.
 */
import { closeSync, existsSync, openSync } from 'node:fs';
import {
  type Client,
  createClient,
  type InStatement,
  type InValue,
  type ResultSet,
  type TransactionMode,
} from '@libsql/client/sqlite3';
import { Problem } from '../contract/problem.ts';
import { isPlanted } from '../fail-point.ts';
import { syncFile } from './copied-files.ts';
import { explainUnusable, isDamaged } from './data-unusable.ts';

/** All that the program may do with libSQL: a batch of constant statements with bound arguments. */
export type SqlBatch = Pick<Client, 'batch'>;

/** A file whose unused pages can be given up: bytes of deleted rows lie in them. */
export interface Scrubbed {
  /** Writes the file anew without them, and empties its write-ahead log. */
  scrub(): Promise<void>;
}

/** A file that can be copied while it is in use. */
export interface Copied {
  /** Writes all that is in it into another file, which must not be there. */
  copyTo(file: string): Promise<void>;
}

export interface LibsqlFile extends SqlBatch, Scrubbed, Copied {
  close(): void;
}

/** Opens a file, here or in a thread of its own. */
export type OpenLibsqlFile = (
  file: string,
  migrations: readonly string[],
) => Promise<SqlBatch & { close(): void | Promise<void> }>;

const busyTimeoutMsUsual = 5_000;

/**
 * Holds a file, which is made where it is not there, until it is given back or this process ends, however it ends. The
 * lock is the kernel's: whoever sees the file sees it, also from another container. The file stays empty.
 * @param waitMs how long to wait for another process that holds it
 * @returns what gives it back; undefined where another process goes on holding it
 */
export async function holdFile(file: string, waitMs: number): Promise<(() => void) | undefined> {
  // Closing a file that this process holds would let it go: it is only opened where there is none.
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
  const client = createClient({ url: `file:${file}`, concurrency: 1, timeout: waitMs });
  try {
    const held = await client.transaction('write');
    return () => {
      held.close();
      client.close();
    };
  } catch (error) {
    client.close();
    if (String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')) return undefined;
    throw explainUnusable(error, file);
  }
}

/**
 * Opens (or makes) a file and brings its tables up to date.
 * @param migrations the SQL of each version, in order; how many have run is kept in `user_version`
 * @param busyTimeoutMs how long a batch waits for another connection's lock, twice
 * @throws Problem `data_newer`, `data_unusable`
 */
export async function openLibsqlFile(
  file: string,
  migrations: readonly string[],
  busyTimeoutMs = busyTimeoutMsUsual,
): Promise<LibsqlFile> {
  try {
    return await openAndMigrate(file, migrations, busyTimeoutMs);
  } catch (error) {
    throw explainUnusable(error, file);
  }
}

async function openAndMigrate(
  file: string,
  migrations: readonly string[],
  busyTimeoutMs: number,
): Promise<LibsqlFile> {
  // SQLite makes files that all may read, and what it leaves beside one like the file itself.
  closeSync(openSync(file, 'a', 0o600));
  const client = createClient({ url: `file:${file}`, concurrency: 1, timeout: busyTimeoutMs });
  const pragmas = ['PRAGMA journal_mode = WAL'];
  if (__FAIL_POINTS__ && isPlanted('synchronous-normal'))
    pragmas.push('PRAGMA synchronous = NORMAL');
  // What cannot be done inside a transaction, which is what a batch is.
  const outside = async (statements: readonly InStatement[]) => {
    for (const statement of statements) await client.execute(statement);
  };
  // A damaged page is met by whoever reads it, perhaps long after the file was opened.
  const tellDamage = (error: unknown): never => {
    throw isDamaged(error) ? explainUnusable(error, file) : error;
  };
  await outside(pragmas);
  const opened: LibsqlFile = {
    batch: (statements, mode) =>
      batchWithCure(client, statements as InStatement[], mode ?? 'write').catch(tellDamage),
    scrub: () => outside(['VACUUM', 'PRAGMA wal_checkpoint(TRUNCATE)']).catch(tellDamage),
    async copyTo(copy) {
      await outside([{ sql: 'VACUUM INTO ?', args: [copy] }]).catch(tellDamage);
      await syncFile(copy);
    },
    close: () => client.close(),
  };
  try {
    await migrate(opened, migrations, file);
  } catch (error) {
    opened.close();
    throw error;
  }
  return opened;
}

/** A connection that met SQLITE_BUSY or an I/O error is not trusted again: it is opened anew before the one retry. */
async function batchWithCure(
  client: Client,
  statements: (InStatement | [string, InValue[]])[],
  mode: TransactionMode,
): Promise<ResultSet[]> {
  try {
    return await client.batch(statements, mode);
  } catch (error) {
    const code = (error as { code?: string }).code ?? '';
    if (!code.startsWith('SQLITE_BUSY') && !code.startsWith('SQLITE_IOERR')) throw error;
    client.reconnect();
    return await client.batch(statements, mode);
  }
}

async function migrate(file: SqlBatch, migrations: readonly string[], name: string): Promise<void> {
  const [result] = await file.batch(['PRAGMA user_version'], 'read');
  const version = Number(result?.rows[0]?.[0] ?? 0);
  if (version > migrations.length) {
    throw new Problem(
      'data_newer',
      `${name} was written by a newer version of Canister (tables ${version}, known ${migrations.length}). Use that version, or a backup.`,
    );
  }
  for (let next = version; next < migrations.length; next += 1) {
    const statements = (migrations[next] ?? '').split('--> statement-breakpoint');
    await file.batch([...statements, `PRAGMA user_version = ${next + 1}`], 'write');
  }
}
