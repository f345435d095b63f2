/** What `import` says of files of which not one line could be used, of options that fit no format, and of its stop. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Product, runCommand, startProduct } from '../console/testing/product.ts';

let folder: string;
let product: Product;

const line = (second: number) =>
  `192.0.2.7 - - [17/May/2026:10:00:0${second} +0000] "GET /tea HTTP/1.1" 200 9 "-" "Mozilla"\n`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'canister-import-'));
  product = await startProduct({ data: join(folder, 'data') });
  await runCommand(['dataset', 'create', 'shop', '--data', product.data]);
  writeFileSync(join(folder, 'good.log'), line(0) + line(1));
  writeFileSync(join(folder, 'error.log'), 'no log line\n\nneither this\n');
});
afterAll(async () => {
  await product?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const at = (name: string) => join(folder, name);
const run = (...args: string[]) =>
  runCommand(['import', '--dataset', 'shop', '--data', product.data, ...args]);

describe('A file of which not one line could be used', () => {
  test('fails the import, which says why and which format reads it', async () => {
    const { code, out, notes } = await run(at('good.log'), '--format', 'squid', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      lines: 2,
      bad: 2,
      unreadFiles: [{ file: 'good.log', lines: 2 }],
    });
    expect(notes).toMatch(
      /good\.log: not one of 2 lines could be used as squid; line 1: .+\. combined reads its first lines: give --format combined, or auto\./,
    );
    const jobs = await runCommand(['job', 'list', '--json', '--data', product.data]);
    expect(JSON.parse(jobs.out)[0]).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('good.log: not one of 2 lines'),
    });
  });

  test('lets the other files be taken', async () => {
    const { code, out, notes } = await run(
      ...[at('error.log'), at('good.log'), '--format', 'combined', '--json'],
    );
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ lines: 5, accepted: 2, bad: 3 });
    expect(notes).toContain('error.log: not one of 2 lines could be used as combined; line 1: no');
    expect(notes).toContain('No known format reads its first lines: give the format string');
    expect(notes).not.toContain('good.log: not one');
  });

  test('is none that holds nothing, nothing new, or only what is left out', async () => {
    writeFileSync(at('empty.log'), '');
    writeFileSync(at('blank.log'), '\n\n');
    writeFileSync(at('packed.log.gz'), gzipSync(''));
    writeFileSync(at('directives.log'), '#Version: 1.0\n#Fields: date time c-ip\n');
    const known = [at('good.log'), '--format', 'combined'];
    for (const args of [
      ...['empty.log', 'blank.log', 'packed.log.gz'].map((name) => [at(name), ...known.slice(1)]),
      known,
      [...known, '--exclude-path', '/tea'],
      [at('directives.log'), '--format', 'w3c'],
    ]) {
      const { code, notes } = await run(...args);
      expect(code, `${args.join(' ')}: ${notes}`).toBe(0);
    }
  });
});

test.each([
  ['auto', 'Give json as the format'],
  ['nginx-json', 'leave them out'],
])('Keys of JSON lines are wrong use beside --format %s', async (format, why) => {
  const { code, out, notes } = await run(at('good.log'), '--format', format, '--field', 'at=time');
  expect([code, out]).toEqual([2, '']);
  expect(notes).toContain('--field: are keys of lines in the format json.');
  expect(notes).toContain(why);
});

test('Ctrl+C gives the turn to the next import, and what was stored stays', async () => {
  const args = ['canister.mjs', 'import', '-', '--dataset', 'shop', '--format', 'combined'];
  const child = spawn(process.execPath, [...args, '--data', product.data], { stdio: 'pipe' });
  let notes = '';
  child.stderr.on('data', (text) => (notes += text));
  const ended = once(child, 'close');
  const state = async () => {
    const { jobs } = await (await fetch(`${product.baseUrl}/api/jobs`)).json();
    return jobs.find(({ about }: { about?: string }) => about === 'standard input')?.state;
  };
  child.stdin.write(line(2));
  await expect.poll(state, { timeout: 45_000 }).toBe('running');
  child.kill('SIGINT');
  expect((await ended)[0], notes).toBe(1);
  expect(notes).toContain('The import was stopped.');
  expect(await state()).toBe('cancelled');
  expect((await run(at('good.log'), '--format', 'combined')).code).toBe(0);
});
