/** The other side of the thread that owns session indexes. */
import { Worker } from 'node:worker_threads';
import { callOver, ofSmallThreads } from '../engine/thread-port.ts';
import type { IndexThreadCalls } from './index-thread.ts';
import type { OpenLibsqlFile } from './libsql-file.ts';
import { batchOver } from './libsql-owner.ts';

/**
 * Starts the thread, which ends with the one that started it.
 * @param threadUrl the built `index-thread.js`
 * @returns opens files in it; when it has ended by itself, every call is refused with its reason
 */
export function startIndexThread(threadUrl: URL): OpenLibsqlFile {
  const worker = new Worker(threadUrl, { resourceLimits: ofSmallThreads });
  const { remote, ended } = callOver<IndexThreadCalls>(worker);
  worker.on('error', ended);
  worker.on('exit', (code) => ended(new Error(`the index thread ended with code ${code}`)));
  return async (path, migrations) => {
    const number = await remote.open(path, migrations);
    return {
      ...batchOver((statements, mode) => remote.batch(number, statements, mode)),
      close: () => remote.close(number),
    };
  };
}
