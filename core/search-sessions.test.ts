/** Session search over a whole core: before and after a session ends, with the index and without it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type SearchRequestInput, searchRequestSchema } from './contract/search.ts';
import { createWorld, type TestHit, type World } from './testing/world.ts';

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
});
