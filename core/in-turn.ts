/** Works of which one begins when the one before is over, whether it came through or not: each finds what that left. */
export interface InTurn {
  /** Runs it in the order of the calls. What it fails with is met by who asked for it, and keeps nobody behind it. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when all is over that was asked for until now. */
  idle(): Promise<void>;
}

export function inTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(work) {
      const result = last.then(work);
      last = result.catch(() => undefined);
      return result;
    },
    async idle() {
      await last;
    },
  };
}
