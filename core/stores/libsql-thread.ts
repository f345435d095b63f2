/**
 * A thread that owns `hits.db` and `control.db`: the one connection to each, behind ports. Other threads send
 * batches and get rows, each way as one buffer that is handed over.
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { TransactionMode } from '@libsql/client';
import { serveCalls, Transferred } from '../engine/thread-port.ts';
import { type LibsqlFile, openLibsqlFile } from './libsql-file.ts';
import { controlMigrations, hitsMigrations } from './migrations/migrations.ts';
import {
  frameResults,
  type ResultFrame,
  readStatements,
  type StatementFrame,
} from './sql-frame.ts';

export type FileName = 'hits' | 'control';

/** What the thread serves on each port. */
export interface LibsqlThreadCalls {
  batch(file: FileName, statements: StatementFrame, mode: TransactionMode): Promise<ResultFrame>;
  scrub(file: FileName): Promise<void>;
  copyTo(file: FileName, copy: string): Promise<void>;
  close(): Promise<void>;
}

const { hitsFile, controlFile } = workerData as { hitsFile: string; controlFile: string };
const opening: Record<FileName, Promise<LibsqlFile>> = {
  hits: openLibsqlFile(hitsFile, hitsMigrations),
  control: openLibsqlFile(controlFile, controlMigrations),
};

// Whoever sends a batch is told why a file did not open; without this the thread would end before.
for (const file of Object.values(opening)) file.catch(() => undefined);

const calls: LibsqlThreadCalls = {
  async batch(file, statements, mode) {
    const results = await (await opening[file]).batch(readStatements(statements), mode);
    const frame = frameResults(results);
    return new Transferred(frame, [frame.buffer]) as unknown as ResultFrame;
  },
  async scrub(file) {
    await (await opening[file]).scrub();
  },
  async copyTo(file, copy) {
    await (await opening[file]).copyTo(copy);
  },
  async close() {
    // What did not open has nothing to close.
    for (const file of Object.values(opening)) (await file.catch(() => undefined))?.close();
  },
};

function attach(port: MessagePort): void {
  serveCalls(port, calls);
  port.on('message', (message: { attach?: MessagePort }) => {
    if (message.attach) attach(message.attach);
  });
}

if (parentPort) attach(parentPort);
