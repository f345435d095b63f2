/** The real server as a test build, which has fail points: built when needed, started on a data folder, ended. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pause } from '../product.ts';

/** As seen from `dist/node`, where programs run. */
const fromRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const program = fromRoot('dist-failing/node/cli.js');
const shownCharacters = 4_000;

export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface Server {
  readonly process: ChildProcess;
  /** How it ended, once it has. */
  readonly ended: Promise<Ending>;
  /** The last of what it wrote. */
  said(): string;
}

/** Makes the test build where it is missing or older than the product. */
export function buildFailing(): void {
  const builtAt = (file: string) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (builtAt(program) > builtAt(fromRoot('dist/node/cli.js'))) return;
  process.stderr.write('Building the program with its fail points …\n');
  const vite = [fromRoot('node_modules/vite/bin/vite.js'), 'build', '--app'];
  const env = { ...process.env, FAIL_POINTS: '1' };
  const { status } = spawnSync(process.execPath, vite, {
    cwd: fromRoot('.'),
    env,
    stdio: [0, 2, 2],
  });
  if (status !== 0) throw new Error('The test build failed. Its messages are above.');
}

/**
 * Starts `serve`.
 * @param under a command that runs the program and watches it, such as strace
 */
export function startServer(options: {
  data: string;
  port: number;
  environment?: Record<string, string>;
  under?: readonly string[];
}): Server {
  const { data, port, environment = {}, under = [] } = options;
  const [command = '', ...args] = [...under, process.execPath, program, 'serve', '--data', data];
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      CANISTER_IDLE_TIMEOUT_MS: '150',
      CANISTER_CLIENT_RATE_MAX: '0',
      CANISTER_DATASET_RATE_MAX: '0',
      CANISTER_HOST: '127.0.0.1',
      PORT: String(port),
      ...environment,
    },
  });
  let said = '';
  const hear = (part: Buffer) => {
    said = (said + part.toString()).slice(-shownCharacters);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const ended = new Promise<Ending>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  return { process: child, ended, said: () => said };
}

/** Runs a command of the same build on a data folder that no server has, and gives its JSON. */
export function ask(data: string, ...args: string[]): unknown {
  const out = execFileSync(process.execPath, [program, ...args, '--json', '--data', data]);
  return JSON.parse(out.toString());
}

/** Makes a dataset; gives its write key. */
export function createDataset(data: string, slug: string): string {
  return (ask(data, 'dataset', 'create', slug) as { writeKey: string }).writeKey;
}

/** Waits until nothing is read, active or waiting any more. */
export async function waitForRest(port: number, msMax: number): Promise<void> {
  const until = performance.now() + msMax;
  for (let quiet = 0; quiet < 3; ) {
    if (performance.now() > until) throw new Error('the server did not come to rest');
    await pause(100);
    const status = await readStatus(port).catch(() => undefined);
    const isQuiet =
      status?.waitingHits === 0 &&
      status.datasets.every(({ activeSessions }) => activeSessions === 0);
    quiet = isQuiet ? quiet + 1 : 0;
  }
}

interface Status {
  waitingHits: number;
  datasets: { activeSessions: number }[];
}

const readStatus = async (port: number) =>
  (await (await fetch(`http://127.0.0.1:${port}/api/status`)).json()) as Status;
