/**
 * Starts the processes in which analyst SQL runs. Each has limits of the operating system: memory, processor time, no
 * file that grows, few open files. It is killed at its deadline and when nobody waits for it any more.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Problem } from '../../contract/problem.ts';
import type { Sandbox, SandboxOrder, SandboxPart } from '../../desks/sandbox.ts';
import { createTurnstile } from '../../desks/turnstile.ts';
import type { ChildMessage, ChildOrder } from './child-messages.ts';

export const sandboxLimits = {
  /** How many statements run at once, and how many wait for their turn, and how long. */
  childrenMax: 2,
  waitingMax: 32,
  waitMsMax: 20_000,
  /** Of a process: what it may allocate, and the time of one core. */
  dataBytes: 1_500_000_000,
  cpuSeconds: 60,
  openFiles: 256,
  heapMb: 256,
  /** After its deadline a process may say so for so long before it is killed. */
  graceMs: 500,
};

export interface SandboxOptions {
  /** The built program of the child. */
  childFile: string;
  limits?: Partial<typeof sandboxLimits>;
}

export function createChildSandbox({ childFile, limits: given }: SandboxOptions): Sandbox {
  const limits = { ...sandboxLimits, ...given };
  // Nothing can be written there, and nothing lies there.
  const emptyFolder = mkdtempSync(join(tmpdir(), 'canister-sandbox-'));
  const children = new Set<ChildProcess>();
  const turns = createTurnstile({
    insideMax: limits.childrenMax,
    waitingMax: limits.waitingMax,
    waitMsMax: limits.waitMsMax,
    busy: (why) => new Problem('sql_busy', `${why} Try again in a moment.`),
  });
  let isWarm = false;
  let isClosed = false;
  let spare: ChildProcess | undefined;

  function start(): ChildProcess {
    const child = startChild(childFile, emptyFolder, limits);
    children.add(child);
    child.once('exit', () => {
      children.delete(child);
      if (spare === child) spare = undefined;
    });
    // A process that could not be started says so when it is asked.
    child.on('error', () => children.delete(child));
    child.stdin?.on('error', () => {});
    return child;
  }

  function takeChild(): ChildProcess {
    const child = spare ?? start();
    spare = undefined;
    if (isWarm && !isClosed) spare = start();
    return child;
  }

  async function* run(order: SandboxOrder, signal?: AbortSignal): AsyncGenerator<SandboxPart> {
    const leave = await turns.enter(signal);
    try {
      if (isClosed) throw stopping();
      yield* partsOf(takeChild(), order, signal, limits.graceMs);
    } catch (error) {
      // That its process was killed is no fault of the statement.
      throw isClosed ? stopping() : error;
    } finally {
      leave();
    }
  }

  return {
    run,
    keepWarm() {
      isWarm = true;
      spare ??= start();
    },
    async close() {
      isClosed = true;
      const ended = [...children].map(
        (child) => new Promise((resolve) => child.once('exit', resolve)),
      );
      for (const child of children) child.kill('SIGKILL');
      await Promise.all(ended);
      rmSync(emptyFolder, { recursive: true, force: true });
    },
  };
}

/** The shell sets the limits and then becomes the child, so that there is one process to kill. */
function startChild(file: string, folder: string, limits: typeof sandboxLimits): ChildProcess {
  const { dataBytes, cpuSeconds, openFiles, heapMb } = limits;
  const set = `ulimit -c 0 && ulimit -f 0 && ulimit -n ${openFiles} && ulimit -t ${cpuSeconds} && ulimit -d ${Math.floor(dataBytes / 1_024)}`;
  const child = spawn(
    '/bin/sh',
    ['-c', `${set} && exec "$@"`, 'sh', process.execPath, `--max-old-space-size=${heapMb}`, file],
    { cwd: folder, env: {}, stdio: ['pipe', 'pipe', 'ignore'] },
  );
  // Taking hits and answering goes first.
  if (child.pid !== undefined) {
    try {
      setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
    } catch {
      // It has ended already, which is seen elsewhere.
    }
  }
  return child;
}

/** Gives the order to a child and reads what it says; kills it in the end, whatever the end is. */
async function* partsOf(
  child: ChildProcess,
  order: SandboxOrder,
  signal: AbortSignal | undefined,
  graceMs: number,
): AsyncGenerator<SandboxPart> {
  const kill = () => child.kill('SIGKILL');
  let isLate = false;
  const deadline = setTimeout(() => {
    isLate = true;
    kill();
  }, order.deadlineMs + graceMs);
  signal?.addEventListener('abort', kill);
  try {
    signal?.throwIfAborted();
    if (child.stdout === null) throw new Error('a child of the sandbox has no output');
    child.stdin?.write(`${JSON.stringify(orderOf(order))}\n`);
    for await (const line of createInterface({ input: child.stdout })) {
      const message = JSON.parse(line) as ChildMessage;
      if ('ready' in message) continue;
      if ('problem' in message) throw new Problem(message.problem.code, message.problem.detail);
      yield message;
      if ('end' in message) return;
    }
    signal?.throwIfAborted();
    throw isLate ? tooSlow(order.deadlineMs) : tooLarge();
  } finally {
    clearTimeout(deadline);
    signal?.removeEventListener('abort', kill);
    kill();
  }
}

const stopping = () => new Problem('shutting_down', 'The server is stopping. Ask again.');

const tooSlow = (deadlineMs: number) =>
  new Problem(
    'sql_too_slow',
    `The query was stopped after ${deadlineMs / 1000} s. Ask for fewer days or rows.`,
  );

/** A process that ends without a word has come up against a limit of the operating system. */
const tooLarge = () =>
  new Problem(
    'sql_too_large',
    'The query needed more memory or processor time than one may have. Ask for fewer days, or aggregate earlier.',
  );

function orderOf({ manifest, ...order }: SandboxOrder): ChildOrder {
  const { timeZone, views, files } = manifest;
  return {
    ...order,
    timeZone,
    views: views.map(({ name, columns }) => ({
      name,
      columns: columns.map((column) => ({ name: column.name, type: column.type })),
      files: files.flatMap(({ view, file }) => (view === name ? file : [])),
    })),
  };
}
