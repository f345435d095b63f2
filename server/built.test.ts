/** What the built program loads to say a word: a command that only asks a server must not bring the engine with it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const folder = join(import.meta.dirname, '../dist/node');

/** The packages that a file of the program loads before its first line runs, by itself and by what it imports. */
function loadedWith(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  if (!file.startsWith('./')) return seen;
  const source = readFileSync(join(folder, file), 'utf8');
  for (const [, name = ''] of source.matchAll(
    /^(?:import|export) (?:[^'"]*? from )?["'](.+)["'];$/gm,
  ))
    loadedWith(name, seen);
  return seen;
}

const isPackage = (name: string) => !name.startsWith('./') && !name.startsWith('node:');

test('the command line loads neither databases nor charts, mailers or protocols until it needs them', () => {
  const packages = [...loadedWith('./cli.js')].filter(isPackage);
  expect(packages).toContain('commander');
  expect(
    packages.filter((name) => !['commander', 'cli-progress', 'pino', 'ipaddr.js'].includes(name)),
  ).toEqual([]);
});

test('the server waits with what not everybody uses', () => {
  const packages = [...loadedWith('./engine-thread.js')].filter(isPackage);
  expect(packages).toContain('@duckdb/node-bindings');
  const main = /import\("(\.\/main-[^"]+)"\)/.exec(
    readFileSync(join(folder, 'cli.js'), 'utf8'),
  )?.[1];
  const ofServer = [...loadedWith(main ?? '')].filter(isPackage);
  expect(ofServer).toContain('hono');
  const late = [
    'nodemailer',
    'resend',
    'ssh2-sftp-client',
    'basic-ftp',
    'openid-client',
    '@resvg/resvg-js',
  ];
  expect(ofServer.filter((name) => late.includes(name))).toEqual([]);
});

test('the texts of a language do not begin the console before they are there themselves', () => {
  const assets = join(folder, '../console/assets');
  const ofTexts = readdirSync(assets).filter((name) => /^(?:ar|de)-.*\.js$/.test(name));
  expect(ofTexts).toHaveLength(4);
  const imports = ofTexts.flatMap((name) =>
    [...readFileSync(join(assets, name), 'utf8').matchAll(/(?:from|import)"\.\/([a-z]+)-/g)].map(
      ([, part]) => part,
    ),
  );
  expect(new Set(imports)).toEqual(new Set(['start']));
});
