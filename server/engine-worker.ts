/** The thread of the engine, and the calls into it. */
import { Worker } from 'node:worker_threads';
import { Problem, type ProblemCode, problemCodes } from '../core/contract/problem.ts';
import type { Engine } from '../core/engine/engine.ts';
import type { EngineThreadData, EngineWords } from '../core/engine/engine-thread.ts';
import { callOver, Transferred, unpackError } from '../core/engine/thread-port.ts';
import { built } from './built.ts';

/**
 * Starts the engine's thread and waits until it has opened every dataset.
 * @param said what it mended of a dataset's stores, in a sentence
 */
export async function startEngineThread(
  data: EngineThreadData,
  fatal: (why: Error) => void,
  said: (text: string) => void,
) {
  const worker = new Worker(built('./engine-thread.js'), {
    workerData: data,
    transferList: [data.libsql],
    // Hits and sessions live briefly: room for them to die young spares the collector of garbage much copying.
    resourceLimits: { maxYoungGenerationSizeMb: 48 },
  });
  const { remote: called, ended } = callOver<Engine>(worker);
  const remote: Engine = Object.assign(Object.create(called), {
    feedFile: (number: number, bytes: Uint8Array) => called.feedFile(number, handOver(bytes)),
  });
  let closing = false;
  let ready = false;
  await new Promise<void>((resolve, reject) => {
    worker.on('message', (message: unknown) => {
      if (isEngineWords(message)) {
        if ('said' in message) said(message.said);
        else if (!closing) fatal(unpackError(message.failed));
      }
      if (message !== 'ready') return;
      ready = true;
      resolve();
    });
    const died = (why: Error) => {
      // What keeps a data folder from being opened is a refusal, not a failure in the midst of work.
      reject(asProblem(why));
      ended(why);
      if (ready && !closing) fatal(asProblem(why));
    };
    worker.on('error', died);
    worker.on('exit', (code) => died(new Error(`the engine's thread ended with code ${code}`)));
  });
  return {
    remote,
    async terminate() {
      closing = true;
      // What still waits in there, such as an import for its turn, has not failed.
      ended(new Problem('shutting_down', 'The server is stopping. Ask again.'));
      await worker.terminate();
    },
  };
}

function isEngineWords(message: unknown): message is EngineWords {
  return (
    typeof message === 'object' && message !== null && ('said' in message || 'failed' in message)
  );
}

/** A large piece of a file is not copied on its way, where nobody else uses its buffer. */
function handOver(bytes: Uint8Array): Uint8Array {
  const { buffer, byteLength } = bytes;
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength !== byteLength) return bytes;
  return new Transferred(bytes, [buffer]) as unknown as Uint8Array;
}

/** A problem that came out of another thread is an error with its code. */
function asProblem(error: Error & { code?: unknown }): Error {
  const { name, code, message } = error;
  const isProblem = name === 'Problem' && typeof code === 'string' && code in problemCodes;
  return isProblem ? new Problem(code as ProblemCode, message) : error;
}
