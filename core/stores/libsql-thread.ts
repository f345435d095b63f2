/**
 * A thread that owns `hits.db` and `control.db`: the one connection to each, behind ports. Other threads send
 * batches; rows come back as arrays, their BLOBs handed over instead of copied.
 */
import { type MessagePort, parentPort, type Transferable, workerData } from 'node:worker_threads';
import type { InStatement, TransactionMode } from '@libsql/client';
import { serveCalls, Transferred } from '../thread-port.ts';
import { type LibsqlFile, openLibsqlFile } from './libsql-file.ts';
import { controlMigrations, hitsMigrations } from './migrations/migrations.ts';

export type FileName = 'hits' | 'control';

/** What the thread serves on each port. */
export interface LibsqlThreadCalls {
  batch(file: FileName, statements: InStatement[], mode: TransactionMode): Promise<PlainResult[]>;
  close(): Promise<void>;
}

export interface PlainResult {
  columns: string[];
  rows: unknown[][];
  rowsAffected: number;
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
    const results = await (await opening[file]).batch(statements, mode);
    const buffers: Transferable[] = [];
    const plain = results.map((result): PlainResult => {
      const width = result.columns.length;
      const rows = result.rows.map((row) =>
        Array.from({ length: width }, (_, column) => {
          const cell: unknown = row[column];
          if (cell instanceof ArrayBuffer) buffers.push(cell);
          return cell;
        }),
      );
      return { columns: result.columns, rows, rowsAffected: result.rowsAffected };
    });
    return new Transferred(plain, buffers) as unknown as PlainResult[];
  },
  async close() {
    for (const file of Object.values(opening)) (await file).close();
  },
};

function attach(port: MessagePort): void {
  serveCalls(port, calls);
  port.on('message', (message: { attach?: MessagePort }) => {
    if (message.attach) attach(message.attach);
  });
}

if (parentPort) attach(parentPort);
