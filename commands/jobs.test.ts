/** Long work and the room that data takes, with the built program and its real stores. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Product, runCommand, startProduct } from '../console/testing/product.ts';

let product: Product;

const run = (...args: string[]) => runCommand([...args, '--data', product.data]);
async function json(...args: string[]) {
  const { code, out, notes } = await run(...args, '--json');
  expect(code, notes).toBe(0);
  return JSON.parse(out);
}

/** All files below a folder whose path fits, counted without the program. */
const bytesBelow = (folder: string, fits: RegExp): number =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => fits.test(name))
    .map((name) => statSync(join(folder, name)))
    .reduce((sum, found) => sum + (found.isFile() ? found.size : 0), 0);

beforeAll(async () => {
  product = await startProduct();
  await json('dataset', 'create', 'shop');
  await json('dataset', 'create', 'blog');
  const line =
    '192.0.2.7 - - [17/May/2026:10:00:00 +0000] "GET /tea HTTP/1.1" 200 9 "-" "Mozilla"\n';
  const { code, notes } = await runCommand(
    ['import', '-', '--dataset', 'shop', '--data', product.data],
    line.repeat(3),
  );
  expect(code, notes).toBe(0);
  await json('publish', '--dataset', 'shop');
  await json('verify', '--dataset', 'shop');
});

afterAll(() => product?.stop());

test('Long work is listed with what came of it, of one dataset or of all', async () => {
  const all = await json('job', 'list');
  const shop = await json('job', 'list', '--dataset', 'shop');
  const kinds = (list: { kind: string; state: string }[]) =>
    list.map(({ kind, state }) => `${kind} ${state}`);
  expect(kinds(shop)).toEqual(expect.arrayContaining(['import done', 'verify done']));
  expect(all.length).toBeGreaterThanOrEqual(shop.length);
  expect(await json('job', 'list', '--dataset', 'blog')).toEqual([]);
  const slip = await run('job', 'list', '--dataset', 'shpo');
  expect([slip.code, slip.notes]).toEqual([1, expect.stringContaining('called "shpo"')]);
  expect((await run('job', 'list')).out).toMatch(/import-\d+\S*\s+shop .*accepted \d/);
});

test('What has ended or was never there is not cancelled, and the command says why', async () => {
  const { code, notes } = await run('job', 'cancel', 'import-999');
  expect([code, notes]).toEqual([1, expect.stringContaining('There is no job import-999')]);
});

test('The room that data takes is that of the files', async () => {
  const used = await json('storage');
  const of = (slug: string) =>
    used.datasets.find(({ dataset }: { dataset: string }) => dataset === slug);
  const [shop, blog] = [of('shop'), of('blog')];
  const folder = join(product.data, 'datasets', 'shop');
  expect(shop).toMatchObject({
    dataset: 'shop',
    kinds: {
      canister: bytesBelow(folder, /^canister\//),
      published: bytesBelow(folder, /^published\//),
      exports: 0,
    },
  });
  expect(shop.kinds.canister).toBeGreaterThan(0);
  expect(shop.kinds.published).toBeGreaterThan(0);
  expect(blog).toMatchObject({ dataset: 'blog', kinds: { canister: 0 } });
  const sum = (one: Record<string, number>) => Object.values(one).reduce((a, b) => a + b, 0);
  expect(sum(shop.kinds)).toBe(shop.bytes);
  expect(used.bytes).toBe(used.hits + used.control + used.other + shop.bytes + blog.bytes);
  expect((await run('storage')).out).toMatch(/^dataset +canister +tables[\s\S]+ in all\.\n$/);
});
