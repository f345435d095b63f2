/** How many answers go on without an end. Each holds a connection, and whoever held them all would shut the others out. */
import { Problem } from '../contract/problem.ts';

export const streamLimits = { ofCallerMax: 50, allMax: 2_000 } as const;

export interface OpenStreams {
  /**
   * Counts one more for its caller; gives what ends it.
   * @throws Problem `streams_too_many`
   */
  open(actor: string): () => void;
}

export function createOpenStreams(): OpenStreams {
  const ofCallers = new Map<string, number>();
  let all = 0;
  return {
    open(actor) {
      const own = ofCallers.get(actor) ?? 0;
      if (own >= streamLimits.ofCallerMax || all >= streamLimits.allMax) {
        const whose = own >= streamLimits.ofCallerMax ? `You have ${own}` : `There are ${all}`;
        throw new Problem(
          'streams_too_many',
          `${whose} live views open, and there may not be more. Close one, and try again.`,
        );
      }
      ofCallers.set(actor, own + 1);
      all += 1;
      return () => {
        all -= 1;
        const left = (ofCallers.get(actor) ?? 1) - 1;
        if (left === 0) ofCallers.delete(actor);
        else ofCallers.set(actor, left);
      };
    },
  };
}
