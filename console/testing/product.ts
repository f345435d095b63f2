/** Starts the built product on a folder of its own and a free port, as a user would, and stops it again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export interface Product {
  baseUrl: string;
  data: string;
  /** The last of what it wrote to stdout and stderr. */
  said(): string;
  /** Ends it as a supervisor does, and waits. Gives the exit code. */
  stop(): Promise<number | null>;
  /** Ends it as a power cut does: nothing can be finished. The data folder stays. */
  kill(): Promise<void>;
}

export interface ProductOptions {
  command?: 'serve' | 'demo';
  /** Further options of the command. */
  args?: readonly string[];
  environment?: Record<string, string>;
  /** A folder to go on with; else a new one, removed at the stop. */
  data?: string;
  /** The port to come back to; else a free one. */
  port?: number;
}

const launcher = fileURLToPath(new URL('../../canister.mjs', import.meta.url));
const startMsMax = 90_000;
const commandMsMax = 120_000;
const pollMs = 100;

/**
 * Runs `canister serve` (or `demo`) until it answers `/healthz`.
 * @throws with the program's own words, when it ends or stays silent for too long
 */
export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const { command = 'serve', args = [], environment = {} } = options;
  const folder = options.data === undefined ? mkdtempSync(join(tmpdir(), 'canister-')) : undefined;
  const data = options.data ?? join(folder ?? '', 'data');
  const port = options.port ?? (await freePort());
  const baseUrl = `http://127.0.0.1:${port}`;
  const program = spawn(process.execPath, [launcher, command, ...args, '--data', data], {
    env: { ...outsideOfTests(), ...environment, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [program.stdout, program.stderr]) {
    stream.on('data', (part: Buffer) => {
      said = (said + part.toString()).slice(-8_000);
    });
  }
  const stop = async () => {
    await ended(program, 'SIGTERM');
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    return program.exitCode;
  };
  const deadline = Date.now() + startMsMax;
  while (!(await answers(baseUrl))) {
    if (program.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`Canister did not start (exit code ${program.exitCode}):\n${said}`);
    }
    await pause(pollMs);
  }
  return { baseUrl, data, said: () => said, stop, kill: () => ended(program, 'SIGKILL') };
}

export interface CommandResult {
  code: number | null;
  out: string;
  notes: string;
}

/**
 * Runs one command of the built command line to its end. What the test holds open, such as a connection, lives on meanwhile.
 * @throws with the program's own words, when it does not end
 */
export async function runCommand(
  args: readonly string[],
  input = '',
  environment: Record<string, string> = {},
): Promise<CommandResult> {
  const env = { ...outsideOfTests(), ...environment };
  const program = spawn(process.execPath, [launcher, ...args], { env });
  const late = setTimeout(() => program.kill('SIGKILL'), commandMsMax);
  // A command that does not read its input closes it: that is no fault.
  program.stdin.on('error', () => {});
  program.stdin.end(input);
  const [out, notes, code] = await Promise.all([
    text(program.stdout),
    text(program.stderr),
    new Promise<number | null>((resolve, reject) => {
      program.once('error', reject);
      program.once('close', resolve);
    }),
  ]);
  clearTimeout(late);
  if (program.signalCode !== null)
    throw new Error(
      `canister ${args.join(' ')} did not end (${program.signalCode}):\n${out}${notes}`,
    );
  return { code, out, notes };
}

/**
 * Takes away over the API what an earlier try of a step may have left, so that the step can be tried again.
 * @param paths behind `/api`; that there is nothing at one is no fault
 */
export async function forget({ baseUrl }: Product, ...paths: string[]): Promise<void> {
  for (const path of paths) {
    const { ok, status } = await fetch(`${baseUrl}/api${path}`, {
      method: 'DELETE',
      headers: { 'x-canister': 'test' },
    });
    if (!ok && status !== 404) throw new Error(`${path} was not deleted: ${status}`);
  }
}

/** The environment without what the test runner puts there: the product must not see that it is tested. */
function outsideOfTests(): NodeJS.ProcessEnv {
  const names = Object.keys(process.env);
  return Object.fromEntries(
    names
      .filter((name) => name !== 'NODE_ENV' && !name.startsWith('VITEST'))
      .map((name) => [name, process.env[name]]),
  );
}

async function answers(baseUrl: string): Promise<boolean> {
  return fetch(`${baseUrl}/healthz`).then(
    (response) => response.ok,
    () => false,
  );
}

function ended(program: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    program.once('exit', () => resolve());
    program.kill(signal);
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('no port was given'));
      });
    });
  });
}

const pause = (waitMs: number) => new Promise((resolve) => setTimeout(resolve, waitMs));
