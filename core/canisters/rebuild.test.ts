/** Tables made anew of the canister, in a whole core: while it runs, killed half way, and after files were lost. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fingerprintOf } from '../analytics/fingerprint.ts';
import { createWorld, type World, type WorldOptions } from '../testing/world.ts';

const hourMs = 3_600_000;
let world: World;
let said: string[];
let options: WorldOptions;
beforeEach(async () => {
  said = [];
  options = { checkpointEveryMs: 1, said };
  world = await createWorld(options);
  await world.dataset({ slug: 'shop', timeZone: 'America/New_York' });
});
afterEach(async () => world.close());

/** `count` sessions of two hits each, an hour after the other: on three days (UTC) with 40 of them. */
async function sessions(count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    const more = { title: `Ünï "${number}"`, type: 'event', name: 'x' } as const;
    await world.send({ visitor: `v${number % 7}` }, { visitor: `v${number % 7}`, ...more });
    world.advance(hourMs);
    await world.settle();
  }
}

const file = () => join(world.root, 'datasets/shop/analytics.duckdb');
const segment = (day = '2026-11-21') => join(world.root, `datasets/shop/canister/${day}.seg`);
const fingerprint = () => fingerprintOf(world.stores('shop').analytics.query);
const position = async () =>
  (await world.stores('shop').analytics.query('SELECT * FROM store.position', [])).rows;
const counts = () =>
  world.sql('shop', 'SELECT (SELECT count(*) FROM sessions), (SELECT count(*) FROM hits)');

test('New tables equal the old ones, keep the position, and are found at their places', async () => {
  await sessions(40);
  const before = [await fingerprint(), await position()];
  const result = await world.engine.rebuild('shop', false);
  expect(result).toMatchObject({ equal: true, before: before[0], after: before[0] });
  expect(result.after).toMatchObject({ sessions: { rows: 40 }, hits: { rows: 80 } });
  expect([await fingerprint(), await position()]).toEqual(before);
  expect(await world.engine.verify('shop')).toMatchObject({ segments: 3, sound: 40, orphans: 0 });
  await sessions(1);
  expect(await counts()).toEqual([[41, 82]]);
});

test('A fingerprint sees one changed cell, and does not see the order of rows', async () => {
  await sessions(3);
  const { analytics } = world.stores('shop');
  const before = await fingerprint();
  await analytics.query(
    'CREATE TEMP TABLE moved AS SELECT * FROM store.hits ORDER BY hit_id DESC',
    [],
  );
  await analytics.query('DELETE FROM store.hits', []);
  await analytics.query('INSERT INTO store.hits SELECT * FROM moved', []);
  expect(await fingerprint()).toEqual(before);
  await analytics.query(
    "UPDATE store.hits SET title = 'y' WHERE hit_id = (SELECT min(hit_id) FROM store.hits)",
    [],
  );
  const after = await fingerprint();
  expect(after.sessions).toEqual(before.sessions);
  expect(after.hits.hash).not.toBe(before.hits.hash);
  expect((await world.engine.rebuild('shop', false)).equal).toBe(false);
  expect(await fingerprint()).toEqual(before);
});

test('Collection, commits and SQL go on around a rebuild, and nothing counts twice or not at all', async () => {
  await sessions(10);
  const rebuilds = [];
  for (let round = 0; round < 5; round += 1) {
    rebuilds.push(world.engine.rebuild('shop', false));
    await Promise.all([sessions(3), counts(), counts()]);
  }
  for (const { equal } of await Promise.all(rebuilds)) expect(equal).toBe(true);
  await world.settle();
  expect(await counts()).toEqual([[25, 50]]);
  expect(await world.sql('shop', 'SELECT count(DISTINCT hit_id) FROM hits')).toEqual([[50]]);
});

test('A record without a row, as a crash leaves it, gets no row by a rebuild', async () => {
  await sessions(2);
  const { canister } = world.stores('shop');
  for await (const { session } of canister.scan()) {
    await canister.append([{ ...session, id: 'f'.repeat(32) }]);
    break;
  }
  expect((await world.engine.rebuild('shop', false)).equal).toBe(true);
});

test('A rebuild that would lose sessions is refused and changes nothing, unless the loss is accepted', async () => {
  await sessions(3);
  const bytes = readFileSync(segment());
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  writeFileSync(segment(), bytes);
  const before = await fingerprint();
  await expect(world.engine.rebuild('shop', false)).rejects.toMatchObject({
    code: 'rebuild_loses',
  });
  expect(await fingerprint()).toEqual(before);
  expect(existsSync(`${file()}.making`)).toBe(false);
  expect((await world.engine.rebuild('shop', true)).after.sessions.rows).toBe(2);
  expect(await counts()).toEqual([[2, 4]]);
});

test('What a rebuild that was killed has left beside changes nothing', async () => {
  await sessions(3);
  const before = await fingerprint();
  await world.crash();
  cpSync(file(), `${file()}.making`);
  writeFileSync(`${file()}.making.wal`, 'half a log');
  await world.reopen();
  expect(await fingerprint()).toEqual(before);
  expect((await world.engine.rebuild('shop', false)).equal).toBe(true);
  expect(existsSync(`${file()}.making.wal`)).toBe(false);
});

test.each([
  ['is gone', () => rmSync(file())],
  ['is no DuckDB file', () => writeFileSync(file(), 'not a database')],
])('W18: Tables whose file %s are made anew at the start, and the inbox goes on where it was', async (_, lose) => {
  await sessions(9);
  // Still active at the crash, one of a visitor with stored sessions.
  await world.send({ visitor: 'v1' }, { visitor: 'new' });
  await world.settle();
  const before = await fingerprint();
  await world.crash();
  rmSync(`${file()}.wal`, { force: true });
  lose();
  await world.reopen();
  expect(await fingerprint()).toEqual(before);
  expect(said.join('\n')).toMatch(/tables of the dataset shop are gone(.|\n)*9 sessions/);
  world.advance(hourMs);
  await world.settle();
  expect(await counts()).toEqual([[11, 20]]);
  expect(await world.sql('shop', 'SELECT count(DISTINCT hit_id) FROM hits')).toEqual([[20]]);
});

test('Tables of before the first checkpoint that are gone come out of canister and inbox, each hit once', async () => {
  await world.close();
  world = await createWorld({ said });
  await world.dataset({ slug: 'shop' });
  await sessions(5);
  await world.send({ visitor: 'v1' });
  await world.settle();
  await world.crash();
  rmSync(file());
  rmSync(`${file()}.wal`, { force: true });
  await world.reopen();
  world.advance(hourMs);
  await world.settle();
  expect(await counts()).toEqual([[6, 11]]);
});

test('Tables of an older backup are brought up to date out of the canister', async () => {
  await sessions(3);
  await world.crash();
  cpSync(file(), join(dirname(file()), 'old'));
  await world.reopen();
  await sessions(4);
  const before = await fingerprint();
  await world.crash();
  cpSync(join(dirname(file()), 'old'), file());
  rmSync(`${file()}.wal`, { force: true });
  await world.reopen();
  expect(await fingerprint()).toEqual(before);
  expect(said.join('\n')).toMatch(/older than its inbox/);
});

test('W20: Where the canister is of the older backup too, the start is refused with the number of lost hits', async () => {
  await sessions(3);
  await world.crash();
  const old = join(world.root, 'old');
  cpSync(join(world.root, 'datasets'), old, { recursive: true });
  await world.reopen();
  await sessions(4);
  await world.crash();
  rmSync(join(world.root, 'datasets'), { recursive: true });
  cpSync(join(world.root, 'old'), join(world.root, 'datasets'), { recursive: true });
  await expect(world.reopen()).rejects.toMatchObject({
    code: 'hits_lost',
    // Four sessions are in no file any more, but the hits of the last one are still in the inbox.
    message: expect.stringMatching(/^6 stored hits/),
  });
  options.acceptLoss = true;
  await world.reopen();
  await world.settle();
  expect(await counts()).toEqual([[4, 8]]);
  options.acceptLoss = false;
  await world.crash();
  await world.reopen();
  await sessions(1);
  expect(await counts()).toEqual([[5, 10]]);
});

test('W19: An inbox that was lost costs what was active and nothing else, and gives no position again that counts as stored', async () => {
  await sessions(3);
  await world.send({ visitor: 'active' });
  await world.settle();
  await world.crash();
  for (const end of ['', '-wal']) rmSync(join(world.root, `hits.db${end}`), { force: true });
  mkdirSync(world.root, { recursive: true });
  await world.reopen();
  await sessions(2);
  expect(await counts()).toEqual([[5, 10]]);
});
