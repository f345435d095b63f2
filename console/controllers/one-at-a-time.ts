/**
 * Acts of an element one at a time: what is pressed before the last answer came does nothing more. `acting` on the host
 * says so meanwhile, and its buttons show it.
 */

/**
 * @example
 * readonly #once = oneAtATime(this);
 * void this.#once(() => createKey(input));
 */
export function oneAtATime(host: Element): (act: () => Promise<unknown>) => Promise<void> {
  let isBusy = false;
  return async (act) => {
    if (isBusy) return;
    isBusy = true;
    host.toggleAttribute('acting', true);
    try {
      await act();
    } finally {
      isBusy = false;
      host.toggleAttribute('acting', false);
    }
  };
}
