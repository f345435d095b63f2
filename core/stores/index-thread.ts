/**
 * A thread that owns the files of session indexes: writing them, and looking things up, takes time that the engine's
 * thread has for hits.
 */
import { parentPort } from 'node:worker_threads';
import type { TransactionMode } from '@libsql/client';
import { serveCalls, Transferred } from '../engine/thread-port.ts';
import { type LibsqlFile, openLibsqlFile } from './libsql-file.ts';
import {
  frameResults,
  type ResultFrame,
  readStatements,
  type StatementFrame,
} from './sql-frame.ts';

/** What the thread serves; a file is named by the number that `open` gave. */
export interface IndexThreadCalls {
  open(path: string, migrations: readonly string[]): Promise<number>;
  batch(file: number, statements: StatementFrame, mode: TransactionMode): Promise<ResultFrame>;
  close(file: number): Promise<void>;
}

const files = new Map<number, LibsqlFile>();
let opened = 0;

function fileOf(number: number): LibsqlFile {
  const file = files.get(number);
  if (file === undefined) throw new Error('this index is closed');
  return file;
}

const calls: IndexThreadCalls = {
  async open(path, migrations) {
    const file = await openLibsqlFile(path, migrations);
    opened += 1;
    files.set(opened, file);
    return opened;
  },
  async batch(file, statements, mode) {
    const frame = frameResults(await fileOf(file).batch(readStatements(statements), mode));
    return new Transferred(frame, [frame.buffer]) as unknown as ResultFrame;
  },
  async close(file) {
    fileOf(file).close();
    files.delete(file);
  },
};

if (parentPort) serveCalls(parentPort, calls);
