/** Lets few in at once; some wait in the order of their coming, and the rest are told to come again. */

export interface Turnstile {
  /** Resolves when it is one's turn, with what must be called on leaving. */
  enter(signal?: AbortSignal): Promise<() => void>;
}

export function createTurnstile(options: {
  insideMax: number;
  waitingMax: number;
  waitMsMax: number;
  /** Makes the refusal. */
  busy: (why: string) => Error;
}): Turnstile {
  const { insideMax, waitingMax, waitMsMax, busy } = options;
  const waiting: (() => void)[] = [];
  let inside = 0;

  function leave(): void {
    const next = waiting.shift();
    // The place goes over to whoever waits.
    if (next) next();
    else inside -= 1;
  }

  /** Leaving twice is leaving once. */
  const leaving = () => {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      leave();
    };
  };

  function wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const come = () => {
        done();
        resolve();
      };
      const go = (why: Error) => {
        waiting.splice(waiting.indexOf(come), 1);
        done();
        reject(why);
      };
      const aborted = () => go(signal?.reason as Error);
      const late = setTimeout(() => {
        go(busy(`${insideMax} others were running for ${waitMsMax / 1_000} s.`));
      }, waitMsMax);
      const done = () => {
        clearTimeout(late);
        signal?.removeEventListener('abort', aborted);
      };
      signal?.addEventListener('abort', aborted);
      waiting.push(come);
    });
  }

  return {
    async enter(signal) {
      signal?.throwIfAborted();
      if (inside < insideMax) {
        inside += 1;
        return leaving();
      }
      if (waiting.length >= waitingMax)
        throw busy(`${insideMax} others are running and ${waiting.length} wait.`);
      await wait(signal);
      return leaving();
    },
  };
}
