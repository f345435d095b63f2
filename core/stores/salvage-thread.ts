/** A thread that salvages `hits.db`: with it ends what its driver holds of both files. */
import { parentPort } from 'node:worker_threads';
import { serveCalls } from '../engine/thread-port.ts';
import { salvageHits } from './salvage-hits.ts';

/** What the thread serves. */
export interface SalvageThreadCalls {
  salvageHits: typeof salvageHits;
}

const calls: SalvageThreadCalls = { salvageHits };

if (parentPort) serveCalls(parentPort, calls);
