/** A thread that seals: compressing and encrypting take as long as all the rest of storing, and can go on beside it. */
import { parentPort } from 'node:worker_threads';
import { serveCalls, Transferred } from '../engine/thread-port.ts';
import { type PlainBatch, type SealedBytes, sealBatch } from './segment-batch.ts';

/** What the thread serves. */
export interface SealThreadCalls {
  seal(batch: PlainBatch): Promise<SealedBytes>;
}

const calls: SealThreadCalls = {
  async seal(batch) {
    const sealed = sealBatch(batch);
    return new Transferred(sealed, [sealed.bytes.buffer]) as unknown as SealedBytes;
  },
};

if (parentPort) serveCalls(parentPort, calls);
