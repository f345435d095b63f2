/** Each measure over real stores, on handed-in time: what a rule says is held against a count made by hand. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AlertRuleInput } from '../contract/alert.ts';
import { alertRuleSchema } from '../contract/alert.ts';
import { eventDefinitionSchema } from '../contract/event.ts';
import { memoryEventSets } from '../events/event-sets.ts';
import { type WorldAlerts, worldAlerts } from '../testing/alert-desk.ts';
import { createWorld, type TestHit, type World } from '../testing/world.ts';

const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

let world: World;
let alerts: WorldAlerts;

beforeEach(async () => {
  world = await createWorld();
  await world.dataset({ slug: 'shop', timeZone: 'Europe/Berlin' });
  alerts = await worldAlerts(world);
});
afterEach(async () => {
  await world.close();
});

async function save(rule: Partial<AlertRuleInput>): Promise<void> {
  const whole = alertRuleSchema.parse({
    name: 'Rule',
    measure: 'count',
    subject: { kind: 'event', event: 'Purchase' },
    windowMinutes: 10,
    ...rule,
  });
  await alerts.desk.store.saveRule('shop', whole);
  alerts.desk.watch.changed();
}

const purchase = (visitor: string, value?: number): TestHit => ({
  type: 'event',
  name: 'Purchase',
  visitor,
  ...(value === undefined ? {} : { properties: { value } }),
});

async function look() {
  await world.settle();
  await alerts.desk.look([]);
  return alerts.desk.watch.state('shop', 'Rule');
}
const history = async () => await alerts.desk.store.history('shop', { limit: 100 });

describe('Measures', () => {
  test('Count: events of active sessions and of ended ones, within the window only', async () => {
    await save({ operator: 'above', bound: 3 });
    await world.send(purchase('early'));
    await look();
    world.advance(12 * minuteMs);
    await world.send(purchase('a'), purchase('b'));
    expect(await look()).toMatchObject({ firing: false, value: 2 });
    // One session is ended by its page: its event is in the tables now, and still counts once.
    await world.send({ ...purchase('c'), closeSession: true });
    expect(await look()).toMatchObject({ firing: false, value: 3 });
    await world.send(purchase('a'));
    expect(await look()).toMatchObject({ firing: true, value: 4 });
    const [entry] = await history();
    expect(entry).toMatchObject({ change: 'fired', value: 4, rule: 'Rule' });
    const active = await world.engine.activeSessions('shop', 10);
    const ids = active?.active.sessions.map(({ id }) => id) ?? [];
    const [[ended] = []] = await world.sql('shop', 'SELECT session_id::VARCHAR FROM sessions');
    // All three that bought in the window, and not the early one, which is still active.
    expect(entry?.sessions.toSorted()).toEqual(
      [...ids.filter((id) => id !== idOf(active, 'early')), String(ended).replaceAll('-', '')]
        .filter((id) => entry?.sessions.includes(id))
        .toSorted(),
    );
    expect(entry?.sessions).toHaveLength(3);
  });

  test('Count: a window that slides on loses what is older than it', async () => {
    await save({ operator: 'at_least', bound: 1, windowMinutes: 1 });
    await world.send(purchase('a'));
    expect(await look()).toMatchObject({ firing: true, value: 1 });
    world.advance(59_000);
    expect(await look()).toMatchObject({ value: 1 });
    world.advance(3_000);
    expect(await look()).toMatchObject({ firing: false, value: 0 });
  });

  test('Sum, mean, min and max: of the values that were sent', async () => {
    await world.send(purchase('a', 10), purchase('b', 2.5), purchase('c', 40), purchase('d'));
    const values = [10, 2.5, 40];
    const sum = values.reduce((a, b) => a + b);
    const expected = { sum, mean: sum / 3, min: 2.5, max: 40 };
    for (const [measure, value] of Object.entries(expected)) {
      await save({ measure: measure as 'sum', operator: 'above', bound: 1e6 });
      expect(await look()).toMatchObject({ value });
    }
  });

  test('Mean: of nothing is no number, and changes nothing', async () => {
    await save({ measure: 'mean', operator: 'below', bound: 5 });
    expect(await look()).toEqual({ firing: false, fault: 'There is no value in the window.' });
  });

  test('Ratio: per cent of its base', async () => {
    await save({
      measure: 'ratio',
      base: { kind: 'metric', metric: 'sessions' },
      operator: 'below',
      bound: 50,
    });
    expect(await look()).toMatchObject({ fault: 'There is nothing to divide by in the window.' });
    await world.send(purchase('a'), {}, { visitor: 'v2' }, { visitor: 'v3' });
    // One purchase in four sessions.
    expect(await look()).toMatchObject({ firing: true, value: 25 });
  });

  test('Deviation: per cent from the mean of the same hour in the weeks before, over a change to winter time', async () => {
    // From the middle of October: some purchases at ten to eleven in Berlin, whatever UTC says.
    world.advance(-5 * 7 * dayMs - 10 * minuteMs);
    for (const [week, count] of [8, 12, 10, 9, 11].entries()) {
      // The zone left summer time on 25 October 2026, within the second week.
      const shift = week < 2 ? hourMs : 0;
      world.advance(-shift);
      await world.send(...Array.from({ length: count }, (_, index) => purchase(`v${index}`)));
      await world.settle();
      world.advance(shift);
      world.advance(7 * dayMs);
      await world.settle();
    }
    await save({ measure: 'deviation', operator: 'below', bound: -40, windowMinutes: 60 });
    world.advance(10 * minuteMs);
    await world.send(...Array.from({ length: 5 }, (_, index) => purchase(`n${index}`)));
    // The oldest week begins before the first hit of the dataset and says nothing: 12, 10, 9 and 11 are usual.
    const usual = (12 + 10 + 9 + 11) / 4;
    expect(await look()).toMatchObject({ firing: true, value: (100 * (5 - usual)) / usual });
  });

  test('Deviation: too few weeks say nothing, and the rule says so', async () => {
    await save({ measure: 'deviation', operator: 'above', bound: 10 });
    await world.send(purchase('a'));
    expect(await look()).toMatchObject({ firing: false, fault: expect.stringContaining('four') });
  });

  test('No data: fires after a window without any, and is over with the next', async () => {
    await save({ measure: 'no_data', windowMinutes: 5, notifyRecovery: true });
    await world.send(purchase('a'));
    expect(await look()).toMatchObject({ firing: false });
    world.advance(6 * minuteMs);
    // Another event is no purchase.
    await world.send({ type: 'event', name: 'Search', visitor: 'a' });
    expect(await look()).toMatchObject({ firing: true, value: 0 });
    await world.send(purchase('a'));
    expect(await look()).toMatchObject({ firing: false });
    expect((await history()).map(({ change }) => change)).toEqual(['recovered', 'fired']);
  });

  test.each([
    ['hits', 5],
    ['page_views', 4],
    ['sessions', 3],
    ['visitors', 3],
  ] as const)('Metric: %s of people, robots apart', async (metric, value) => {
    await save({ subject: { kind: 'metric', metric }, operator: 'above', bound: 100 });
    await world.send(
      {},
      {},
      { visitor: 'v2' },
      purchase('v2'),
      { visitor: 'v3' },
      { visitor: 'bot', client: { userAgent: 'Googlebot/2.1 (+http://www.google.com/bot.html)' } },
    );
    expect(await look()).toMatchObject({ value });
    await save({ subject: { kind: 'metric', metric }, operator: 'above', bound: 9, robots: true });
    expect(await look()).toMatchObject({ value: value + 1 });
  });

  test.each([
    ['bounce_rate', 0.5],
    ['session_duration', 60_000],
    ['page_depth', 2],
  ] as const)('Metric: mean %s of sessions, as soon as they are over', async (metric, value) => {
    await save({
      measure: 'mean',
      subject: { kind: 'metric', metric },
      operator: 'above',
      bound: 1e9,
    });
    await world.send({ visitor: 'short' }, { visitor: 'long' });
    await world.settle();
    world.advance(2 * minuteMs);
    await world.send({ visitor: 'long' }, { visitor: 'long' });
    expect((await look()).value).toBeUndefined();
    // The short one is over 30 minutes after its hit, the long one two minutes later.
    world.advance(29 * minuteMs);
    expect((await look()).value).not.toBe(value);
    world.advance(2 * minuteMs);
    expect(await look()).toMatchObject({ value });
  });

  test('Events that are defined, and alerts that they raise, count while their session is active and afterwards', async () => {
    await world.close();
    const eventSets = memoryEventSets();
    world = await createWorld({ eventSets });
    await world.dataset({ slug: 'shop' });
    alerts = await worldAlerts(world);
    const set = {
      version: 1,
      attributes: [],
      events: [
        eventDefinitionSchema.parse({
          name: 'Cart seen',
          trigger: 'every_hit',
          condition: 'request.path starts with "/cart"',
          actions: [{ do: 'raise_alert', severity: 'critical' }],
        }),
      ],
    };
    eventSets.put('shop', set);
    await world.engine.publishEvents('shop', set);
    await world.settle();
    const cart = (visitor: string): TestHit => ({ visitor, url: 'https://shop.example/cart' });
    const rules = [
      { kind: 'event', event: 'Cart seen' },
      { kind: 'raised', severity: 'warning' },
    ] as const;
    for (const subject of rules) {
      await world.send(cart('a'), { visitor: 'a' }, { ...cart('b'), closeSession: true });
      await save({ subject, operator: 'above', bound: 100 });
      const before = (await look()).value ?? 0;
      await world.send(
        cart('a'),
        cart('a'),
        { visitor: 'c' },
        { ...cart('d'), closeSession: true },
      );
      expect(await look()).toMatchObject({ value: before + 3 });
      // A watch that begins anew finds the same in tables and active sessions.
      await world.crash();
      await world.reopen();
      alerts = await worldAlerts(world);
      expect(await look()).toMatchObject({ value: before + 3 });
    }
    expect(await look()).toMatchObject({ value: 10 });
  });

  test('The counts of a restarted engine, of an imported log and of a watch that begins late are the same', async () => {
    await save({ operator: 'above', bound: 100 });
    await world.send(purchase('a'), { ...purchase('b'), closeSession: true });
    expect(await look()).toMatchObject({ value: 2 });
    await world.crash();
    await world.reopen();
    alerts = await worldAlerts(world);
    expect(await look()).toMatchObject({ value: 2 });
    await world.send(purchase('a'));
    expect(await look()).toMatchObject({ value: 3 });
    await save({ subject: { kind: 'metric', metric: 'hits' }, operator: 'above', bound: 100 });
    expect(await look()).toMatchObject({ value: 3 });
    const at = new Date(world.now() - minuteMs).toISOString();
    const stamp = `${at.slice(8, 10)}/Nov/2026:${at.slice(11, 19)} +0000`;
    const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0';
    await world.importText('shop', {
      'a.log': `203.0.113.7 - - [${stamp}] "GET / HTTP/1.1" 200 5 "-" "${agent}"\n`,
    });
    expect(await look()).toMatchObject({ value: 4 });
  });
});

type Active = Awaited<ReturnType<World['engine']['activeSessions']>>;

/** The session that began first is that of the early visitor. */
function idOf(active: Active, _visitor: 'early'): string | undefined {
  return active?.active.sessions.toSorted((a, b) => a.startedAt - b.startedAt)[0]?.id;
}
