/** The proofs on the real process, in small: kills at every fail point, power cuts, and faults that they must find. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { failPoints, type PlantedBug, plantedBugs } from '../core/fail-point.ts';

const root = join(import.meta.dirname, '..');
const hasStrace = spawnSync('strace', ['-V']).status === 0;
const msMax = 240_000;

/** Runs a program of bench/; gives its exit code and the last line that it wrote. */
function run(program: string, ...args: string[]) {
  return new Promise<{ code: number | null; lines: string[]; last: string }>((resolve) => {
    const child = spawn(process.execPath, ['canister.mjs', '--program', program, ...args], {
      cwd: root,
      env: { ...process.env, NODE_ENV: '' },
    });
    let out = '';
    child.stdout.on('data', (part: Buffer) => {
      out += part.toString();
    });
    child.once('close', (code) => {
      const lines = out.trimEnd().split('\n');
      resolve({ code, lines, last: lines.at(-1) ?? '' });
    });
  });
}

test(
  'Killed once at each fail point and once from outside, the server loses nothing and counts nothing twice',
  async () => {
    const { code, lines, last } = await run('kill-loop', '--kills', String(failPoints.length + 1));
    expect(last).toMatch(/^14 kills .* 0 lost, 0 twice, 0 mismatches: sound$/);
    expect(Number(/(\d+) acknowledged/.exec(last)?.[1])).toBeGreaterThan(50);
    for (const point of [...failPoints, 'from outside'])
      expect(lines).toContain(`${point.padEnd(26)} 1 kills`);
    expect(code).toBe(0);
  },
  msMax,
);

/** What finds each fault. The simulation and the tests of the stores find others. */
const finders: Record<PlantedBug, [program: 'kill-loop' | 'power-loss', ...args: string[]]> = {
  'cursor-outside': ['kill-loop', '--kills', '2', '--at', 'tables-mid-transaction'],
  'acknowledge-first': ['kill-loop', '--kills', '1', '--at', 'inbox-before-commit'],
  'synchronous-normal': ['power-loss', '--requests', '4', '--every', '40'],
};

describe.each(plantedBugs)('The planted fault %s', (bug) => {
  const [program, ...args] = finders[bug];
  test.skipIf(program === 'power-loss' && !hasStrace)(
    'is found',
    async () => {
      const { code, last } = await run(program, ...args, '--plant', bug);
      expect(last).toMatch(
        program === 'kill-loop'
          ? / [1-9]\d* lost, .*: BROKEN$/
          : / [1-9]\d* images lost some .* 0 refused: BROKEN$/,
      );
      expect(code).toBe(1);
    },
    msMax,
  );
});

test.skipIf(!hasStrace)(
  'After a power cut at any file call, the core starts and has every acknowledged hit once',
  async () => {
    const { code, last } = await run('power-loss', '--requests', '4', '--every', '16');
    expect(last).toMatch(
      /12 acknowledged hits: 0 images lost .* 0 twice, 0 mismatches, 0 refused: sound$/,
    );
    expect(Number(/(\d+) images/.exec(last)?.[1])).toBeGreaterThan(60);
    expect(code).toBe(0);
  },
  msMax,
);

if (!hasStrace)
  console.warn(
    'There is no strace here: the images of power cuts were not made (apt-get install strace).',
  );

describe('The product', () => {
  const threads = ['cli.js', 'engine-thread.js', 'libsql-thread.js', 'seal-thread.js'];

  /** The text of the built program: of its threads, and of whatever they import. */
  function programOf(folder: string): string {
    const texts = new Map<string, string>();
    const add = (name: string) => {
      if (texts.has(name) || !existsSync(join(folder, name))) return;
      const text = readFileSync(join(folder, name), 'utf8');
      texts.set(name, text);
      for (const [, found] of text.matchAll(/["']\.\/([\w.-]+\.js)["']/g)) add(found ?? '');
    };
    for (const name of threads) add(name);
    return [...texts.values()].join('\n');
  }
  const marks = [...failPoints, ...plantedBugs, 'FAIL_POINT', 'PLANTED_BUG'];

  test('holds no fail point and no planted fault, not even a name', () => {
    const text = programOf(join(root, 'dist/node'));
    expect(text.length).toBeGreaterThan(100_000);
    expect(marks.filter((mark) => text.includes(mark))).toEqual([]);
    const others = ['console', 'edge', 'tracker'].flatMap((part) =>
      readdirSync(join(root, 'dist', part), { recursive: true, withFileTypes: true }),
    );
    for (const file of others.filter(
      (entry) => entry.isFile() && /\.(js|html)$/.test(entry.name),
    )) {
      const other = readFileSync(join(file.parentPath, file.name), 'utf8');
      expect(marks.filter((mark) => other.includes(mark))).toEqual([]);
    }
  });

  test('differs in that from the test build, which has all of them', () => {
    const text = programOf(join(root, 'dist-failing/node'));
    expect(marks.filter((mark) => !text.includes(mark))).toEqual([]);
  });
});
