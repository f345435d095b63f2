#!/usr/bin/env node
/**
 * The launcher: builds when a source is newer than the last build, then hands over to the built program.
 * Plain JavaScript, because it runs before anything is built.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';

const root = dirname(fileURLToPath(import.meta.url));
const cli = join(root, 'dist/node/cli.js');
const lock = join(root, 'node_modules/.canister-build');
const sources = [
  'commands',
  'server',
  'core',
  'collector-edge',
  'reports',
  'console',
  'bench',
  'package-lock.json',
  ...readdirSync(root).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts')),
];
const lockAgeMsMax = 60_000;
const processorsFew = 2;

function newest(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  let time = 0;
  for (const name of readdirSync(path)) {
    if (name !== '.tsbuild' && !name.endsWith('.test.ts'))
      time = Math.max(time, newest(join(path, name)));
  }
  return time;
}

const isStale = () => newest(cli) < Math.max(...sources.map((name) => newest(join(root, name))));

/** One build at a time: a second command waits for the first one's build. */
function takeBuildLock() {
  for (;;) {
    try {
      mkdirSync(lock);
      return;
    } catch (error) {
      if (['EACCES', 'EPERM', 'EROFS'].includes(error.code)) {
        process.stderr.write(
          `The program in ${root} is older than its sources, or was not built, and this user may not build it (${error.code}). Build it as its owner: npm ci && npm run -s build\n`,
        );
        process.exit(1);
      }
      if (error.code !== 'EEXIST') throw error;
      const held = statSync(lock, { throwIfNoEntry: false });
      if (held && Date.now() - held.mtimeMs > lockAgeMsMax) rmdirSync(lock);
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
}

/** @returns whether there is a build now */
function build() {
  takeBuildLock();
  try {
    if (!isStale()) return true;
    process.stderr.write('Building Canister …\n');
    const result = spawnSync(
      process.execPath,
      [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--app'],
      {
        cwd: root,
        stdio: ['ignore', 2, 2],
      },
    );
    return result.status === 0;
  } finally {
    rmdirSync(lock);
  }
}

if (isStale() && !build()) {
  process.stderr.write('The build failed. Did `npm ci` finish? Its messages are above.\n');
  process.exit(1);
}
// Four long queries would otherwise keep every file and every look-up waiting; read before the pool starts.
process.env.UV_THREADPOOL_SIZE ??= '16';
// Where threads outnumber processors, a collector of garbage that waits for its helpers waits for the engine and the
// database as well, and all of them together take a tenth more of the processors.
if (availableParallelism() <= processorsFew) setFlagsFromString('--no-parallel-scavenge');
// `--program bench`, `simulate` and `screenshots` run what was built beside the command line.
const program = process.argv[2] === '--program' ? process.argv.splice(2, 2)[1] : 'cli';
await import(join(root, `dist/node/${program}.js`));
