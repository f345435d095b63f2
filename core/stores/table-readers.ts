/** Those who read the tables of a dataset: many at once, nobody while the file is another, and none after the end. */
import { Problem } from '../contract/problem.ts';
import { createGate } from '../engine/gate.ts';

/** A statement that was waiting its turn on a connection begins behind the one that was interrupted. */
const interruptEveryMs = 20;

export interface TableReaders {
  /** @throws Problem `dataset_held` when the tables are closed by then, or while it reads */
  pass<T>(work: () => Promise<T>): Promise<T>;
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** Breaks off what is being read, and closes when nobody reads any more. */
  close(interrupt: () => void, close: () => void): Promise<void>;
}

export function createTableReaders(): TableReaders {
  const gate = createGate();
  let isClosing = false;
  const closed = () =>
    new Problem(
      'dataset_held',
      'The tables of the dataset were closed while they were read. Nothing is lost; ask again in a moment.',
    );
  return {
    async pass(work) {
      if (isClosing) throw closed();
      try {
        return await gate.pass(work);
      } catch (error) {
        throw isClosing ? closed() : error;
      }
    },
    alone: (work) => gate.alone(work),
    // Under a statement that runs, a file that is closed takes the process with it.
    async close(interrupt, close) {
      isClosing = true;
      const again = setInterval(interrupt, interruptEveryMs);
      interrupt();
      try {
        await gate.alone(async () => close());
      } finally {
        clearInterval(again);
      }
    },
  };
}
