/** A thread that seals: compressing and encrypting take as long as all the rest of storing, and can go on beside it. */
import { parentPort } from 'node:worker_threads';
import { serveCalls, Transferred } from '../engine/thread-port.ts';
import { type SealedBatch, type SegmentBatch, sealBatch } from './segment-batch.ts';

/** What the thread serves. */
export interface SealThreadCalls {
  seal(batch: SegmentBatch): Promise<SealedBatch>;
}

const calls: SealThreadCalls = {
  async seal(batch) {
    const { bytes, lengths } = sealBatch(batch);
    // A small buffer lies in a larger one that others use, too: only one of its own can be handed over.
    const own = bytes.byteLength === bytes.buffer.byteLength ? bytes : Uint8Array.from(bytes);
    const sealed: SealedBatch = { bytes: own, lengths };
    return new Transferred(sealed, [own.buffer as ArrayBuffer]) as unknown as SealedBatch;
  },
};

if (parentPort) serveCalls(parentPort, calls);
