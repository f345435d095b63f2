/** The index is written behind what holds the engine's steps, and nothing changes its files meanwhile. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSessionIndex } from '../canisters/index-sessions.ts';
import { createWorld } from '../testing/world.ts';
import { type OpenLibsqlFile, openLibsqlFile } from './libsql-file.ts';
import { openIndexShelf } from './libsql-index-shelf.ts';

/** Opens files of which some batches wait until they are let go. */
function slowOpen(isSlow: (statements: unknown, mode: unknown) => boolean) {
  let letGo = () => {};
  const released = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const open: OpenLibsqlFile = async (path, migrations) => {
    const file = await openLibsqlFile(path, migrations);
    return {
      close: file.close,
      async batch(statements, mode) {
        if (isSlow(statements, mode)) await released;
        return await file.batch(statements, mode);
      },
    };
  };
  return { open, letGo: () => letGo() };
}

test('more sessions than are worth a look-up are left to the tables, and no fewer', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'canister-index-'));
  const shelf = await openIndexShelf(folder);
  try {
    await shelf.begin({ fields: ['user', 'request.path'], pageText: false });
    const sessions = Array.from({ length: 30 }, (_, number) => ({
      id: (number + 1).toString(16).padStart(32, '0'),
      day: '2026-11-21',
      values: [
        { field: 'user', value: number < 10 ? 'ann@ten.example' : `u${number}@twenty.example` },
        { field: 'request.path', value: '/all' },
      ],
    }));
    await shelf.making?.add(sessions, new Map([['2026-11-21', 1]]));
    const found = async (text: string, postingsMax?: number) =>
      (await shelf.making?.find({ field: 'user', literals: [text], postingsMax }))?.length;
    expect(await found('ten.', 10)).toBe(10);
    expect(await found('ten.', 9)).toBeUndefined();
    expect(await found('twenty', 20)).toBe(20);
    expect(await found('twenty', 19)).toBeUndefined();
    expect(await found('example', 30)).toBe(30);
    expect(await found('example', 29)).toBeUndefined();
    expect(await found('example')).toBe(30);
    expect(await found('nobody', 0)).toBe(0);
  } finally {
    await shelf.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a step lets go before its chunk is written, and a new beginning waits for it', async () => {
  const world = await createWorld();
  const folder = mkdtempSync(join(tmpdir(), 'canister-index-'));
  try {
    await world.dataset({ slug: 'shop' });
    await world.send({ visitor: 'a', url: 'https://shop.example/cart' });
    await world.settle();
    world.advance(3_600_000);
    await world.settle();
    let isSlow = false;
    const { open, letGo } = slowOpen((_, mode) => isSlow && mode === 'write');
    const shelf = await openIndexShelf(folder, open);
    const rules = { fields: ['request.path'], pageText: false };
    const index = await openSessionIndex({ ...world.stores('shop'), shelf, rules });
    const done: string[] = [];
    isSlow = true;
    let held = () => {};
    const released = new Promise<void>((resolve) => {
      held = resolve;
    });
    const step = index
      .step(async (work) => {
        const result = await work();
        held();
        return result;
      })
      .then(() => done.push('written'));
    await released;
    const again = index.startAgain().then(() => done.push('begun again'));
    // What only reads goes on.
    expect(await index.unindexed()).toBe(1);
    expect(done).toEqual([]);
    letGo();
    await Promise.all([step, again]);
    expect(done).toEqual(['written', 'begun again']);
    expect(await index.unindexed()).toBe(1);
    while (await index.step());
    expect(await index.unindexed()).toBe(0);
    const lookup = { field: 'request.path', literals: ['cart'] };
    expect(await index.serving?.find(lookup)).toHaveLength(1);
    await shelf.close();
  } finally {
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

test('what reads in an index has it to the end, when another one answers meanwhile', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'canister-index-'));
  const { open, letGo } = slowOpen((statements) => JSON.stringify(statements).includes('count(*)'));
  const shelf = await openIndexShelf(folder, open);
  try {
    await shelf.begin({ fields: ['user'], pageText: false });
    await shelf.promote();
    await shelf.begin({ fields: ['request.path'], pageText: false });
    const figures = shelf.read(async ({ serving, making }) => [
      await serving?.figures(),
      await making?.figures(),
    ]);
    const promoted = shelf.promote();
    const before = await shelf.read(async ({ serving }) => serving?.rules.fields);
    expect(before).toEqual(['user']);
    await expect
      .poll(() => shelf.read(async ({ serving }) => serving?.rules.fields))
      .toEqual(['request.path']);
    const given = shelf.discard();
    expect(readdirSync(folder).filter((name) => name.endsWith('.db'))).toHaveLength(2);
    letGo();
    expect((await figures).map((one) => one?.sessions)).toEqual([0, 0]);
    await Promise.all([promoted, given]);
    expect(readdirSync(folder).filter((name) => name.endsWith('.db'))).toEqual(['index-2.db']);
  } finally {
    await shelf.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
