/** The erasures that were asked for, and what came of them. A port over `control.db`; it never holds who it was about. */
import type { Erasure, ErasureReport } from '../contract/erasure.ts';

export interface ErasureBook {
  /** All of a dataset, oldest first. */
  list(dataset: string): Promise<Erasure[]>;
  add(dataset: string): Promise<Erasure>;
  /** Durable when it resolves. */
  end(number: number, how: { report: ErasureReport } | { reason: string }): Promise<void>;
}
