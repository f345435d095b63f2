/** The house rules, checked by reading the source: who may import whom, where time comes from, what docs must name. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCommand } from './console/testing/product.ts';
import { publicViews } from './core/analytics/views.ts';
import { settingSchemas } from './core/config.ts';
import { problemCodes } from './core/contract/problem.ts';

const root = import.meta.dirname;
const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
});
const files = listed.split('\n').filter((file) => file !== '' && existsSync(join(root, file)));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const sources = files.filter((file) => /\.(ts|mjs)$/.test(file));
const isTest = (file: string) => /\.(test|suite)\.ts$|\/testing\//.test(file);
const program = sources.filter((file) => !isTest(file) && !file.startsWith('bench/'));

/** The rooms of the house; a file outside of them is at the root, as the commands are. */
const rooms = [
  'core/contract',
  'core/conditions',
  'core/hits',
  'core/sessions',
  'core/events',
  'core/sources',
  'core/canisters',
  'core/analytics',
  'core/alerts',
  'core/settings',
  'core/stores',
  'core/http',
  'core',
  'collector-edge',
  'reports',
  'console',
];
const roomOf = (file: string) => rooms.find((room) => file.startsWith(`${room}/`)) ?? 'root';

const inner = ['core/conditions', 'core/hits', 'core/sessions', 'core/events'];
const middle = ['core/sources', 'core/canisters', 'core/analytics', 'core/alerts', 'core/settings'];

/** Room → the rooms whose files it may import, besides its own. The root sees everything. */
const mayImport: Record<string, readonly string[]> = {
  'core/contract': [],
  ...Object.fromEntries(inner.map((room) => [room, ['core/contract', ...inner]])),
  ...Object.fromEntries(middle.map((room) => [room, ['core/contract', ...inner, ...middle]])),
  'core/http': ['core/contract', ...inner, ...middle, 'core'],
  'core/stores': ['core/contract', ...inner, ...middle, 'core'],
  core: ['core/contract', ...inner, ...middle],
  'collector-edge': ['core/contract'],
  reports: ['core/contract'],
  console: ['core/contract'],
};

/** Files that put stores together: they alone see `core/stores`. */
const composers = new Set([
  'core/engine/engine-thread.ts',
  'main.ts',
  'cli.ts',
  'commands/demo.ts',
]);
/** What every room of core may hold in its hand: time, and works that wait for each other. */
const everywhereInCore = new Set(['core/clock.ts', 'core/in-turn.ts']);

interface Import {
  from: string;
  to: string;
}

function importsOf(file: string): Import[] {
  const found = read(file).matchAll(
    /(?:^|\n)\s*(?:import|export)[^'";]*?from\s*'(\.[^']+)'|import\(\s*'(\.[^']+)'\s*\)/g,
  );
  return [...found].map((match) => ({
    from: file,
    to: normalize(join(dirname(file), match[1] ?? match[2] ?? '')),
  }));
}

function isAllowed({ from, to }: Import): boolean {
  const [own, other] = [roomOf(from), roomOf(to)];
  if (own === 'root' || own === other || composers.has(from)) return true;
  if (other === 'core/stores') return false;
  if (own.startsWith('core') && everywhereInCore.has(to)) return true;
  return mayImport[own]?.includes(other) ?? false;
}

describe('Folders', () => {
  test('Imports go in the allowed directions only', () => {
    const all = program.flatMap(importsOf);
    expect(all.length).toBeGreaterThan(200);
    expect(all.filter((one) => !isAllowed(one))).toEqual([]);
  });

  test('The check of directions sees a wrong one', () => {
    expect(isAllowed({ from: 'console/main.ts', to: 'core/hits/memo.ts' })).toBe(false);
    expect(isAllowed({ from: 'core/hits/memo.ts', to: 'core/http/app.ts' })).toBe(false);
    expect(isAllowed({ from: 'core/http/app.ts', to: 'core/stores/libsql-file.ts' })).toBe(false);
    expect(isAllowed({ from: 'core/pipeline.ts', to: 'collector-edge/app.ts' })).toBe(false);
  });

  test('There is no folder for things that belong nowhere', () => {
    expect(files.filter((file) => /(^|\/)(shared|common|utils|helpers|misc)\//.test(file))).toEqual(
      [],
    );
  });

  test('Nothing at the edge needs Node', () => {
    const edge = program.filter(
      (file) => file.startsWith('collector-edge/') && file !== 'collector-edge/node.ts',
    );
    expect(
      edge.filter((file) => /from 'node:|require\(|from '@hono\/node-server/.test(read(file))),
    ).toEqual([]);
  });
});

describe('Rules', () => {
  const grep = (pattern: RegExp, among: readonly string[]) =>
    among.filter((file) => pattern.test(read(file)));

  test('The wall clock is looked at in one place, and once at the edge; browsers have their own', () => {
    const ours = program.filter(
      (file) => !file.startsWith('console/') && !file.startsWith('collector-edge/tracker/'),
    );
    const looks = grep(/Date\.now\(\)|new Date\(\)/, ours);
    expect(looks).toEqual(['canister.mjs', 'collector-edge/worker.ts', 'core/clock.ts']);
    expect(read('core/clock.ts').match(/Date\.now\(\)/g)).toHaveLength(1);
  });

  test('libSQL is written through batch only', () => {
    const others = grep(/\.(execute|executeMultiple|transaction|migrate)\(/, program);
    expect(others).toEqual(['core/stores/libsql-file.ts']);
    expect(read('core/stores/libsql-file.ts').match(/\.execute\(/g)).toHaveLength(1);
  });

  test('No row is known by lastInsertRowid: it does not come out of the thread that owns the files', () => {
    expect(grep(/lastInsertRowid(?!: undefined)/, program)).toEqual([]);
  });

  test('libSQL never runs a JSON or file function', () => {
    const sql = /json_extract|json_each|->>|readfile|writefile|fsdir|load_extension/i;
    expect(
      grep(
        sql,
        program.filter((file) => /libsql|inbox/.test(file)),
      ),
    ).toEqual([]);
  });

  test('No markup is made of text in the console', () => {
    const sinks =
      /unsafeHTML|unsafeSVG|innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc/;
    expect(
      grep(
        sinks,
        // What builds the console names the sinks to take them out of libraries.
        program.filter((file) => /^console\/(?!building\/)/.test(file)),
      ),
    ).toEqual([]);
  });

  test('Tests all run, and nothing is switched off', () => {
    const off =
      /\.(only|todo)\(|test\.skip\(|describe\.skip\(|@ts-(ignore|nocheck|expect-error)|biome-ignore/;
    expect(
      grep(
        off,
        sources.filter((file) => file !== 'tidy.test.ts'),
      ),
    ).toEqual([]);
  });

  test('Every crash window has a test with its number, but those whose feature is not there yet', () => {
    const waiting: number[] = [];
    const windows = Array.from({ length: 23 }, (_, number) => number);
    const named = sources
      .filter((file) => /\.test\.ts$/.test(file))
      .flatMap((file) => [...read(file).matchAll(/(?:test|it|\]\))\('W(\d+): /g)])
      .map(([, number]) => Number(number));
    expect(windows.filter((number) => !named.includes(number))).toEqual(waiting);
  });

  test('A session is called a session', () => {
    const prose = files.filter(
      (file) => /\.(ts|md|html|css)$/.test(file) && file !== 'tidy.test.ts',
    );
    expect(grep(/\bvisits?\b/i, prose)).toEqual([]);
  });

  test('Nothing names a registry or a folder of one machine', () => {
    const texts = files.filter((file) => file !== 'tidy.test.ts');
    expect(grep(/registry\.npmjs|"resolved":|\/work\/|\/root\//, texts)).toEqual([]);
  });
});

describe('Docs', () => {
  const docs = Object.fromEntries(
    files.filter((file) => /^(docs\/.*|README)\.md$/.test(file)).map((file) => [file, read(file)]),
  );
  const doc = (file: string) => docs[file] ?? '';
  const undocumented = (file: string, names: readonly string[]) =>
    names.filter((name) => !doc(file).includes(`\`${name}`));

  interface CommandHelp {
    name: string;
    help: string;
  }

  /** The commands with their help as the built program prints it, `dataset create` and its like included. */
  async function commands(): Promise<CommandHelp[]> {
    const blocks = (await runCommand(['--help-all'])).out.split(/^## /m).slice(1);
    return blocks.map((block) => ({ name: block.split('\n', 1)[0] ?? '', help: block }));
  }

  test('Every command has its heading in docs/cli.md, with every option', async () => {
    const all = await commands();
    expect(all.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'serve',
        'demo',
        'dataset create',
        'dataset list',
        'import',
        'query',
        'report',
      ]),
    );
    const text = doc('docs/cli.md');
    expect(all.filter(({ name }) => !text.includes(`## ${name}`))).toEqual([]);
    const options = all.flatMap(({ help }) =>
      [...help.matchAll(/ (--[a-z-]+)/g)].map(([, option]) => option ?? ''),
    );
    expect([...new Set(options)].filter((option) => !text.includes(option))).toEqual([]);
  });

  test('Every environment variable is in docs/settings.md', () => {
    expect(undocumented('docs/settings.md', Object.keys(settingSchemas))).toEqual([]);
    const used = program.flatMap((file) =>
      [...read(file).matchAll(/\b(CANISTER_[A-Z_]+)\b/g)].map(([, name]) => name ?? ''),
    );
    expect(undocumented('docs/settings.md', [...new Set(used)])).toEqual([]);
  });

  test('Every problem code is in docs/problems.md, and none that does not exist', () => {
    expect(undocumented('docs/problems.md', Object.keys(problemCodes))).toEqual([]);
    const named = [...doc('docs/problems.md').matchAll(/^\|\s*`([a-z_]+)`/gm)].map(
      ([, code]) => code ?? '',
    );
    expect(named.filter((code) => !(code in problemCodes))).toEqual([]);
  });

  test('Every public view and column is in docs/schema.md', () => {
    for (const [view, { columns }] of Object.entries(publicViews)) {
      const text = doc('docs/schema.md');
      const section = text.slice(text.indexOf(`## ${view}`)).split('\n## ')[0] ?? '';
      expect([view, section.startsWith(`## ${view}`)]).toEqual([view, true]);
      expect(
        columns
          .filter(({ name }) => !section.includes(`\`${name}\``))
          .map(({ name }) => `${view}.${name}`),
      ).toEqual([]);
    }
  });

  test('CI runs exactly the test command of the README', () => {
    const command = /## Test[^#]*?```sh\n(.+?)\n```/s.exec(doc('README.md'))?.[1];
    expect(command).toBe('npm ci && npm test');
    expect(read('.ci/run')).toContain(`\n${command}\n`);
  });
});
