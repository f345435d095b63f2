/** Rules that are changed while they are looked at. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { alertRuleSchema } from '../contract/alert.ts';
import { type WorldAlerts, worldAlerts } from '../testing/alert-desk.ts';
import { createWorld, type World } from '../testing/world.ts';

let world: World;
let alerts: WorldAlerts;

beforeEach(async () => {
  world = await createWorld();
  for (const slug of ['blog', 'shop']) await world.dataset({ slug });
});
afterEach(async () => {
  await world.close();
});

async function save(slug: string, name: string): Promise<void> {
  const subject = { kind: 'metric', metric: 'hits' };
  const bounds = { windowMinutes: 10, operator: 'at_least', bound: 1 };
  const rule = alertRuleSchema.parse({ name, measure: 'count', subject, ...bounds });
  await alerts.desk.store.saveRule(slug, rule);
  alerts.desk.watch.changed();
}

async function valueAt(slug: string, name: string): Promise<number | undefined> {
  await alerts.desk.look([]);
  return alerts.desk.watch.state(slug, name).value;
}

test('A change in the midst of a look keeps no other dataset from being looked at', async () => {
  const { engine } = world;
  const { alertsLive } = engine;
  engine.alertsLive = (...asked) => {
    alerts.desk.watch.changed();
    return alertsLive(...asked);
  };
  alerts = await worldAlerts(world);
  await save('blog', 'Rule');
  await save('shop', 'Rule');
  await world.send({}, {});
  await world.settle();
  expect(await valueAt('shop', 'Rule')).toBe(2);
});

test('A rule that is saved while rules are read is looked at next time', async () => {
  alerts = await worldAlerts(world);
  await save('shop', 'First');
  const { store } = alerts.desk;
  const { channels } = store;
  store.channels = async () => {
    store.channels = channels;
    await save('shop', 'Second');
    return await channels();
  };
  expect(await valueAt('shop', 'Second')).toBeUndefined();
  expect(await valueAt('shop', 'Second')).toBe(0);
});
