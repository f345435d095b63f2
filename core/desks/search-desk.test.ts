/** Searches by label and by alert: what the names stand for, and what is said of names that nobody knows. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AlertEntry, alertRuleSchema } from '../contract/alert.ts';
import { searchRequestSchema } from '../contract/search.ts';
import { openLibsqlAlerts } from '../stores/libsql-alerts.ts';
import { openLibsqlDefinitions } from '../stores/libsql-definitions.ts';
import { createWorld, type World } from '../testing/world.ts';
import { createDefinitionDesk, type DefinitionDesk } from './definition-desk.ts';
import { createSearchDesk, type SearchDesk } from './search-desk.ts';

let world: World;
let searches: SearchDesk;
let definitions: DefinitionDesk;
let alerts: ReturnType<typeof openLibsqlAlerts>;

beforeEach(async () => {
  world = await createWorld();
  await world.dataset({ slug: 'shop' });
  const book = openLibsqlDefinitions(world.control, world.now);
  definitions = createDefinitionDesk(world.datasets, book);
  alerts = openLibsqlAlerts(world.control, world.now);
  searches = createSearchDesk(world.engine, book, alerts);
  await world.send(
    { visitor: 'a', url: 'https://shop.example/cart' },
    { visitor: 'b', url: 'https://shop.example/cart' },
    { visitor: 'b', url: 'https://shop.example/sale' },
    { visitor: 'c', url: 'https://shop.example/sale' },
    { visitor: 'd' },
  );
  await world.settle();
});
afterEach(() => world.close());

const search = (condition: string) =>
  searches.search('shop', searchRequestSchema.parse({ condition }));
const visitors = async (condition: string) =>
  (await search(condition)).found.map(({ visitor }) => visitor).sort();

async function endSessions(): Promise<void> {
  world.advance(3_600_000);
  await world.settle();
}

test('a label means what its condition, its parent and its inverse say, active and ended', async () => {
  const label = (given: object) => definitions.save('shop', 'label', given);
  await label({ name: 'Cart', condition: 'request.path = "/cart"' });
  await label({ name: 'Both', condition: 'request.path = "/sale"', parent: 'cart' });
  await label({ name: 'No cart', condition: 'request.path = "/cart"', inverse: true });
  const expected = {
    'label "CART"': ['a', 'b'],
    // Two hits: what a label asks of one is not asked of the same hit as what stands beside it.
    'label "Cart" and request.path = "/sale"': ['b'],
    'label "Both"': ['b'],
    'label "No cart"': ['c', 'd'],
    'not label "No cart" and not label "Both"': ['a'],
  };
  for (let round = 0; round < 2; round += 1) {
    for (const [condition, found] of Object.entries(expected))
      expect([condition, ...(await visitors(condition))]).toEqual([condition, ...found]);
    await endSessions();
  }
  expect((await search('label "Cart"')).condition).toBe('label "Cart"');
  await expect(search('label "Cartt"')).rejects.toMatchObject({
    code: 'definition_unknown',
    message: expect.stringContaining('There are: Cart, Both, No cart.'),
  });
  await expect(label({ name: 'Nested', condition: 'label "Cart"' })).rejects.toMatchObject({
    code: 'condition_invalid',
    message: expect.stringContaining('can only be searched for'),
  });
});

test('an alert means the sessions that its firings have named, each once, over all of its history', async () => {
  const rule = { name: 'Errors', measure: 'count', subject: { kind: 'metric', metric: 'hits' } };
  const bound = { windowMinutes: 5, operator: 'above', bound: 1 };
  await alerts.saveRule('shop', alertRuleSchema.parse({ ...rule, ...bound }));
  expect(await visitors('alert "Errors"')).toEqual([]);
  const ids = new Map(
    (await search('robot = false')).found.map(({ visitor, id }) => [visitor, id]),
  );
  const entry = (change: AlertEntry['change'], named: string[]): AlertEntry => ({
    id: randomUUID(),
    dataset: 'shop',
    rule: 'Errors',
    change,
    at: world.now(),
    severity: 'warning',
    says: '',
    sessions: named.map((visitor) => ids.get(visitor) ?? visitor),
  });
  await alerts.record([entry('fired', ['a', 'b']), entry('recovered', ['d'])], []);
  await alerts.record([entry('fired', ['b', 'c', 'f'.repeat(32)])], []);
  for (let round = 0; round < 2; round += 1) {
    expect(await visitors('alert "Errors"')).toEqual(['a', 'b', 'c']);
    expect(await visitors('alert "Errors" and request.path = "/sale"')).toEqual(['b', 'c']);
    expect(await visitors('not alert "Errors"')).toEqual(['d']);
    await endSessions();
  }
  // A rule that is gone has its history still.
  await alerts.deleteRule('shop', 'Errors');
  expect(await visitors('alert "Errors"')).toEqual(['a', 'b', 'c']);
  await expect(search('alert "errors"')).rejects.toMatchObject({ code: 'alert_unknown' });
  await expect(alerts.sessionsOf('shop', 'Errors', 3)).rejects.toMatchObject({
    code: 'search_too_wide',
  });
});
