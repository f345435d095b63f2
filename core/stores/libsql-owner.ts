/**
 * The other side of the libSQL thread: starts it, and gives whoever asks a `batch` that runs there. Results look
 * like the driver's own, so that the same code runs over a thread, a file in this thread, or a remote database.
 */
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { InStatement, ResultSet, Row, TransactionMode } from '@libsql/client';
import { callOver, ofSmallThreads, Transferred } from '../engine/thread-port.ts';
import type { Copied, Scrubbed, SqlBatch } from './libsql-file.ts';
import type { FileName, LibsqlThreadCalls } from './libsql-thread.ts';
import {
  type FramedResult,
  type FramedValue,
  frameStatements,
  type ResultFrame,
  readResults,
  type StatementFrame,
} from './sql-frame.ts';

export interface LibsqlFiles {
  hits: SqlBatch & Scrubbed & Copied;
  control: SqlBatch & Scrubbed & Copied;
}

export interface LibsqlOwner extends LibsqlFiles {
  /** A port for another thread, which makes its own files of it with `libsqlOver`. */
  connect(): MessagePort;
  close(): Promise<void>;
}

/**
 * Starts the thread.
 * @param threadUrl the built `libsql-thread.js`
 * @param onDeath called when the thread ends by itself: nothing can be stored any more
 */
export function openLibsqlThread(options: {
  threadUrl: URL;
  hitsFile: string;
  controlFile: string;
  onDeath: (why: Error) => void;
}): LibsqlOwner {
  const { threadUrl, hitsFile, controlFile, onDeath } = options;
  const worker = new Worker(threadUrl, {
    workerData: { hitsFile, controlFile },
    resourceLimits: ofSmallThreads,
  });
  let closing = false;
  const { remote, ended } = callOver<LibsqlThreadCalls>(worker);
  const died = (why: Error) => {
    ended(why);
    if (!closing) onDeath(why);
  };
  worker.on('error', died);
  worker.on('exit', (code) => died(new Error(`the storage thread ended with code ${code}`)));
  return {
    ...filesOf(remote),
    connect() {
      const { port1, port2 } = new MessageChannel();
      worker.postMessage({ attach: port1 }, [port1]);
      return port2;
    },
    async close() {
      closing = true;
      try {
        await remote.close();
      } finally {
        await worker.terminate();
      }
    },
  };
}

/** The files as another thread reaches them over a port of `connect`. */
export function libsqlOver(port: MessagePort): LibsqlFiles {
  return filesOf(callOver<LibsqlThreadCalls>(port).remote);
}

function filesOf(remote: LibsqlThreadCalls): LibsqlFiles {
  const file = (name: FileName) => ({
    ...batchOver((statements, mode) => remote.batch(name, statements, mode)),
    scrub: () => remote.scrub(name),
    copyTo: (copy: string) => remote.copyTo(name, copy),
  });
  return { hits: file('hits'), control: file('control') };
}

/** @param send runs framed statements in the other thread */
export function batchOver(
  send: (statements: StatementFrame, mode: TransactionMode) => Promise<ResultFrame>,
): SqlBatch {
  return {
    async batch(statements, mode) {
      const frame = frameStatements(statements as InStatement[]);
      const handedOver = new Transferred(frame, [frame.buffer]) as unknown as StatementFrame;
      return readResults(await send(handedOver, mode ?? 'write')).map(toResultSet);
    },
  };
}

/** Rows as the driver gives them, read by place or by name. */
function toResultSet({ columns, rows, rowsAffected }: FramedResult): ResultSet {
  for (const row of rows as (FramedValue[] & Record<string, FramedValue>)[])
    for (let column = 0; column < columns.length; column += 1)
      row[columns[column] ?? ''] = row[column] ?? null;
  return {
    columns,
    rows: rows as unknown as Row[],
    rowsAffected,
    columnTypes: [],
    lastInsertRowid: undefined,
    toJSON: () => rows,
  };
}
