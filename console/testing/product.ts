/** Starts the built product on a folder of its own and a free port, as a user would, and stops it again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Product {
  baseUrl: string;
  stop(): Promise<void>;
}

const launcher = fileURLToPath(new URL('../../canister.mjs', import.meta.url));
const startMsMax = 90_000;
const pollMs = 100;

/**
 * Runs `canister serve` until it answers `/healthz`.
 * @throws with the program's own words, when it ends or stays silent for too long
 */
export async function startProduct(environment: Record<string, string> = {}): Promise<Product> {
  const data = mkdtempSync(join(tmpdir(), 'canister-console-'));
  const port = await freePort();
  const baseUrl = `http://127.0.0.1:${port}`;
  const program = spawn(process.execPath, [launcher, 'serve', '--data', data], {
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
    await ended(program);
    rmSync(data, { recursive: true, force: true });
  };
  const deadline = Date.now() + startMsMax;
  while (!(await answers(baseUrl))) {
    if (program.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`Canister did not start (exit code ${program.exitCode}):\n${said}`);
    }
    await pause(pollMs);
  }
  return { baseUrl, stop };
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

function ended(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    program.once('exit', () => resolve());
    program.kill('SIGTERM');
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
