/** How many answers go on without an end. Each holds a connection, and whoever held them all would shut the others out. */
import { Problem } from '../contract/problem.ts';

export const streamLimits = { ofCallerMax: 50, allMax: 2_000 } as const;

export interface OpenStreams {
  /**
   * Counts one more for its caller; gives what is called when it has ended.
   * @param end breaks it off
   * @throws Problem `streams_too_many`, `shutting_down`
   */
  open(actor: string, end: () => void): () => void;
  /** Breaks all off, and opens none any more. */
  close(): void;
}

export function createOpenStreams(): OpenStreams {
  const ofCallers = new Map<string, number>();
  const all = new Set<() => void>();
  let isClosed = false;
  return {
    open(actor, end) {
      if (isClosed) throw new Problem('shutting_down', 'The server is stopping. Ask again.');
      const own = ofCallers.get(actor) ?? 0;
      if (own >= streamLimits.ofCallerMax || all.size >= streamLimits.allMax) {
        const whose = own >= streamLimits.ofCallerMax ? `You have ${own}` : `There are ${all.size}`;
        throw new Problem(
          'streams_too_many',
          `${whose} live views open, and there may not be more. Close one, and try again.`,
        );
      }
      ofCallers.set(actor, own + 1);
      all.add(end);
      return () => {
        all.delete(end);
        const left = (ofCallers.get(actor) ?? 1) - 1;
        if (left === 0) ofCallers.delete(actor);
        else ofCallers.set(actor, left);
      };
    },
    close() {
      isClosed = true;
      for (const end of all) end();
    },
  };
}
