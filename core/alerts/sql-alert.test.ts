/** Alerts by saved queries: real SQL in its process over a world; figures are counted from the hits that are sent. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AlertDryRun, type AlertRuleInput, alertRuleSchema } from '../contract/alert.ts';
import type { Problem } from '../contract/problem.ts';
import { savedQueryInputSchema } from '../contract/saved-query.ts';
import { createAlertSql } from '../desks/alert-sql.ts';
import { alertRoutes } from '../http/alerts.ts';
import { channelRoutes } from '../http/channels.ts';
import { answerErrors } from '../http/problems.ts';
import { newRoutes } from '../http/routes.ts';
import { type WorldAlerts, worldAlerts } from '../testing/alert-desk.ts';
import { worldSql } from '../testing/sql-desk.ts';
import { createWorld, type World, worldStartMs } from '../testing/world.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const began = `FROM sessions WHERE started_at >= $from AND started_at < $until`;
const parameters = ['from', 'until'].map((name) => ({ name, type: 'instant' }));

let world: World;
let desks: ReturnType<typeof worldSql>;
let alerts: WorldAlerts;
let api: ReturnType<typeof newRoutes>;
let asked: number;

beforeEach(async () => {
  world = await createWorld();
  await world.dataset({ slug: 'shop', timeZone: 'UTC' });
  desks = worldSql(world);
  asked = 0;
  const sqlFacts = createAlertSql({
    savedQueries: desks.savedQueries,
    sql: {
      answer(...all) {
        asked += 1;
        return desks.sql.answer(...all);
      },
    },
  });
  alerts = await worldAlerts(world, { sqlFacts });
  const { desk } = alerts;
  api = newRoutes()
    .route('/', alertRoutes({ ...desk, datasets: world.datasets, clock: world.now }))
    .route('/', channelRoutes({ ...desk, clock: world.now }));
  api.onError(answerErrors(() => undefined));
  await keep('Began', `SELECT 'all' AS what, count(*) AS n ${began}`, parameters);
  await keep('Began who', `SELECT session_id, visitor_id ${began} ORDER BY 2`, parameters);
});
afterEach(async () => {
  await alerts.desk.stop();
  await desks.close();
  await world.close();
});

const keep = (name: string, sql: string, declared: object[] = []) =>
  desks.savedQueries.save('shop', name, savedQueryInputSchema.parse({ sql, parameters: declared }));

async function ask<T = Problem>(method: string, path: string, body?: unknown) {
  const answer = await api.request(path, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as T };
}

const rule = (more: object = {}): AlertRuleInput =>
  ({
    name: 'Many',
    measure: 'value',
    subject: { kind: 'saved_query', name: 'Began' },
    windowMinutes: 120,
    operator: 'at_least',
    bound: 3,
    ...more,
  }) as AlertRuleInput;
const save = (more: object = {}) => ask('PUT', '/datasets/shop/alerts/rules', rule(more));

/** Looks, waits for the queries that were begun, and looks at what they gave. */
async function look(): Promise<void> {
  await alerts.desk.look([]);
  await alerts.desk.sqlIdle();
  await alerts.desk.look([]);
}

async function begin(...visitors: string[]): Promise<void> {
  await world.send(...visitors.map((visitor) => ({ visitor })));
  await world.settle();
}

const history = async () =>
  (await alerts.desk.store.history('shop', { limit: 10 })).map(
    ({ change, value, at }) => [change, value, (at - worldStartMs) / hourMs] as const,
  );

test('It fires by the number in the only row, is told with it, and recovers; it is asked as often as it says', async () => {
  const channel = { name: 'ops', kind: 'mail', to: ['ops@shop.example'] };
  await ask('PUT', '/channels', channel);
  expect((await save({ channels: ['ops'], notifyRecovery: true })).status).toBe(200);
  asked = 0;
  await begin('a', 'b', 'c');
  world.advance(hourMs);
  await world.settle();
  await look();
  expect(asked).toBe(1);
  expect(await history()).toEqual([['fired', 3, 1]]);
  world.advance(4 * minuteMs);
  await look();
  expect(asked).toBe(1);
  world.advance(minuteMs);
  await look();
  expect(asked).toBe(2);
  world.advance(2 * hourMs);
  await look();
  expect((await history())[0]).toEqual(['recovered', 0, 3 + 5 / 60]);
  const [entry] = await alerts.desk.store.history('shop', { limit: 1, rule: 'Many' });
  expect(entry?.says).toContain('value of the saved query "Began" in the last 120 minutes');
  expect(alerts.mails.map(({ mail }) => mail.subject)).toEqual([
    'Warning: Many (shop)',
    'Over: Many (shop)',
  ]);
});

test('It counts rows, and names the sessions that they name', async () => {
  await begin('a', 'b');
  world.advance(hourMs);
  await world.settle();
  const subject = { kind: 'saved_query', name: 'Began who' };
  expect((await save({ measure: 'count', bound: 2, subject, everyMinutes: 60 })).status).toBe(200);
  await look();
  expect(await history()).toEqual([['fired', 2, 1]]);
  const [entry] = await alerts.desk.store.history('shop', { limit: 1 });
  const stored = await world.sql(
    'shop',
    'SELECT session_id::VARCHAR FROM sessions ORDER BY visitor_id',
  );
  expect(entry?.sessions).toEqual(stored.map(([id]) => String(id).replaceAll('-', '')));
});

test('A query that fails is the fault of its own alert: that stays as it was, and the others go on', async () => {
  await keep('Gone', 'SELECT 1 AS n');
  await save({ name: 'Gone', subject: { kind: 'saved_query', name: 'Gone' }, bound: 1 });
  await save({
    name: 'Hits',
    measure: 'count',
    subject: { kind: 'metric', metric: 'hits' },
    bound: 1,
  });
  await begin('a');
  await look();
  const state = (name: string) => alerts.desk.watch.state('shop', name);
  expect(state('Gone')).toMatchObject({ firing: true, value: 1 });
  expect(state('Hits').firing).toBe(true);
  await desks.savedQueries.remove('shop', 'Gone');
  world.advance(6 * minuteMs);
  await look();
  expect(state('Gone')).toMatchObject({
    firing: true,
    fault: expect.stringContaining('no saved query called "Gone"'),
  });
  await keep('Gone', 'SELECT 0.5 AS n');
  world.advance(6 * minuteMs);
  await look();
  expect(state('Gone')).toMatchObject({ firing: false, value: 0.5 });
});

test('What cannot be asked is refused when it is saved, with what to do', async () => {
  await keep('Two', 'SELECT * FROM (VALUES (1), (2))');
  await keep('Words', `SELECT 'much' AS n`);
  await keep('None', 'SELECT 1 AS n WHERE false');
  await keep('File', `SELECT count(*) FROM read_csv('/etc/passwd')`);
  const of = (name: string, values?: object) => ({
    subject: { kind: 'saved_query', name, ...(values && { values }) },
  });
  const refusals: [object, string, string][] = [
    [of('Nobody'), 'query_unknown', 'no saved query called "Nobody"'],
    [of('Two'), 'alert_invalid', 'gives 2 rows'],
    [of('Words'), 'alert_invalid', 'None of its columns is a number'],
    [of('File'), 'sql_forbidden', 'read_csv'],
    [of('Began', { colour: 'red' }), 'parameter_invalid', 'no parameter called colour'],
    [{ measure: 'mean' }, 'alert_invalid', 'the value or the count of rows'],
    [
      { measure: 'count', base: { kind: 'metric', metric: 'hits' } },
      'alert_invalid',
      'Let the SQL divide',
    ],
    [{ subject: { kind: 'metric', metric: 'hits' } }, 'alert_invalid', 'ask a saved query'],
    [
      { subject: { kind: 'metric', metric: 'hits' }, measure: 'count', everyMinutes: 5 },
      'alert_invalid',
      'belongs to saved queries',
    ],
  ];
  for (const [more, code, says] of refusals) {
    const { status, body } = await save(more);
    expect([code, status >= 400]).toEqual([body.code, true]);
    expect((body as unknown as { detail: string }).detail).toContain(says);
  }
  expect((await save(of('None'))).status).toBe(200);
  await look();
  expect(alerts.desk.watch.state('shop', 'Many').fault).toBe('There is no value in the window.');
});

test('A dry run asks window by window where the query takes them, and says why where it does not', async () => {
  // At 10:00 three sessions begin, at 13:00 one, at 14:00 four; it is 16:30.
  await begin('a', 'b', 'c');
  world.advance(3 * hourMs);
  await begin('d');
  world.advance(hourMs);
  await begin('e', 'f', 'g', 'h');
  world.advance(2.5 * hourMs);
  await world.settle();
  const dryRun = (more: object) =>
    ask<AlertDryRun>('POST', '/datasets/shop/alerts/dry-run', rule(more));
  const { body } = await dryRun({ windowMinutes: 60, rearmMinutes: 60 });
  const at = (hours: number) => worldStartMs + hours * hourMs;
  // Windows end at 16:30, 15:30, … 10:30: those of 10:30 and 14:30 hold what began at 10:00 and 14:00.
  expect(body).toEqual({
    fromMs: at(-0.5),
    toMs: at(6.5),
    stepMinutes: 60,
    fired: 2,
    firings: [
      { at: at(4.5), value: 4, recoveredAt: at(5.5) },
      { at: at(0.5), value: 3, recoveredAt: at(1.5) },
    ],
  });
  await keep('Now', 'SELECT count(*) AS n FROM sessions');
  const refused = await dryRun({ subject: { kind: 'saved_query', name: 'Now' } });
  expect(refused).toMatchObject({
    status: 400,
    body: {
      code: 'alert_invalid',
      detail: expect.stringContaining('parameters from and until of the type instant'),
    },
  });
});

test('The schema takes a rule as it was kept before there were saved queries', () => {
  const before = { ...rule(), measure: 'count', subject: { kind: 'raised' } };
  expect(alertRuleSchema.parse(before).subject).toEqual({ kind: 'raised', severity: 'notice' });
});
