/** What an erasure needs of the data folder: the paper on which it notes what is to go, and a look into every file. */
import type { VisitorChoice } from '../contract/erasure.ts';
import type { Trace } from './visitor-traces.ts';

/** What an erasure must still know after a kill. `traces` are there once everything was gathered. */
export interface ErasureNote {
  number: number;
  keys: readonly string[];
  choice: VisitorChoice;
  sessionIds?: readonly string[];
  hitIds?: readonly string[];
  traces?: readonly Trace[];
}

export interface FoundTraces {
  files: number;
  bytes: number;
  found: { place: string; kind: Trace['kind'] }[];
}

/** A port; stores/ has it in the folder. */
export interface ErasePlace {
  note(): ErasureNote | undefined;
  /** Durable when it returns. */
  write(note: ErasureNote): void;
  /** The last thing that an erasure does. */
  clear(): void;
  /**
   * Removes what lies beside the stores of the dataset and cannot be looked through, and lines of imports that hold a
   * trace. Gives how many files that were made for download were among it.
   */
  removeLeftovers(traces: readonly Trace[]): { exports: number };
  /** Looks for traces in every file of the data folder, as its bytes are. */
  scan(traces: readonly Trace[]): Promise<FoundTraces>;
}
