/** Drives an engine by itself: step after step while there is something to do, and a rest when there is not. */
import type { Clock } from '../clock.ts';
import { isDiskFull } from '../disk-full.ts';

/** How long to wait before a full disk is tried again. */
const roomPollMs = 1_000;

export interface EngineLoop {
  /** Ends a rest: there is something to do. */
  wake(): void;
  /** Ends after the step that is under way, and waits for it. */
  stop(): Promise<void>;
  /** When it last took a step, epoch milliseconds, and whether it waits for room on the disk. */
  state(): { steppedAt: number; waitsForRoom: boolean };
}

export function driveEngine(options: {
  /** Gives whether there may be more to do. */
  step: () => Promise<boolean>;
  /** Is done before each rest. */
  beforeRest: () => Promise<void>;
  /** How long a rest is. 0: the engine is driven by others. */
  pollMs: number;
  clock: Clock;
  /** A step has failed: it takes no other. */
  failed: (why: Error) => void;
}): EngineLoop {
  const { step, beforeRest, pollMs, clock, failed } = options;
  let steppedAt = clock();
  let waitsForRoom = false;
  let stopping = false;
  let wake = () => {};

  const rest = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  /** A full disk is no fault of the engine: nothing is lost, and it goes on by itself when there is room. */
  async function stepOrWaitForRoom(): Promise<boolean> {
    try {
      const progressed = await step();
      steppedAt = clock();
      waitsForRoom = false;
      return progressed;
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      steppedAt = clock();
      waitsForRoom = true;
      await new Promise((resolve) => setTimeout(resolve, roomPollMs));
      return true;
    }
  }

  async function loop(): Promise<void> {
    while (!stopping) {
      if (await stepOrWaitForRoom()) await new Promise((resolve) => setImmediate(resolve));
      else {
        await beforeRest();
        await rest(pollMs);
      }
    }
  }

  const looping = pollMs > 0 ? loop() : Promise.resolve();
  looping.catch((error: Error) => failed(error));
  return {
    wake: () => wake(),
    async stop() {
      stopping = true;
      wake();
      await looping.catch(() => undefined);
    },
    state: () => ({ steppedAt, waitsForRoom }),
  };
}
