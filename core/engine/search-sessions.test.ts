/** Session search over a whole core: before and after a session ends, with the index and without it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type SearchRequestInput, searchRequestSchema } from '../contract/search.ts';
import { createWorld, type TestHit, type World } from '../testing/world.ts';

const hourMs = 3_600_000;
let world: World;

beforeEach(async () => {
  world = await createWorld();
  await world.dataset({ slug: 'shop' });
});
afterEach(() => world.close());

const search = (condition: string, more: Omit<SearchRequestInput, 'condition'> = {}) =>
  world.engine.search('shop', searchRequestSchema.parse({ condition, ...more }));
const foundBy = async (condition: string) =>
  (await search(condition)).found.map(
    ({ visitor, active }) => `${visitor}${active ? ' active' : ''}`,
  );

const login = (visitor: string, username: string): TestHit => ({
  visitor,
  type: 'event',
  name: 'Signed in',
  url: 'https://shop.example/account',
  properties: { username },
});

async function endSessions(): Promise<void> {
  world.advance(hourMs);
  await world.settle();
}

describe('Search', () => {
  test('a name is found while the session is active, when it has ended, and by the index', async () => {
    const condition = 'property.username contains "smith"';
    await world.send(login('a', 'John Smith'), login('b', 'Mary Miller'), login('c', 'SMITHERS'));
    await world.settle();
    expect((await foundBy(condition)).sort()).toEqual(['a active', 'c active']);
    await endSessions();
    expect((await foundBy(condition)).sort()).toEqual(['a', 'c']);
    await world.engine.setIndex('shop', { fields: ['property.username'], pageText: false });
    // Not indexed yet, and found nevertheless.
    const early = await search(condition);
    expect([early.sessions, early.unindexed]).toEqual([2, 3]);
    await world.settle();
    const late = await search('username contains "smith"');
    expect([late.sessions, late.active, late.unindexed]).toEqual([2, 0, 0]);
    expect(late.condition).toBe(condition);
    expect(late.found.map(({ highlights }) => highlights[0]).sort()).toEqual([
      { field: 'property.username', hit: 1, text: 'John Smith', start: 5, end: 10 },
      { field: 'property.username', hit: 1, text: 'SMITHERS', start: 0, end: 5 },
    ]);
  });

  test('active and ended sessions are counted and paged together, newest start first', async () => {
    for (let round = 0; round < 3; round += 1) {
      await world.send(
        ...Array.from({ length: 4 }, (_, number): TestHit => ({ visitor: `r${round}-${number}` })),
      );
      await world.settle();
      world.advance(hourMs);
    }
    await world.settle();
    await world.send({ visitor: 'now' }, { visitor: 'now', url: 'https://shop.example/cart' });
    await world.settle();
    const all: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const answer = await search('request.host = "shop.example"', {
        limit: 3,
        ...(cursor ? { cursor } : {}),
      });
      expect([answer.sessions, answer.active]).toEqual([13, 1]);
      all.push(...answer.found.map(({ visitor }) => visitor));
      cursor = answer.next;
      pages += 1;
    } while (cursor !== undefined);
    expect(pages).toBe(5);
    expect(new Set(all).size).toBe(13);
    expect(all[0]).toBe('now');
    expect(all.map((visitor) => visitor.slice(0, 2))).toEqual([
      'no',
      'r2',
      'r2',
      'r2',
      'r2',
      'r1',
      'r1',
      'r1',
      'r1',
      'r0',
      'r0',
      'r0',
      'r0',
    ]);
  });

  test('events and their values are found before and after the end', async () => {
    await world.send(
      { visitor: 'a', type: 'event', name: 'Order placed', properties: { value: 120 } },
      { visitor: 'b', type: 'event', name: 'Order placed', properties: { value: 20 } },
      { visitor: 'c' },
    );
    await world.settle();
    const conditions = {
      'event "Order placed"': ['a', 'b'],
      'event "Order placed" with value > 100': ['a'],
      'count(event "Order placed") = 0': ['c'],
      'not event "Order placed" with text = "20"': ['a', 'c'],
    };
    for (const state of [' active', '']) {
      for (const [condition, visitors] of Object.entries(conditions)) {
        const expected = visitors.map((visitor) => visitor + state);
        expect([condition, ...(await foundBy(condition)).sort()]).toEqual([condition, ...expected]);
      }
      await endSessions();
    }
  });

  test('forms and page text are found by the index, and one hit has to be both', async () => {
    await world.engine.setIndex('shop', { fields: ['request.form.username'], pageText: true });
    await world.send(
      { visitor: 'a', form: { username: ['John Smith'] }, responseBody: '<h1>Wrong password</h1>' },
      { visitor: 'b', form: { username: ['Anna Smith'] }, responseBody: '<h1>Welcome</h1>' },
      { visitor: 'c', form: { username: ['Smithy'] }, responseBody: 'nothing' },
      { visitor: 'c', responseBody: 'wrong PASSWORD' },
    );
    await world.settle();
    const conditions = {
      'username contains "smith"': ['a', 'b', 'c'],
      'response.body contains "wrong password"': ['a', 'c'],
      'username contains "smith" and response.body contains "wrong password"': ['a'],
      'username matches "^.{4} smith$"': ['a', 'b'],
      'username contains "Smith" exact and not username starts with "anna"': ['a', 'c'],
      'username contains "sm" or response.body contains "nothing"': ['a', 'b', 'c'],
    };
    for (const state of [' active', '']) {
      for (const [condition, visitors] of Object.entries(conditions)) {
        const expected = visitors.map((visitor) => visitor + state);
        expect([condition, ...(await foundBy(condition)).sort()]).toEqual([condition, ...expected]);
      }
      await endSessions();
    }
  });

  test('days, the latest minutes and facets', async () => {
    await world.send({ visitor: 'old' });
    await world.settle();
    world.advance(24 * hourMs);
    await world.settle();
    await world.send({ visitor: 'new' }, { visitor: 'newer', url: 'https://shop.example/cart' });
    await world.settle();
    const any = 'request.host = "shop.example"';
    expect((await search(any, { to: '2026-11-22' })).sessions).toBe(1);
    expect((await search(any, { from: '2026-11-22' })).sessions).toBe(2);
    expect((await search(any, { latestMinutes: 5 })).sessions).toBe(2);
    world.advance(6 * 60_000);
    expect((await search(any, { latestMinutes: 5 })).sessions).toBe(0);
    const { facets } = await search(any, { facets: true, limit: 0 });
    const entry = facets?.find(({ field }) => field === 'entry.path');
    expect(entry?.values).toEqual([
      { value: '/', sessions: 2 },
      { value: '/cart', sessions: 1 },
    ]);
  });
});

describe('Bad input', () => {
  const odd = [
    '"\';--',
    '%%%',
    '***',
    '\\\\\\',
    '_x_',
    'שלום עולם',
    '😀😀😀',
    "O'Neil OR NOT",
    'NEAR(a b)',
    '((()))',
    'ÄÖÜß',
  ];

  test('punctuation, quotes, wildcards, right-to-left and emoji are texts like any other', async () => {
    await world.engine.setIndex('shop', { fields: ['property.username'], pageText: false });
    await world.send(...odd.map((text, number) => login(`v${number}`, `<${text}>`)));
    for (const state of [' active', '']) {
      await world.settle();
      for (const [number, text] of odd.entries()) {
        const condition = `property.username contains ${JSON.stringify(text)}`;
        expect([text, await foundBy(condition)]).toEqual([text, [`v${number}${state}`]]);
      }
      await endSessions();
    }
  });

  test('what is too long, or names nothing, is refused with the place', async () => {
    const wrong = [
      `user contains "${'x'.repeat(10_000)}"`,
      `user contains "${'x'.repeat(3_000)}"`,
      'username contains "smith"',
      '',
      '"',
      'user matches "(("',
    ];
    for (const condition of wrong)
      await expect(
        world.engine.search('shop', { condition, limit: 1, facets: false }),
      ).rejects.toMatchObject({ code: 'condition_invalid' });
    const shapes = [
      { limit: 201 },
      { limit: -1 },
      { cursor: "1.x' OR 1" },
      { from: '2026-11-22', to: '2026-11-22' },
      { latestMinutes: 0 },
      { condition: { op: 'and', of: [] } },
      { surprise: 1 },
    ];
    for (const shape of shapes)
      expect(searchRequestSchema.safeParse({ condition: 'robot = true', ...shape }).success).toBe(
        false,
      );
  });

  test('a field that is not indexed is read from a few sessions, and of many it is said how to index it', async () => {
    const many = Array.from({ length: 2_100 }, (_, number): TestHit => ({ visitor: `v${number}` }));
    await world.send(...many, { visitor: 'x', form: { code: ['secret code'] } });
    await world.settle();
    await endSessions();
    const condition = 'request.form.code contains "code"';
    await expect(search(condition)).rejects.toMatchObject({
      code: 'field_not_indexed',
      message: expect.stringContaining('index set --dataset shop --field request.form.code'),
    });
    expect(await foundBy(`${condition} and visitor = "x"`)).toEqual(['x']);
    await world.engine.setIndex('shop', { fields: ['request.form.code'], pageText: false });
    const early = await search('request.host = "shop.example"', { limit: 1 });
    expect([early.sessions, early.unindexed]).toEqual([2_101, 2_101]);
    await world.settle();
    expect(await foundBy(condition)).toEqual(['x']);
  }, 60_000);
});

describe('The index', () => {
  test('leaves out no session where a chunk ends within a block', async () => {
    const sent = 1_100;
    await world.send(
      ...Array.from({ length: sent }, (_, number) => ({
        visitor: `v${number}`,
        url: `https://shop.example/page-${number}`,
      })),
    );
    await world.settle();
    await endSessions();
    await world.engine.setIndex('shop', { fields: ['request.path'], pageText: false });
    await world.settle();
    const state = await world.engine.indexState('shop');
    expect([state.storedSessions, state.indexedSessions, state.values]).toEqual([sent, sent, sent]);
  });

  test('W17: killed between tables and index, it goes on where it was, and finds the same', async () => {
    const rules = { fields: ['request.form.username'], pageText: false };
    await world.datasets.setIndex('shop', rules);
    await world.engine.setIndex('shop', rules);
    await world.send({ visitor: 'a', form: { username: ['John Smith'] } });
    await world.settle();
    world.advance(hourMs);
    // The heartbeat is written by one step, and read by the next, which stores the session and has no time to index it.
    await world.engine.step();
    await world.engine.step();
    const before = await world.engine.indexState('shop');
    expect([before.storedSessions, before.indexedSessions]).toEqual([1, 0]);
    await world.crash();
    await world.reopen();
    expect((await search('username contains "smith"')).unindexed).toBe(1);
    expect(await foundBy('username contains "smith"')).toEqual(['a']);
    await world.settle();
    const after = await world.engine.indexState('shop');
    expect([after.indexedSessions, after.values]).toEqual([1, 1]);
    expect(await foundBy('username contains "smith"')).toEqual(['a']);
    await world.crash();
    await world.reopen();
    await world.settle();
    expect((await world.engine.indexState('shop')).indexedSessions).toBe(1);
  });

  test('other fields are indexed beside while the old index answers, over a kill, or given up', async () => {
    const [first, second] = [
      { fields: ['property.username'], pageText: false },
      { fields: ['property.username', 'page.title'], pageText: false },
    ];
    await world.engine.setIndex('shop', first);
    await world.send(login('a', 'John Smith'), { visitor: 'b', title: 'Sale' });
    await world.settle();
    await endSessions();
    await world.datasets.setIndex('shop', second);
    const state = await world.engine.setIndex('shop', second);
    expect([state.serving, state.making]).toEqual([first, { indexedSessions: 0 }]);
    expect(await foundBy('username contains "smith"')).toEqual(['a']);
    const kept = await world.engine.cancelIndex('shop');
    expect([kept.rules, kept.making]).toEqual([first, undefined]);
    await world.engine.setIndex('shop', second);
    await world.crash();
    await world.reopen();
    await world.settle();
    const done = await world.engine.indexState('shop');
    expect([done.serving, done.making, done.indexedSessions]).toEqual([second, undefined, 2]);
    expect(await foundBy('title contains "sale"')).toEqual(['b']);
    const none = await world.engine.setIndex('shop', { fields: [], pageText: false });
    expect([none.serving, none.indexedSessions]).toEqual([undefined, 0]);
  });

  test('values go with the sessions that retention removes, unless others have them', async () => {
    await world.engine.setIndex('shop', { fields: ['property.username'], pageText: false });
    await world.send(login('a', 'John Smith'), login('b', 'Mary Miller'));
    await world.settle();
    world.advance(72 * hourMs);
    await world.settle();
    await world.send(login('c', 'Mary Miller'));
    await world.settle();
    await endSessions();
    const before = await world.engine.indexState('shop');
    expect([before.indexedSessions, before.values]).toEqual([3, 2]);
    await world.engine.retain('shop', { keepSessionsDays: 1 }, true);
    await world.settle();
    const after = await world.engine.indexState('shop');
    expect([after.indexedSessions, after.values]).toEqual([1, 1]);
    expect(await foundBy('username contains "smith"')).toEqual([]);
    expect(await foundBy('username contains "miller"')).toEqual(['c']);
  });
});
