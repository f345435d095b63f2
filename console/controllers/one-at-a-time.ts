/** Acts of a page one at a time: a button that is pressed again before its answer came does nothing more. */

/**
 * @example
 * readonly #once = oneAtATime();
 * void this.#once(() => createKey(input));
 */
export function oneAtATime(): (act: () => Promise<unknown>) => Promise<void> {
  let isBusy = false;
  return async (act) => {
    if (isBusy) return;
    isBusy = true;
    try {
      await act();
    } finally {
      isBusy = false;
    }
  };
}
