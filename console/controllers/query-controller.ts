/**
 * A question to the server as a state to draw: pending, complete, error, and stale, which is an older answer to
 * the same subject that stays on screen while a newer one is fetched or could not be had.
 */
import { Task, TaskStatus } from '@lit/task';
import type { ReactiveControllerHost } from 'lit';
import { type ApiError, accessNews, asApiError } from '../api/client.ts';
import { keptSince } from '../offline/staleness.ts';

export interface QueryOptions<Key, Value> {
  /** What is asked for; a change of it (compared as JSON) asks anew. Undefined asks nothing. */
  key: () => Key | undefined;
  /** What it is about, such as the dataset: an answer is never shown under another subject. */
  subject: (key: Key) => string;
  fetch: (key: Key, signal: AbortSignal) => Promise<Value>;
}

export class QueryController<Key, Value> {
  readonly #options: QueryOptions<Key, Value>;
  readonly #task: Task<readonly [string], Value>;
  #last: { subject: string; value: Value; keptSince: number | undefined } | undefined;

  constructor(host: ReactiveControllerHost, options: QueryOptions<Key, Value>) {
    this.#options = options;
    const askAgain = () => {
      if (this.error?.code === 'sign_in_needed') void this.retry();
    };
    // A line that was away may be back: nobody has to press for that.
    const askIfSilent = () => {
      if (this.error?.code === 'unreachable' && document.visibilityState === 'visible')
        void this.retry();
    };
    host.addController({
      hostConnected: () => {
        accessNews.addEventListener('signed-in', askAgain);
        window.addEventListener('online', askIfSilent);
        document.addEventListener('visibilitychange', askIfSilent);
      },
      hostDisconnected: () => {
        accessNews.removeEventListener('signed-in', askAgain);
        window.removeEventListener('online', askIfSilent);
        document.removeEventListener('visibilitychange', askIfSilent);
      },
    });
    this.#task = new Task(host, {
      args: () => [JSON.stringify(options.key() ?? null)] as const,
      task: async (_args, { signal }) => this.#ask(signal),
    });
  }

  async #ask(signal: AbortSignal): Promise<Value> {
    const key = this.#options.key();
    if (key === undefined) return new Promise<Value>(() => {});
    const value = await this.#options.fetch(key, signal);
    this.#last = { subject: this.#options.subject(key), value, keptSince: keptSince(signal) };
    return value;
  }

  /** The newest answer to this subject, fresh or stale. */
  get value(): Value | undefined {
    const key = this.#options.key();
    if (key === undefined || this.#last?.subject !== this.#options.subject(key)) return undefined;
    return this.#last.value;
  }

  get pending(): boolean {
    return this.#task.status === TaskStatus.PENDING || this.#task.status === TaskStatus.INITIAL;
  }

  get error(): ApiError | undefined {
    return this.#task.status === TaskStatus.ERROR ? asApiError(this.#task.error) : undefined;
  }

  /** True while what is on screen is not the answer to what is asked now. */
  get stale(): boolean {
    return this.value !== undefined && this.#task.status !== TaskStatus.COMPLETE;
  }

  /** When the answer on screen was given, where it was kept in this browser and the server is silent. */
  get keptSince(): number | undefined {
    return this.value === undefined ? undefined : this.#last?.keptSince;
  }

  /** Asks again. @returns once it is answered, or was refused */
  retry(): Promise<void> {
    // The task keeps its failure, which is shown as `error`.
    return this.#task.run().catch(() => undefined);
  }
}
