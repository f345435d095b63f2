/** A saved query as a panel of an own report, in the report and in a digest: real SQL in its process, real reports. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { savedQueryInputSchema } from './core/contract/saved-query.ts';
import { subscriptionSchema } from './core/contract/subscription.ts';
import { createDefinitionDesk } from './core/desks/definition-desk.ts';
import { createQueryDesk } from './core/desks/query-desk.ts';
import { openLibsqlDefinitions } from './core/stores/libsql-definitions.ts';
import { worldSql } from './core/testing/sql-desk.ts';
import { createWorld, type World } from './core/testing/world.ts';
import { createReportSource, keepDefinitionsWhole } from './report-desk.ts';
import { digestMail } from './reports/email/digest-mail.ts';
import { runReport } from './reports/run/run-report.ts';
import { makeDigest } from './reports/schedule/make-digest.ts';

const dayMs = 86_400_000;
const dataset = { slug: 'shop', name: 'Shop', timeZone: 'UTC' };
let world: World;
let desks: ReturnType<typeof worldSql>;

/** On the 21st ada looks at three pages and bob at one; on the 22nd cid at two. */
beforeEach(async () => {
  world = await createWorld();
  desks = worldSql(world);
  await world.dataset({ slug: 'shop' });
  const look = (visitor: string, paths: string[]) =>
    world.send(...paths.map((path) => ({ visitor, url: `https://shop.example${path}` })));
  await look('ada', ['/', '/teas', '/cart']);
  await look('bob', ['/teas']);
  world.advance(dayMs);
  await look('cid', ['/', '/teas']);
  world.advance(dayMs);
  await world.settle();
  const sql = `SELECT visitor_id AS visitor, count(*) AS looked_at, count(*) / $share AS part, max(path) AS last
    FROM page_views WHERE day >= $from AND day < $to AND (is_robot = false OR $robots) GROUP BY 1 ORDER BY 2 DESC, 1`;
  const parameters = [
    { name: 'from', type: 'date' },
    { name: 'to', type: 'date' },
    { name: 'robots', type: 'boolean' },
    { name: 'share', type: 'number', default: 4 },
  ];
  await desks.savedQueries.save('shop', 'Who', savedQueryInputSchema.parse({ sql, parameters }));
});
afterEach(async () => {
  await desks.close();
  await world.close();
});

function open() {
  const book = openLibsqlDefinitions(world.control, world.now);
  const definitions = keepDefinitionsWhole(createDefinitionDesk(world.datasets, book), desks);
  const source = createReportSource(createQueryDesk(world.engine, book), definitions, desks);
  const save = (savedQuery: object) =>
    definitions.save('shop', 'report', {
      name: 'who',
      title: 'Who',
      panels: [{ name: 'who', title: 'Who looks', kind: 'table', chart: 'bars', savedQuery }],
    });
  const run = (more: object = {}) =>
    runReport(
      {
        name: 'who',
        dataset,
        range: { from: '2026-11-21', to: '2026-11-22' },
        robots: true,
        ...more,
      },
      { source, clock: world.now },
    );
  return { source, save, run };
}

test('It gets the days of the report, and its numbers are figures', async () => {
  const { save, run } = open();
  await save({ name: 'Who' });
  const [panel] = (await run()).panels;
  expect(panel?.answer.columns.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'dimension visitor',
    'dimension last',
    'metric looked_at',
    'metric part',
  ]);
  expect(panel?.answer.rows).toEqual([
    ['ada', '/teas', 3, 0.75],
    ['bob', '/teas', 1, 0.25],
  ]);
  expect(panel?.answer.notes).toBeUndefined();
  const later = await run({ range: { from: '2026-11-22', to: '2026-11-23' } });
  expect(later.panels[0]?.answer.rows).toEqual([['cid', '/teas', 2, 0.5]]);
  await save({ name: 'Who', values: { share: 2 } });
  expect((await run()).panels[0]?.answer.rows[0]?.[3]).toBe(1.5);
  const narrowed = await run({ comparison: 'previous_period' });
  expect(narrowed.panels[0]?.answer.notes?.[0]).toContain('do not reach into a saved query');
});

test('It comes into a digest', async () => {
  const { save, source } = open();
  await save({ name: 'Who', values: { robots: true } });
  const digest = await makeDigest(
    subscriptionSchema.parse({
      name: 'Daily',
      schedule: { kind: 'daily' },
      period: 'last_7_days',
      recipients: ['ann@shop.example'],
      datasets: ['shop'],
      reports: ['who'],
    }),
    world.now(),
    {
      source: { ...source, dataset: async () => dataset, alerts: async () => [] },
      clock: world.now,
    },
  );
  const { html, text } = await digestMail(digest, { consoleUrl: '', unsubscribeUrl: '#' });
  for (const said of ['Who looks', 'ada', '0.75', 'cid'])
    expect([said, html.includes(said), text.includes(said)]).toEqual([said, true, true]);
});

test('One that is not there is refused; one that goes later, or fails, is told in its panel', async () => {
  const { save, run } = open();
  await expect(save({ name: 'Nobody' })).rejects.toMatchObject({ code: 'query_unknown' });
  await expect(save({ name: 'Who', colour: 1 })).rejects.toThrow(/colour/);
  await save({ name: 'Who', values: { share: 'much' } });
  const noteOf = async () => (await run()).panels[0]?.answer.notes?.[0];
  expect(await noteOf()).toContain('The parameter share must be a number');
  await desks.savedQueries.remove('shop', 'Who');
  expect(await noteOf()).toContain('no saved query called "Who"');
});
