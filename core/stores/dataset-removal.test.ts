/** A dataset that is deleted: nothing of it is left in any file, the others are untouched, and a crash finishes it. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createWorld, type World } from '../testing/world.ts';
import { openDataFolder } from './data-folder.ts';
import { openDatasetRemoval } from './dataset-removal.ts';

const secret = 'Zebrafish on a bicycle';

let world: World;
beforeEach(async () => {
  world = await createWorld();
  for (const slug of ['shop', 'blog']) await world.dataset({ slug, name: `The ${slug}` });
  // Sessions of both that are stored, and then some that wait.
  for (const visitor of ['one', 'two']) {
    await world.send({ visitor, title: secret }, { dataset: 'blog', visitor, title: 'Diary' });
    await world.settle();
    world.advance(40 * 60_000);
    await world.settle();
  }
  await world.send({ visitor: 'three', title: secret }, { dataset: 'blog', visitor: 'three' });
  await world.sendBody('shop', Buffer.from('no JSON'));
  await world.settle();
});
afterEach(() => world.close());

const removalOf = (one: World) =>
  openDatasetRemoval({ ...one, hits: one.hits, folder: openDataFolder(one.root) });

/** Every file below the data folder that holds the text. */
function filesWith(text: string): string[] {
  const found: string[] = [];
  const look = (folder: string) => {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) look(path);
      else if (readFileSync(path).includes(text)) found.push(path);
    }
  };
  look(world.root);
  return found;
}

/** Rows of any table of both files that name the dataset, by table. */
async function rowsOf(slug: string): Promise<string[]> {
  const found: string[] = [];
  for (const file of [world.hits, world.control]) {
    const [tables] = await file.batch(["SELECT name FROM sqlite_master WHERE type = 'table'"]);
    for (const { name } of tables?.rows ?? []) {
      const [all] = await file.batch([`SELECT * FROM "${name}"`]);
      const rows = (all?.rows ?? []).filter((row) => Object.values(row).includes(slug));
      if (rows.length > 0) found.push(`${name}: ${rows.length}`);
    }
  }
  return found;
}

async function expectGone(): Promise<void> {
  await world.settle();
  expect(await rowsOf('shop')).toEqual([]);
  expect(existsSync(join(world.root, 'datasets', 'shop'))).toBe(false);
  expect(filesWith(secret)).toEqual([]);
  expect(filesWith('The shop')).toEqual([]);
  // The other one has all of its own: two stored sessions and one that is active.
  expect(await world.sql('blog', 'SELECT count(*) FROM sessions')).toEqual([[2]]);
  expect((await world.engine.activeSessions('blog', 9))?.active.total).toBe(1);
  expect((await world.datasets.list()).map(({ slug }) => slug)).toEqual(['blog']);
}

describe('a dataset that is deleted', () => {
  test('was kept in many places before', async () => {
    expect(filesWith(secret).length).toBeGreaterThan(0);
    expect((await rowsOf('shop')).map((row) => row.split(':')[0])).toEqual(
      expect.arrayContaining([
        'hit_inbox',
        'set_aside',
        'dataset_directory',
        'dataset',
        'data_key',
      ]),
    );
  });

  test('leaves nothing behind', async () => {
    await world.engine.closeDataset('shop');
    await world.datasets.hide('shop');
    await removalOf(world).remove('shop');
    await expectGone();
    await expect(world.engine.session('shop', 'x')).rejects.toMatchObject({
      code: 'dataset_unknown',
    });
    await world.crash();
    await world.reopen();
    await expectGone();
  });

  test('makes room for another one of its name, which is empty', async () => {
    await world.engine.closeDataset('shop');
    await world.datasets.hide('shop');
    await expect(world.dataset({ slug: 'shop' })).rejects.toMatchObject({ code: 'dataset_exists' });
    await removalOf(world).remove('shop');
    await world.dataset({ slug: 'shop' });
    expect((await world.engine.figures('shop')).storedSessions).toBe(0);
    expect((await world.engine.activeSessions('shop', 9))?.active.total).toBe(0);
    await world.send({ visitor: 'one', title: 'New' });
    await world.settle();
    expect((await world.engine.activeSessions('shop', 9))?.active.total).toBe(1);
  });

  test.each([
    ['before anything went', []],
    ['when its hits were gone', ['hits']],
    ['when its folder was gone, too', ['hits', 'folder']],
  ] as const)('is finished by the next start after a crash %s', async (_when, works) => {
    await world.engine.closeDataset('shop');
    await world.datasets.hide('shop');
    const killed = new Error('killed');
    const at = (name: (typeof works)[number]) => (works as readonly string[]).includes(name);
    const folder = openDataFolder(world.root);
    const hits = {
      ...world.hits,
      batch: (...args: Parameters<typeof world.hits.batch>) =>
        at('hits') ? world.hits.batch(...args) : Promise.reject(killed),
    };
    const removal = openDatasetRemoval({
      hits,
      control: { ...world.control, batch: () => Promise.reject(killed) },
      folder: {
        dataset(slug) {
          if (at('folder')) return folder.dataset(slug);
          throw killed;
        },
      },
    });
    await expect(removal.remove('shop')).rejects.toBe(killed);
    await world.crash();
    await world.reopen();
    await expectGone();
  });

  test('is refused while work on it is under way', async () => {
    const number = await world.engine.beginImport('shop', { format: 'combined' });
    await expect(world.engine.closeDataset('shop')).rejects.toMatchObject({ code: 'upkeep_busy' });
    expect((await world.engine.figures('shop')).storedSessions).toBe(2);
    await world.engine.abandonImport(number);
    await world.engine.closeDataset('shop');
    await expect(world.engine.closeDataset('shop')).rejects.toMatchObject({
      code: 'dataset_unknown',
    });
  });
});
