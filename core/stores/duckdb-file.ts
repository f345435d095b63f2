/**
 * One DuckDB file with one owner. Opening a file twice in one process loses data silently, so this module refuses;
 * a write-ahead log that a power cut left unreadable is set aside, and the file opens at its last checkpoint.
 */
import { existsSync, renameSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { Problem } from '../contract/problem.ts';
import { nameAside } from './damaged-tables.ts';
import { makeFolder, syncFolder } from './durable-folder.ts';

export interface DuckDbFile {
  connect(): Promise<DuckDBConnection>;
  /** Where the unreadable write-ahead log was put, when there was one. */
  setAside?: string;
  close(): void;
}

const openFiles = new Set<string>();
const memoryLimit = '512MB';
const threads = '2';
/** A checkpoint writes the last rows of a table anew, so many small ones write most of it several times. */
const checkpointAtWalSize = '64MB';

/**
 * @param writable a folder that SQL may write files into; else it reaches nothing but the database itself
 * @throws Problem `data_in_use` when another process owns the file
 */
export async function openDuckDbFile(
  path: string,
  timeZone = 'UTC',
  writable?: string,
): Promise<DuckDbFile> {
  const file = resolve(path);
  if (openFiles.has(file)) throw new Error(`${file} is open in this process already`);
  openFiles.add(file);
  try {
    makeFolder(dirname(file));
    const { instance, setAside } = await openInstance(file);
    try {
      syncFolder(dirname(file));
      await lockSettings(instance, timeZone, writable);
    } catch (error) {
      instance.closeSync();
      throw error;
    }
    return {
      connect: () => instance.connect(),
      ...(setAside === undefined ? {} : { setAside }),
      close() {
        instance.closeSync();
        openFiles.delete(file);
      },
    };
  } catch (error) {
    openFiles.delete(file);
    throw error;
  }
}

async function openInstance(
  file: string,
): Promise<{ instance: DuckDBInstance; setAside?: string }> {
  try {
    return { instance: await createInstance(file) };
  } catch (error) {
    const message = (error as Error).message;
    if (/could not set lock/i.test(message)) {
      throw new Problem(
        'data_in_use',
        `${file} is in use by another process. ${message.split('\n', 1)[0]}`,
      );
    }
    const wal = `${file}.wal`;
    if (!existsSync(wal)) throw error;
    const setAside = nameAside(wal);
    renameSync(wal, setAside);
    try {
      return { instance: await createInstance(file), setAside };
    } catch {
      // The log was not what kept the file from opening: it goes back to its place.
      renameSync(setAside, wal);
      throw error;
    }
  }
}

function createInstance(file: string): Promise<DuckDBInstance> {
  return DuckDBInstance.create(file, {
    memory_limit: memoryLimit,
    threads,
    wal_autocheckpoint: checkpointAtWalSize,
    autoload_known_extensions: 'false',
    autoinstall_known_extensions: 'false',
    allow_community_extensions: 'false',
    allow_persistent_secrets: 'false',
  });
}

/**
 * The time zone is a setting of an extension that is loaded after the file is open; then nothing outside can be
 * reached any more, but for the one folder, and the settings are final.
 */
async function lockSettings(
  instance: DuckDBInstance,
  timeZone: string,
  writable: string | undefined,
): Promise<void> {
  const connection = await instance.connect();
  await connection.run(`SET GLOBAL TimeZone = '${timeZone.replaceAll("'", "''")}'`);
  if (writable !== undefined) {
    const folder = `${resolve(writable)}/`.replaceAll("'", "''");
    await connection.run(`SET GLOBAL allowed_directories = ['${folder}']`);
  }
  await connection.run('SET GLOBAL enable_external_access = false');
  await connection.run('SET GLOBAL lock_configuration = true');
  connection.closeSync();
}

/** Copies a closed file into a new one: what is in no table any more is not in the copy. */
export async function copyDuckDbFile(file: string, copy: string): Promise<void> {
  const quoted = (path: string) => `'${resolve(path).replaceAll("'", "''")}'`;
  // Without a folder for it, nothing is ever put beside.
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: memoryLimit,
    threads,
    temp_directory: '',
    preserve_insertion_order: 'false',
    autoload_known_extensions: 'false',
    autoinstall_known_extensions: 'false',
  });
  try {
    const connection = await instance.connect();
    await connection.run(`ATTACH ${quoted(file)} AS old (READ_ONLY)`);
    await connection.run(`ATTACH ${quoted(copy)} AS fresh`);
    await connection.run('CREATE SCHEMA fresh.store');
    const tables = await connection.runAndReadAll(
      "SELECT table_name FROM duckdb_tables() WHERE database_name = 'old' AND schema_name = 'store'",
    );
    // The views are made by whoever opens the file.
    for (const [name] of tables.getRows())
      await connection.run(`CREATE TABLE fresh.store."${name}" AS FROM old.store."${name}"`);
    await connection.run('CHECKPOINT fresh');
    await connection.run('DETACH fresh');
    await connection.run('DETACH old');
    connection.closeSync();
  } finally {
    instance.closeSync();
  }
}
