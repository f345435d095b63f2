/** An alert that somebody closes: when they are told again, and what outlives a restart. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AlertRule, alertRuleSchema } from '../contract/alert.ts';
import { type WorldAlerts, worldAlerts } from '../testing/alert-desk.ts';
import { createWorld, type World } from '../testing/world.ts';

const by = { by: 'Ann', note: 'The mail server is down' };
const minuteMs = 60_000;
const notRaised = { code: 'alert_not_raised' };

let world: World;
let alerts: WorldAlerts;
let rule: AlertRule;

/** One hit within ten minutes raises it; while that is so, again every minute. */
beforeEach(async () => {
  world = await createWorld();
  await world.dataset({ slug: 'shop' });
  alerts = await worldAlerts(world);
  rule = alertRuleSchema.parse({
    name: 'Hits',
    measure: 'count',
    subject: { kind: 'metric', metric: 'hits' },
    windowMinutes: 10,
    operator: 'at_least',
    bound: 1,
    rearmMinutes: 1,
    channels: ['ops'],
  });
  const { store } = alerts.desk;
  await store.saveChannel({ name: 'ops', kind: 'mail', to: ['a@b.example'], systemAlarms: false });
  await store.saveRule('shop', rule);
});
afterEach(() => world.close());

const state = () => alerts.desk.watch.state('shop', 'Hits');
const close = () => alerts.desk.watch.close('shop', rule, by);
const told = () => alerts.mails.length;
const changes = async () => {
  const entries = await alerts.desk.store.history('shop', { limit: 100 });
  return entries.map(({ change }) => change).reverse();
};

/** Looks, and waits for the mails that came of it. */
async function look(minutes = 0): Promise<void> {
  if (minutes > 0) world.advance(minutes * minuteMs);
  await world.settle();
  await alerts.desk.look([]);
  await alerts.desk.stop();
}

async function raise(): Promise<void> {
  await world.send({});
  await look();
}

test('Nobody is told again while it goes on to hold, and it fires anew once it has been over', async () => {
  await raise();
  await look(2);
  expect([told(), state().firing]).toEqual([2, true]);
  await close();
  const at = world.now();
  expect(state()).toMatchObject({ firing: true, closed: { ...by, at } });
  await look(2);
  await world.send({});
  await look(2);
  expect([told(), state().closed?.at]).toEqual([2, at]);
  await look(30);
  expect(state()).toMatchObject({ firing: false });
  expect(state().closed).toBeUndefined();
  await raise();
  expect([told(), state().firing, state().closed]).toEqual([3, true, undefined]);
  expect(await changes()).toEqual(['fired', 'fired', 'closed', 'recovered', 'fired']);
});

test('The history says who, when and why, and a restart knows it', async () => {
  await raise();
  await close();
  const [entry] = await alerts.desk.store.history('shop', { limit: 1 });
  expect(entry).toMatchObject({
    change: 'closed',
    at: world.now(),
    closing: by,
    says: 'Closed by Ann: The mail server is down',
    sessions: [],
  });
  const before = state();
  alerts = await worldAlerts(world);
  await look(2);
  expect(state()).toMatchObject({ since: before.since, closed: before.closed });
  expect(told()).toBe(0);
});

test('What is not raised, or closed already, cannot be closed; of two at once one has done it', async () => {
  await look();
  await expect(close()).rejects.toMatchObject(notRaised);
  await raise();
  const both = await Promise.allSettled([close(), close()]);
  expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  await expect(close()).rejects.toThrow('Ann has closed the alert "Hits" already.');
  await look(30);
  await expect(close()).rejects.toMatchObject(notRaised);
});

test('A look and a closing at one time do not write over each other', async () => {
  await raise();
  const { store } = alerts.desk;
  const { record } = store;
  let closing: Promise<void> | undefined;
  store.record = (...written) => {
    store.record = record;
    closing = close();
    return record(...written);
  };
  await look(2);
  await closing;
  const [, second] = await store.history('shop', { limit: 2 });
  expect(await changes()).toEqual(['fired', 'fired', 'closed']);
  expect(state()).toMatchObject({ closed: by, lastFiredAt: second?.at });
});
