/**
 * A question asked again and again while its page is seen. The last answer stays on screen when the server falls
 * silent, with the time that it is of; one question is under way at a time, and is given up when it takes too long.
 */
import { msg, str } from '@lit/localize';
import type { ReactiveControllerHost } from 'lit';
import { ApiError, asApiError } from '../api/client.ts';
import { serverNow } from '../api/server-time.ts';
import { keptSince } from '../offline/staleness.ts';
import { PollController } from './poll-controller.ts';

export interface RefreshOptions<Value> {
  everyMs: number;
  /** What it is about, such as a session: an answer is never shown under another subject. Undefined asks nothing. */
  subject: () => string | undefined;
  /** Asks; undefined says that there is no news since `known`. */
  fetch: (signal: AbortSignal, known: Value | undefined) => Promise<Value | undefined>;
  /** True for an answer that will not change any more: nothing is asked then. */
  isFinal?: (value: Value) => boolean;
}

const answerMsMax = 10_000;
const silent = new ApiError({
  code: 'unreachable',
  status: 0,
  title: msg('The server does not answer'),
  detail: msg('No connection to Canister could be made.'),
});
const tooLate = new ApiError({
  code: 'unreachable',
  status: 0,
  title: msg('The server does not answer'),
  detail: msg(str`No answer came within ${answerMsMax / 1_000} seconds.`),
});

export class RefreshController<Value> {
  readonly #host: ReactiveControllerHost;
  readonly #options: RefreshOptions<Value>;
  #subject: string | undefined;
  #value: Value | undefined;
  #error: ApiError | undefined;
  #answeredAt: number | undefined;
  #asking: AbortController | undefined;

  constructor(host: ReactiveControllerHost, options: RefreshOptions<Value>) {
    this.#host = host;
    this.#options = options;
    host.addController({
      // The subject is known when the host has its properties: the first question, and one at every change.
      hostUpdate: () => this.#follow(),
      hostDisconnected: () => this.#giveUp(),
    });
    new PollController(host, options.everyMs, () => void this.ask());
  }

  /** The newest answer. */
  get value(): Value | undefined {
    return this.#subject === this.#options.subject() ? this.#value : undefined;
  }

  /** Why the newest question failed; undefined when it was answered. */
  get error(): ApiError | undefined {
    return this.#subject === this.#options.subject() ? this.#error : undefined;
  }

  /** When the last answer came, epoch milliseconds of this browser. */
  get answeredAt(): number | undefined {
    return this.#answeredAt;
  }

  /** True while what is shown may be outdated, because the server did not answer the newest question. */
  get stale(): boolean {
    return this.value !== undefined && this.error !== undefined;
  }

  /** Asks now, unless a question is under way or nothing can change. */
  async ask(): Promise<void> {
    const subject = this.#options.subject();
    if (subject === undefined || subject !== this.#subject || this.#asking !== undefined) return;
    const known = this.#value;
    if (known !== undefined && this.#options.isFinal?.(known) === true) return;
    const asking = new AbortController();
    this.#asking = asking;
    const late = setTimeout(() => asking.abort(), answerMsMax);
    const isOurs = () => this.#asking === asking;
    try {
      const news = await this.#options.fetch(asking.signal, known);
      if (!isOurs()) return;
      this.#take(news, keptSince(asking.signal));
    } catch (error) {
      if (isOurs()) this.#error = asking.signal.aborted ? tooLate : asApiError(error);
    } finally {
      clearTimeout(late);
      if (isOurs()) this.#asking = undefined;
      this.#host.requestUpdate();
    }
  }

  /** @param keptAt when the answer was given that this browser had kept, where the server is silent */
  #take(news: Value | undefined, keptAt: number | undefined): void {
    this.#error = keptAt === undefined ? undefined : silent;
    // What this page has already seen is newer than what was kept.
    if (keptAt !== undefined && this.#value !== undefined) return;
    if (news !== undefined) this.#value = news;
    this.#answeredAt = keptAt ?? serverNow();
  }

  #follow(): void {
    const subject = this.#options.subject();
    if (subject === this.#subject) return;
    this.#subject = subject;
    this.#value = undefined;
    this.#error = undefined;
    this.#giveUp();
    void this.ask();
  }

  #giveUp(): void {
    const asking = this.#asking;
    this.#asking = undefined;
    asking?.abort();
  }
}
