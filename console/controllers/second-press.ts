/**
 * What cannot be taken back is done at the second press of a button. A double click is one press; the first one is
 * forgotten after a while, by Escape, and when the focus goes elsewhere.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

const doubleClickMs = 400;
const forgottenAfterMs = 8_000;

export class SecondPress implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #act: () => void;
  #armedAt: number | undefined;
  #forgetting: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost, act: () => void) {
    this.#host = host;
    this.#act = act;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.forget();
  }

  /** The first press has been. */
  get isArmed(): boolean {
    return this.#armedAt !== undefined;
  }

  readonly press = (): void => {
    const now = performance.now();
    if (this.#armedAt === undefined) {
      this.#armedAt = now;
      this.#forgetting = setTimeout(this.forget, forgottenAfterMs);
      this.#host.requestUpdate();
    } else if (now - this.#armedAt > doubleClickMs) {
      this.forget();
      this.#act();
    }
  };

  readonly key = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') this.forget();
  };

  readonly forget = (): void => {
    clearTimeout(this.#forgetting);
    this.#armedAt = undefined;
    this.#host.requestUpdate();
  };
}
