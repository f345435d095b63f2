/** The other side of the sealing thread: starts it with the first large batch, and seals small ones at once. */
import { Worker } from 'node:worker_threads';
import { callOver, ofSmallThreads, Transferred } from '../engine/thread-port.ts';
import type { SealThreadCalls } from './seal-thread.ts';
import { type SealBatch, sealBatch } from './segment-batch.ts';

/** Fewer are sealed sooner than they are handed over. */
const sessionsMin = 64;

/**
 * @param threadUrl the built `seal-thread.js`
 * @returns rejects when the thread has ended: nothing was stored then, and the next batch starts it anew
 */
export function sealInThread(threadUrl: URL): SealBatch {
  let thread: SealThreadCalls | undefined;

  function start(): SealThreadCalls {
    const worker = new Worker(threadUrl, { resourceLimits: ofSmallThreads });
    const { remote, ended } = callOver<SealThreadCalls>(worker);
    const died = (why: Error) => {
      thread = undefined;
      ended(why);
    };
    worker.on('error', died);
    worker.on('exit', (code) => died(new Error(`the sealing thread ended with code ${code}`)));
    worker.unref();
    return remote;
  }

  return async (batch) => {
    if (batch.ids.length < sessionsMin) return sealBatch(batch);
    thread ??= start();
    // A key of its own: a view would bring all of the buffer that it looks into.
    const whole = { ...batch, key: Uint8Array.from(batch.key) };
    const handedOver = new Transferred(whole, [batch.plain.buffer]);
    return await thread.seal(handedOver as unknown as typeof batch);
  };
}
