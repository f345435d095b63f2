/** A gate that many pass at once, or that one has alone: whoever wants it alone waits until nobody is inside. */
export interface Gate {
  pass<T>(work: () => Promise<T>): Promise<T>;
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** Somebody has it alone, or waits for that. */
  isTaken(): boolean;
}

export function createGate(): Gate {
  const inside = new Set<Promise<unknown>>();
  let taken: Promise<unknown> | undefined;
  return {
    async pass(work) {
      while (taken !== undefined) await taken;
      const passing = work();
      inside.add(passing);
      try {
        return await passing;
      } finally {
        inside.delete(passing);
      }
    },
    async alone(work) {
      while (taken !== undefined) await taken;
      const working = Promise.allSettled(inside).then(work);
      const over = working.then(
        () => undefined,
        () => undefined,
      );
      taken = over;
      try {
        return await working;
      } finally {
        taken = undefined;
      }
    },
    isTaken: () => taken !== undefined,
  };
}
