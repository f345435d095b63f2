/** One list of all long work, over HTTP: what each kind tells, who sees what, and what can be ended. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Job } from '../contract/job.ts';
import { keyMaker, type WholeApi, wholeApi } from '../testing/whole-api.ts';
import { createWorld, type World } from '../testing/world.ts';

const lines = [
  '203.0.113.9 - - [21/Nov/2026:10:00:00 +0000] "GET /teas HTTP/1.1" 200 512 "-" "Mozilla/5.0"',
  '203.0.113.9 - - [21/Nov/2026:10:00:05 +0000] "GET /oolong HTTP/1.1" 200 512 "-" "Mozilla/5.0"',
  'not a line of a log',
].join('\n');

let world: World;
let whole: WholeApi;
const keys: Record<string, string> = {};

beforeAll(async () => {
  world = await createWorld();
  await world.dataset({ slug: 'shop' });
  await world.dataset({ slug: 'blog' });
  whole = await wholeApi(world);
  const makeKey = await keyMaker(whole);
  for (const dataset of ['shop', 'blog', '*'])
    keys[dataset] = await makeKey('administrator', dataset);
});
afterAll(() => world.close());

async function ask(method: string, path: string, options: { as?: string; body?: BodyInit } = {}) {
  const { as = '*', body } = options;
  return await whole.app.request(`http://stats.example/api${path}`, {
    method,
    headers: {
      host: 'stats.example',
      'x-canister': '1',
      authorization: `Bearer ${keys[as]}`,
      ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}),
    },
    ...(body === undefined ? {} : { body }),
  });
}

async function jobs(as = '*'): Promise<Job[]> {
  const response = await ask('GET', '/jobs', { as });
  expect(response.status).toBe(200);
  return ((await response.json()) as { jobs: Job[] }).jobs;
}

async function beginImport(): Promise<number> {
  const begun = await ask('POST', '/datasets/shop/imports', { body: '{"format":"combined"}' });
  const { number } = (await begun.json()) as { number: number };
  await ask('POST', `/imports/${number}/file`, { body: '{"name":"access.log"}' });
  await ask('POST', `/imports/${number}/bytes`, { body: Buffer.from(`${lines}\n`) });
  return number;
}

describe('jobs', () => {
  test('An import is listed while it runs and after, with every line accounted for', async () => {
    expect(await jobs()).toEqual([]);
    const number = await beginImport();
    expect(await jobs()).toMatchObject([
      {
        id: `import-${number}`,
        kind: 'import',
        dataset: 'shop',
        about: 'access.log',
        state: 'running',
        cancellable: true,
      },
    ]);
    await ask('POST', `/imports/${number}/file/end`);
    expect((await ask('POST', `/imports/${number}/finish`)).status).toBe(200);
    const [ended] = await jobs();
    expect(ended).toMatchObject({ state: 'done', done: 3, cancellable: false });
    // Two lines of one visitor, and one that is none.
    expect(ended?.figures).toMatchObject({ lines: 3, accepted: 2, bad: 1, sessions: 1 });
    expect(ended?.endedAt).toBeGreaterThanOrEqual(ended?.begunAt ?? Number.POSITIVE_INFINITY);
  });

  test('An import is ended by hand, once', async () => {
    const number = await beginImport();
    expect((await ask('DELETE', `/jobs/import-${number}`)).status).toBe(204);
    expect(await jobs()).toContainEqual(
      expect.objectContaining({ id: `import-${number}`, state: 'cancelled', cancellable: false }),
    );
    const again = await ask('DELETE', `/jobs/import-${number}`);
    expect([again.status, ((await again.json()) as { code: string }).code]).toEqual([
      400,
      'request_invalid',
    ]);
    expect((await ask('POST', `/imports/${number}/finish`)).status).toBe(404);
  });

  test('An import whose file cannot be read has failed, also where its sender then gives up', async () => {
    const begun = await ask('POST', '/datasets/shop/imports', { body: '{}' });
    const { number } = (await begun.json()) as { number: number };
    await ask('POST', `/imports/${number}/file`, { body: '{"name":"photo.log"}' });
    await ask('POST', `/imports/${number}/bytes`, { body: Buffer.from('no log\n'.repeat(300)) });
    expect((await ask('POST', `/imports/${number}/file/end`)).status).toBe(400);
    expect((await ask('DELETE', `/imports/${number}`)).status).toBe(204);
    const failed = (await jobs()).find(({ id }) => id === `import-${number}`);
    expect(failed).toMatchObject({ state: 'failed', cancellable: false });
    expect(failed?.reason).toMatch(/^photo\.log: /);
  });

  test('A check of what is stored tells its count', async () => {
    await ask('POST', '/datasets/shop/verify');
    await expect
      .poll(async () => (await jobs()).find(({ kind }) => kind === 'verify'))
      .toMatchObject({
        state: 'done',
        unit: 'records',
        done: 1,
        total: 1,
        figures: { records: 1, sound: 1, damaged: 0, missing: 0 },
      });
  });

  test('Publishing is listed as well', async () => {
    expect((await ask('POST', '/datasets/shop/publish')).status).toBe(200);
    const made = (await jobs()).find(({ kind }) => kind === 'publish');
    expect(made).toMatchObject({ dataset: 'shop', state: 'done', figures: { days: 1 } });
  });

  test('Who administers another dataset sees none of it, and cannot end it', async () => {
    const number = await beginImport();
    expect((await jobs('shop')).length).toBeGreaterThan(3);
    expect(await jobs('blog')).toEqual([]);
    const refused = await ask('DELETE', `/jobs/import-${number}`, { as: 'blog' });
    const unknown = await ask('DELETE', '/jobs/import-999', { as: 'blog' });
    expect([refused.status, unknown.status]).toEqual([404, 404]);
    expect(((await refused.json()) as { code: string }).code).toBe('job_unknown');
    expect((await jobs()).find(({ id }) => id === `import-${number}`)?.state).toBe('running');
    expect((await ask('DELETE', `/jobs/import-${number}`, { as: 'shop' })).status).toBe(204);
  });

  test('A dataset that takes the name of a deleted one begins without its work', async () => {
    const teas = { name: 'Teas', trigger: 'every_hit', condition: 'request.path = "/teas"' };
    const trial = JSON.stringify({ event: 'Teas', definition: teas });
    expect((await ask('POST', '/datasets/shop/dry-runs', { body: trial })).status).toBe(202);
    await ask('POST', '/datasets/shop/exports', { body: '{}' });
    await expect
      .poll(async () => (await jobs()).filter(({ state }) => /waiting|running/.test(state)))
      .toEqual([]);
    const before = await jobs();
    expect(new Set(before.map(({ kind }) => kind))).toEqual(
      new Set(['import', 'verify', 'publish', 'dry_run', 'export']),
    );
    const verify = before.find(({ kind }) => kind === 'verify')?.id.replace('upkeep-', '/upkeep/');
    expect((await ask('GET', `${verify}`)).status).toBe(200);
    expect((await ask('DELETE', '/datasets/shop')).status).toBe(204);
    expect((await ask('POST', '/datasets', { body: '{"slug":"shop"}' })).status).toBe(201);
    expect(await jobs()).toEqual([]);
    expect((await ask('GET', `${verify}`)).status).toBe(404);
  });

  test('What is no id of a job is refused', async () => {
    expect((await ask('DELETE', '/jobs/shop')).status).toBe(400);
  });
});
