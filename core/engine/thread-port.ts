/**
 * Calls between threads: one side serves an object of methods on a port, the other calls it as if it were here.
 * Problems keep their code on the way; other errors keep their message.
 */
import type { MessagePort, Transferable, Worker } from 'node:worker_threads';
import { Problem, type ProblemCode } from '../contract/problem.ts';

type Port = Pick<MessagePort | Worker, 'postMessage'> & {
  on(name: 'message', listener: (message: unknown) => void): unknown;
};

interface Call {
  call: number;
  method: string;
  args: unknown[];
}

/** An error on its way to another thread. */
export interface PackedError {
  message: string;
  problem?: ProblemCode;
  code?: string;
}

interface Reply {
  reply: number;
  value?: unknown;
  error?: PackedError;
}

/**
 * Threads whose work lies in buffers make few objects. With more room for young ones the buffers would wait there until
 * their size calls for the collector of old ones, which costs more.
 */
export const ofSmallThreads = { maxYoungGenerationSizeMb: 3 };

/** A value whose buffers are handed over instead of copied: an argument, or what a method gives. */
export class Transferred {
  readonly value: unknown;
  readonly buffers: Transferable[];

  constructor(value: unknown, buffers: Transferable[]) {
    this.value = value;
    this.buffers = buffers;
  }
}

/** Answers calls on `port` with the methods of `target`. */
export function serveCalls(port: Port, target: object): void {
  const methods = target as Record<string, ((...args: unknown[]) => unknown) | undefined>;
  port.on('message', async (message) => {
    const { call, method, args } = message as Call;
    if (call === undefined) return;
    try {
      const found = Object.hasOwn(methods, method) ? methods[method] : undefined;
      if (found === undefined) throw new Error(`no method ${method} is served on this port`);
      const result = await found.apply(target, args);
      if (result instanceof Transferred) {
        port.postMessage({ reply: call, value: result.value } satisfies Reply, result.buffers);
      } else {
        port.postMessage({ reply: call, value: result } satisfies Reply);
      }
    } catch (error) {
      port.postMessage({ reply: call, error: packError(error) } satisfies Reply);
    }
  });
}

/** Stands for the object that the other side of `port` serves. `ended` rejects all calls still open. */
export function callOver<T extends object>(port: Port): { remote: T; ended: (why: Error) => void } {
  const open = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (why: Error) => void }
  >();
  let calls = 0;
  let stopped: Error | undefined;
  port.on('message', (message) => {
    const { reply, value, error } = message as Reply;
    const waiting = open.get(reply);
    if (waiting === undefined) return;
    open.delete(reply);
    if (error) waiting.reject(unpackError(error));
    else waiting.resolve(value);
  });
  const remote = new Proxy({} as T, {
    get(_target, method) {
      if (typeof method !== 'string' || method === 'then') return undefined;
      return (...args: unknown[]) =>
        new Promise((resolve, reject) => {
          if (stopped) {
            reject(stopped);
            return;
          }
          calls += 1;
          open.set(calls, { resolve, reject });
          const buffers = args.flatMap((arg) => (arg instanceof Transferred ? arg.buffers : []));
          const plain = args.map((arg) => (arg instanceof Transferred ? arg.value : arg));
          port.postMessage({ call: calls, method, args: plain } satisfies Call, buffers);
        });
    },
  });
  const ended = (why: Error) => {
    stopped = why;
    for (const waiting of open.values()) waiting.reject(why);
    open.clear();
  };
  return { remote, ended };
}

export function packError(error: unknown): PackedError {
  if (error instanceof Problem) return { message: error.message, problem: error.code };
  const { message, code } = error as { message?: string; code?: string };
  return { message: message ?? String(error), ...(typeof code === 'string' ? { code } : {}) };
}

export function unpackError({ message, problem, code }: PackedError): Error {
  if (problem) return new Problem(problem, message);
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}
