/**
 * Acts of an element one at a time: what is pressed before the last answer came does nothing more. `acting` on the host
 * says so meanwhile, and its buttons show it. Rows that have nothing to do with each other act for themselves.
 */
import type { ReactiveControllerHost } from 'lit';

export interface Once {
  /** @param of whose act it is, such as the id of a row, where only that waits; else the whole element does */
  (act: () => Promise<unknown>, of?: string): Promise<void>;
  /** Whether a row waits for its act, for `acting` on it. */
  isActing(of: string): boolean;
}

/**
 * @example
 * readonly #once = oneAtATime(this);
 * void this.#once(() => createKey(input));
 * void this.#once(() => deleteKey(id), id); // <tr ?acting=${this.#once.isActing(id)}>
 */
export function oneAtATime(host: Element & Pick<ReactiveControllerHost, 'requestUpdate'>): Once {
  const acting = new Set<string>();
  const show = () => {
    host.toggleAttribute('acting', acting.has(whole));
    host.requestUpdate();
  };
  const once = async (act: () => Promise<unknown>, of = whole) => {
    if (acting.has(of)) return;
    acting.add(of);
    show();
    try {
      await act();
    } finally {
      acting.delete(of);
      show();
    }
  };
  return Object.assign(once, { isActing: (of: string) => acting.has(of) });
}

/** The element itself, beside the ids of its rows. */
const whole = '';
