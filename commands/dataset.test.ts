/** Datasets by the built program: changed, and deleted while their hits come in. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runCommand, startProduct } from '../console/testing/product.ts';

const folder = mkdtempSync(join(tmpdir(), 'canister-dataset-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const data = join(folder, 'data');
const run = (...args: string[]) => runCommand([...args, '--data', data]);
const made = async (slug: string) =>
  JSON.parse((await run('dataset', 'create', slug, '--json')).out).writeKey as string;

const marker = 'Zebrafish-on-a-bicycle';
const filesWith = (text: string) =>
  readdirSync(data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(text));

let sent = 0;
/** Sends one page view. Gives the status of the answer. */
async function send(baseUrl: string, writeKey: string, title: string): Promise<number> {
  sent += 1;
  const response = await fetch(`${baseUrl}/hits`, {
    method: 'POST',
    headers: {
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:157.0) Gecko/20100101 Firefox/157.0',
    },
    body: JSON.stringify({
      dataset: writeKey,
      id: `01979a00-0000-7000-8000-${sent.toString(16).padStart(12, '0')}`,
      type: 'page_view',
      visitor: `v${sent % 7}`,
      url: 'https://shop.example/',
      title,
    }),
  });
  await response.arrayBuffer();
  return response.status;
}

test('A dataset is changed by what is named, and keeps the rest', async () => {
  await made('site');
  const changed = await run(
    'dataset',
    'change',
    'site',
    '--host',
    'a.example',
    '--host',
    'b.example',
  );
  expect(changed.out).toBe(
    'site is called "site", cuts its days in UTC, and takes hits of a.example, b.example.\n',
  );
  await run('dataset', 'change', 'site', '--name', 'My site');
  const renamed = JSON.parse(
    (await run('dataset', 'change', 'site', '--name', 'Ours', '--json')).out,
  );
  expect(renamed).toMatchObject({ name: 'Ours', hosts: ['a.example', 'b.example'] });
  await run('dataset', 'change', 'site', '--time-zone', 'Asia/Tokyo');
  const open = await run('dataset', 'change', 'site', '--any-host');
  expect(open.out).toBe(
    'site is called "Ours", cuts its days in Asia/Tokyo, and takes hits of all hosts.\n',
  );
  const unnamed = await run('dataset', 'change', 'site');
  expect(unnamed).toMatchObject({ code: 2, notes: expect.stringContaining('Say what to change') });
});

test('A dataset is deleted while its hits come in: they are refused from then on, and no other loses one', async () => {
  const keys = { shop: await made('shop'), blog: await made('blog') };
  const product = await startProduct({ data });
  const { baseUrl } = product;
  try {
    const statuses: number[] = [];
    let accepted = 0;
    let isOver = false;
    const sender = async () => {
      while (!isOver) {
        statuses.push(await send(baseUrl, keys.shop, marker));
        if ((await send(baseUrl, keys.blog, 'Diary')) === 202) accepted += 1;
      }
    };
    const senders = Promise.all([sender(), sender(), sender(), sender()]);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const asked = await run('dataset', 'delete', 'shop');
    expect(asked.out).toContain('Would be deleted for good: shop ("shop")');
    expect((await run('dataset', 'delete', 'shop', '--yes')).out).toContain('shop is deleted');
    const refusedFrom = statuses.length;
    await new Promise((resolve) => setTimeout(resolve, 500));
    isOver = true;
    await senders;
    expect(new Set(statuses.slice(0, refusedFrom))).toEqual(new Set([202, 404]));
    expect(new Set(statuses.slice(refusedFrom + 4))).toEqual(new Set([404]));

    const renewal = await run('dataset', 'renew-key', 'blog', '--yes', '--json');
    const { writeKey } = JSON.parse(renewal.out);
    expect(await send(baseUrl, keys.blog, 'Diary')).toBe(404);
    expect(await send(baseUrl, writeKey, 'Diary')).toBe(202);
    accepted += 1;

    const status = await (await fetch(`${baseUrl}/api/status`)).json();
    const slugs = status.datasets.map(({ slug }: { slug: string }) => slug);
    expect(slugs).toEqual(['blog', 'site']);
    expect(status.datasets[0].counts.accepted).toBe(accepted);
  } finally {
    expect(await product.stop()).toBe(0);
  }
  expect(filesWith(marker)).toEqual([]);
  expect(filesWith(keys.shop)).toEqual([]);
  expect((await run('doctor')).code).toBe(0);
});
