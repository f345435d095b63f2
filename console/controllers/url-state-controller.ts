/** Keeps a page's view state in the address: what is seen can be bookmarked, sent, and gone back to. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { onLocationChange } from './location.ts';

/** How a state reads from and writes to the query of an address. Defaults are left out of the address. */
export interface UrlCodec<T> {
  decode(params: URLSearchParams): T;
  encode(value: T): URLSearchParams;
}

/**
 * @example
 * readonly view = new UrlStateController(this, analysisViewCodec);
 * this.view.set({ ...this.view.value, robots: true });
 */
export class UrlStateController<T> implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #codec: UrlCodec<T>;
  #release: (() => void) | undefined;
  #search: string;
  value: T;

  constructor(host: ReactiveControllerHost, codec: UrlCodec<T>) {
    this.#host = host;
    this.#codec = codec;
    this.#search = location.search;
    this.value = codec.decode(new URLSearchParams(this.#search));
    host.addController(this);
  }

  hostConnected(): void {
    this.#release = onLocationChange(() => this.#read());
    this.#read();
  }

  hostDisconnected(): void {
    this.#release?.();
  }

  /** Takes a new state and writes it to the address as a new entry of the history. */
  set(value: T): void {
    const query = this.#codec.encode(value).toString();
    history.pushState({}, '', query === '' ? location.pathname : `?${query}`);
    this.#read();
  }

  #read(): void {
    if (location.search === this.#search) return;
    this.#search = location.search;
    this.value = this.#codec.decode(new URLSearchParams(this.#search));
    this.#host.requestUpdate();
  }
}
