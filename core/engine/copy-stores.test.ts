/** A copy that is made while everything is in use is a data folder of one moment: it goes on as the original would have. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDataFolder } from '../stores/data-folder.ts';
import { type Core, createWorld, openCore, type Stores, type World } from '../testing/world.ts';

const hourMs = 3_600_000;
const every = `SELECT hit_id::VARCHAR, session_id::VARCHAR, path FROM hits ORDER BY ALL`;

let world: World;
let folder: string;
let copy: Core | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'canister-copy-'));
  world = await createWorld();
  await world.dataset({ slug: 'shop', hosts: ['shop.example'] });
  await world.dataset({ slug: 'blog', hosts: ['blog.example'] });
});

afterEach(async () => {
  await copy?.close();
  copy = undefined;
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Opens a copy as a restore does: with the key put back. Steps until all that can end has ended. */
async function restored(root: string): Promise<Core> {
  cpSync(openDataFolder(world.root).masterKeyFile, openDataFolder(root).masterKeyFile);
  copy = await openCore(root, world.now, {});
  for (let quiet = 0; quiet < 2; quiet = (await copy.engine.step()) ? 0 : quiet + 1);
  return copy;
}

const rowsOf = async ({ stores }: Core, slug: string) =>
  (await (stores.get(slug) as Stores).analytics.query(every, [])).rows;

const view = (dataset: string, visitor: string, path: string) => ({
  dataset,
  visitor,
  url: `https://${dataset}.example${path}`,
});

test('ended and open sessions of all datasets go on in the copy, and nothing that came later is in it', async () => {
  await world.send(view('shop', 'ada', '/teas'), view('blog', 'ada', '/first'));
  await world.settle();
  world.advance(2 * hourMs);
  await world.send(view('shop', 'bob', '/open'), view('blog', 'bob', '/open'));
  await world.settle();
  // One that the engine has not read yet.
  await world.send(view('shop', 'bob', '/unread'));

  const copied = await world.engine.copyStores(folder);
  expect(copied).toEqual([
    { dataset: 'blog', sessions: 1, hits: 1 },
    { dataset: 'shop', sessions: 1, hits: 1 },
  ]);
  await world.send(view('shop', 'cid', '/later'));
  await world.settle();
  world.advance(2 * hourMs);
  await world.settle();

  const core = await restored(folder);
  const paths = async (slug: string) => (await rowsOf(core, slug)).map(([, , path]) => path).sort();
  expect(await paths('shop')).toEqual(['/open', '/teas', '/unread']);
  expect(await paths('blog')).toEqual(['/first', '/open']);
  // The same hits in the same sessions as where it went on without a copy.
  const here = await world.sql('shop', every);
  for (const row of await rowsOf(core, 'shop')) expect(here).toContainEqual(row);
  const { damagedCount, missingCount, sound } = await core.engine.verify('shop');
  expect({ damagedCount, missingCount, sound }).toEqual({
    damagedCount: 0,
    missingCount: 0,
    sound: 2,
  });
});

test('a step and an import that come meanwhile wait, and are whole here and not half in the copy', async () => {
  await world.send(view('shop', 'ada', '/teas'));
  await world.settle();
  world.advance(2 * hourMs);
  const [copied] = await Promise.all([
    soon(() => world.engine.copyStores(folder)),
    world.settle(),
    world.importText('shop', { 'access.log': logOfPairs(6_000) }),
  ]);
  const count = async (sql: string) => Number((await world.sql('shop', sql))[0]?.[0]);
  expect(await count('SELECT count(*) FROM hits')).toBe(12_001);

  const core = await restored(folder);
  const rows = await rowsOf(core, 'shop');
  const { hits = 0 } = copied.find(({ dataset }) => dataset === 'shop') ?? {};
  // Each session of the log has two lines: it is in the copy whole or not at all, and once.
  const perSession = new Map<unknown, number>();
  for (const [, session, path] of rows)
    if (path === '/log') perSession.set(session, (perSession.get(session) ?? 0) + 1);
  expect(perSession.size).toBeGreaterThanOrEqual(1_000);
  expect([...perSession.values()].every((lines) => lines === 2)).toBe(true);
  // The session of the tracker was stored, or it was still in the inbox.
  expect([hits, hits + 1]).toContain(rows.length);
  expect((await core.engine.verify('shop')).missingCount).toBe(0);
});

/** When the import has stored a part of its sessions. */
async function soon<T>(work: () => Promise<T>): Promise<T> {
  while (Number((await world.sql('shop', 'SELECT count(*) FROM hits'))[0]?.[0]) < 2_000)
    await new Promise((resolve) => setTimeout(resolve, 1));
  return await work();
}

/** Two lines of each visitor, who come one after the other. */
function logOfPairs(visitors: number): string {
  const lines: string[] = [];
  for (let number = 0; number < visitors; number += 1) {
    for (let line = 0; line < 2; line += 1) {
      const time = new Date(Date.UTC(2026, 10, 15) + number * 40_000 + line * 1_000).toISOString();
      const at = `${time.slice(8, 10)}/Nov/2026:${time.slice(11, 19)} +0000`;
      lines.push(
        `10.${number >> 16}.${(number >> 8) & 255}.${number & 255} - - [${at}] "GET /log HTTP/1.1" 200 5 "-" "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

test('a second copy into the same folder takes only what has changed', async () => {
  await world.send(view('shop', 'ada', '/teas'));
  await world.settle();
  world.advance(24 * hourMs);
  await world.settle();
  await world.engine.copyStores(folder);
  const other = mkdtempSync(join(tmpdir(), 'canister-copy-'));
  // The databases of a copy must not be there yet; the segments may.
  cpSync(join(folder, 'datasets'), join(other, 'datasets'), {
    recursive: true,
    preserveTimestamps: true,
  });
  await world.send(view('shop', 'bob', '/more'));
  await world.settle();
  world.advance(24 * hourMs);
  await world.settle();
  const copied = await world.engine.copyStores(other);
  expect(copied.find(({ dataset }) => dataset === 'shop')).toMatchObject({ sessions: 2, hits: 2 });
  const paths = (await rowsOf(await restored(other), 'shop')).map(([, , path]) => path);
  expect(paths.sort()).toEqual(['/more', '/teas']);
  rmSync(other, { recursive: true, force: true });
});

test('while a dataset is worked on there is no copy, and the refusal says of what', async () => {
  await world.send(view('shop', 'ada', '/teas'));
  await world.settle();
  world.advance(2 * hourMs);
  await world.settle();
  const number = await world.engine.beginUpkeep('shop', { kind: 'verify' });
  await expect(world.engine.copyStores(folder)).rejects.toMatchObject({
    code: 'upkeep_busy',
    message: expect.stringContaining('shop') as string,
  });
  while ((await world.engine.readUpkeep(number)).state === 'running')
    await new Promise((resolve) => setTimeout(resolve, 5));
  await expect(world.engine.copyStores(folder)).resolves.toHaveLength(2);
});
