/** Repeats a call while its element is on screen and the tab is seen; a hidden tab asks for nothing. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

export class PollController implements ReactiveController {
  readonly #call: () => void;
  readonly #everyMs: number;
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #onVisibility = () => {
    if (document.visibilityState === 'visible') this.#start();
    else this.#stop();
  };

  /** `call` runs at once, and then every `everyMs`. */
  constructor(host: ReactiveControllerHost, everyMs: number, call: () => void) {
    this.#call = call;
    this.#everyMs = everyMs;
    host.addController(this);
  }

  hostConnected(): void {
    document.addEventListener('visibilitychange', this.#onVisibility);
    this.#onVisibility();
  }

  hostDisconnected(): void {
    document.removeEventListener('visibilitychange', this.#onVisibility);
    this.#stop();
  }

  #start(): void {
    if (this.#timer !== undefined) return;
    this.#call();
    this.#timer = setInterval(this.#call, this.#everyMs);
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
