/** One visitor goes, whole: canary texts that only they have are then in no file, also after a kill at each step. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createWorld, type World, type WorldOptions } from '../testing/world.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Theirs alone: the key, a path, a query, a title, a property, a referrer, and the user id. */
const canaries = [
  'canary-visitor-5d81c0',
  'canary-path-7a44e1',
  'canary-query-91b3f2',
  'canary-title-c0ffee',
  'canary-property-bb17',
  'canary-referrer-2e6d',
  'canary-user-3f9a77',
];
const [visitor = '', path, query, title, property, referrer, user = ''] = canaries;

let worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds) await world.close();
  worlds = [];
});

/** Two days with ended sessions of four visitors, an active session of each, and a set-aside hit of the one. */
async function filled(options: WorldOptions = {}, version: 1 | 2 = 2): Promise<World> {
  const world = await createWorld(options);
  worlds.push(world);
  await world.dataset({ slug: 'shop', hosts: ['shop.example'] });
  if (version === 1)
    for (const day of ['2026-11-21', '2026-11-22'])
      writeFileSync(join(world.root, `datasets/shop/canister/${day}.seg`), 'CANISTER SEGMENT 1\n');
  await world.engine.setIndex('shop', { fields: ['page.title', 'request.path'], pageText: false });
  const theirs = {
    visitor,
    url: `https://shop.example/${path}?q=${query}`,
    title,
    referrer: `https://elsewhere.example/${referrer}`,
    properties: { note: property ?? '' },
    type: 'event' as const,
    name: 'note',
  };
  for (let day = 0; day < 2; day += 1) {
    for (const other of ['other-visitor-1', 'other-visitor-2', 'other-visitor-3'])
      await world.send({ visitor: other, url: `https://shop.example/${other}`, title: 'Tea' });
    await world.send({ visitor, url: 'https://shop.example/teas', title: 'Tea' }, theirs);
    await world.settle();
    world.advance(hourMs);
    await world.settle();
    world.advance(dayMs - hourMs);
  }
  await world.send({ visitor: 'other-visitor-1' }, theirs, { ...theirs, userId: user });
  await world.settle();
  await world.send({ ...theirs, url: `not a url ${path}` });
  await world.settle();
  return world;
}

/** The files that hold one of the texts, counted without the program. */
function filesWith(world: World, texts: readonly string[]): string[] {
  return readdirSync(world.root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => {
      const bytes = readFileSync(file);
      return texts.some((text) => bytes.includes(text));
    })
    .map((file) => relative(world.root, file));
}

async function ended(world: World) {
  for (let tries = 0; tries < 2_000; tries += 1) {
    const last = (await world.engine.erasures('shop')).at(-1);
    if (last?.state !== 'running') return last;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('the erasure did not end');
}

const count = async (world: World) =>
  (
    await world.sql(
      'shop',
      'SELECT (SELECT count(*) FROM sessions), (SELECT count(*) FROM hits), (SELECT count(DISTINCT visitor_id) FROM sessions)',
    )
  )[0];

/** What must be true when it has come through, however often it was killed. */
async function expectGone(world: World): Promise<void> {
  await world.settle();
  expect(await count(world)).toEqual([6, 6, 3]);
  expect(filesWith(world, canaries)).toEqual([]);
  expect(await world.engine.verify('shop')).toMatchObject({
    sound: 6,
    orphans: 0,
    damagedCount: 0,
    missingCount: 0,
  });
  expect((await world.engine.rebuild('shop', false)).equal).toBe(true);
  const { active } = (await world.engine.activeSessions('shop', 10)) ?? {};
  expect(active?.sessions.map(({ hits }) => hits)).toEqual([1]);
  // Two hits of the active session and one that was set aside were accepted, and are now something else.
  const [counts] = await world.hits.batch(
    ['SELECT outcome, reason, sum(count) FROM hit_count GROUP BY 1, 2 ORDER BY 1'],
    'read',
  );
  expect(counts?.rows.map((row) => [row[0], row[1], row[2]])).toEqual([
    ['accepted', '', -3],
    ['bad', 'set_aside_deleted', 1],
    ['excluded', 'erased', 2],
  ]);
}

test.each([
  1, 2,
] as const)('An erased visitor is in no file, and everybody else is untouched (segments of version %i)', async (version) => {
  const world = await filled({}, version);
  for (const name of ['hits.db.unreadable', 'hits.db.unreadable-2-wal'])
    writeFileSync(join(world.root, name), visitor);
  expect(filesWith(world, canaries)).not.toEqual([]);
  expect(await world.engine.visitorFigures('shop', { visitor })).toEqual({
    sessions: 2,
    hits: 4,
    activeSessions: 1,
  });
  expect(await world.engine.visitorSessions('shop', { visitor })).toHaveLength(3);
  await world.engine.beginErasure('shop', { visitor });
  const done = await ended(world);
  expect(done?.reason).toBeUndefined();
  expect(done?.report).toMatchObject({ sessions: 2, inboxHits: 2, setAsideHits: 1, segments: 2 });
  expect(done?.report?.proof.found).toEqual([]);
  expect(done?.report?.proof.records).toBe(6);
  expect(done?.report?.proof.values).toBeGreaterThan(canaries.length);
  await expectGone(world);
  expect(await world.engine.visitorSessions('shop', { visitor })).toEqual([]);
  await expect(world.engine.beginErasure('shop', { visitor })).rejects.toMatchObject({
    code: 'visitor_unknown',
  });
}, 60_000);

test('A session that was ended by hand a moment ago leaves no command that names it', async () => {
  const world = await filled();
  const { active } = (await world.engine.activeSessions('shop', 10)) ?? {};
  const theirs = active?.sessions.find(({ hits }) => hits === 2)?.id ?? '';
  expect(theirs).toMatch(/^[0-9a-f]{32}$/);
  await world.engine.endSession('shop', theirs);
  await world.settle();
  await world.engine.beginErasure('shop', { visitor });
  const done = await ended(world);
  expect(done?.report).toMatchObject({ sessions: 3, proof: { found: [] } });
  expect(filesWith(world, [...canaries, theirs])).toEqual([]);
}, 60_000);

test('The proof names the file in which something is left', async () => {
  const world = await filled();
  await world.control.batch(
    [
      {
        sql: "INSERT INTO saved_search (dataset, name, condition, segment, saved_at) SELECT 'shop', 'mine', ?, 0, 0",
        args: [title ?? ''],
      },
    ],
    'write',
  );
  await world.engine.beginErasure('shop', { visitor });
  const done = await ended(world);
  expect(done?.report?.proof.found).toEqual([{ place: 'control.db', kind: 'value' }]);
}, 60_000);

test.each([
  ['segment beside', 1],
  ['segment in place', 1],
  ['key in place', 2],
] as const)(
  'Killed with the %s (time %i), the next start finishes it',
  async (step, time) => {
    let left: number = time;
    const world = await filled({
      eraseReached(reached) {
        if (reached !== step) return;
        left -= 1;
        if (left === 0) throw new Error('killed');
      },
    });
    await world.engine.beginErasure('shop', { visitor });
    expect((await ended(world))?.reason).toBe('killed');
    await world.crash();
    await world.reopen();
    const done = await resumed(world);
    expect(done?.report?.proof.found).toEqual([]);
    await expectGone(world);
  },
  60_000,
);

test.each([
  'after hits are gone',
  'before files are written anew',
])('Killed %s, the next start finishes it', async (moment) => {
  let armed = true;
  const die = (at: string) => {
    if (!armed || at !== moment) return;
    armed = false;
    throw new Error('killed');
  };
  const world = await filled({
    wrapVisitorHits: (hits) => ({
      ...hits,
      async erase(dataset, what) {
        const counts = await hits.erase(dataset, what);
        die('after hits are gone');
        return counts;
      },
      async scrub() {
        die('before files are written anew');
        await hits.scrub();
      },
    }),
  });
  await world.engine.beginErasure('shop', { visitor });
  expect((await ended(world))?.reason).toBe('killed');
  await world.crash();
  await world.reopen();
  const done = await resumed(world);
  expect(done?.report?.proof.found).toEqual([]);
  await expectGone(world);
}, 60_000);

async function resumed(world: World) {
  for (let tries = 0; tries < 2_000; tries += 1) {
    const last = (await world.engine.erasures('shop')).at(-1);
    if (last?.state === 'done') return last;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return (await world.engine.erasures('shop')).at(-1);
}

test('A user’s hits that name only the device do not come back out of the inbox', async () => {
  const world = await createWorld();
  worlds.push(world);
  await world.dataset({ slug: 'shop' });
  // An older session that goes on holds the inbox back.
  await world.send({ visitor: 'other' });
  await world.send(
    { visitor: 'phone', url: 'https://shop.example/1' },
    { visitor: 'phone', url: 'https://shop.example/2', userId: user, closeSession: true },
  );
  await world.settle();
  expect(await world.sql('shop', 'SELECT hits FROM sessions')).toEqual([[2]]);
  await world.engine.beginErasure('shop', { user });
  expect(await ended(world)).toMatchObject({ state: 'done', report: { sessions: 1 } });
  await world.settle();
  world.advance(hourMs);
  await world.settle();
  expect(await world.sql('shop', 'SELECT visitor_id FROM hits')).toEqual([['other']]);
  // What was erased counts as stored, and once.
  expect(await world.engine.account()).toMatchObject([{ stored: 3, active: 0, waiting: 0 }]);
});
