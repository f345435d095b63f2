/** A saved query as a label: real SQL in its process, beside all in real reports, in searches, and when it goes wrong. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { querySchema } from './core/contract/query.ts';
import { savedQueryInputSchema } from './core/contract/saved-query.ts';
import { searchRequestSchema } from './core/contract/search.ts';
import { createDefinitionDesk } from './core/desks/definition-desk.ts';
import { createQueryDesk } from './core/desks/query-desk.ts';
import { keepQueriesWhole } from './core/desks/saved-query-desk.ts';
import { createSearchDesk } from './core/desks/search-desk.ts';
import { openLibsqlAlerts } from './core/stores/libsql-alerts.ts';
import { openLibsqlDefinitions } from './core/stores/libsql-definitions.ts';
import { worldSql } from './core/testing/sql-desk.ts';
import { createWorld, type World } from './core/testing/world.ts';
import { createReportSource, keepDefinitionsWhole } from './report-desk.ts';
import { runReport } from './reports/run/run-report.ts';

const dayMs = 86_400_000;
const robot = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
let world: World;
let desks: ReturnType<typeof worldSql>;
let open: ReturnType<typeof openDesks>;

/** On the 21st ada looks at three pages, bob at one, a robot at three; on the 22nd cid at two, ada at one. */
beforeEach(async () => {
  world = await createWorld();
  desks = worldSql(world);
  await world.dataset({ slug: 'shop' });
  const look = (visitor: string, paths: string[], more: object = {}) =>
    world.send(...paths.map((path) => ({ visitor, url: `https://shop.example${path}`, ...more })));
  await look('ada', ['/', '/teas', '/cart']);
  await look('bob', ['/teas']);
  await look('bot', ['/', '/teas', '/cart'], { client: { userAgent: robot } });
  world.advance(dayMs);
  await look('cid', ['/', '/teas']);
  await look('ada', ['/']);
  world.advance(dayMs);
  await world.settle();
  open = openDesks();
  await keep('Deep', {
    sql: `SELECT session_id FROM page_views WHERE day >= $from AND day < $to GROUP BY 1 HAVING count(*) >= $pages`,
    parameters: [
      { name: 'from', type: 'date' },
      { name: 'to', type: 'date' },
      { name: 'pages', type: 'integer' },
    ],
  });
});
afterEach(async () => {
  await desks.close();
  await world.close();
});

function openDesks() {
  const book = openLibsqlDefinitions(world.control, world.now);
  const { labelSessions } = desks;
  const alerts = openLibsqlAlerts(world.control, world.now);
  const queries = createQueryDesk(world.engine, book, labelSessions);
  const definitions = keepDefinitionsWhole(createDefinitionDesk(world.datasets, book), desks);
  return {
    book,
    queries,
    definitions,
    searches: createSearchDesk(world.engine, book, alerts, labelSessions),
    savedQueries: keepQueriesWhole(desks.savedQueries, { book, alerts }),
  };
}

const keep = (name: string, query: object) =>
  desks.savedQueries.save('shop', name, savedQueryInputSchema.parse(query));
const label = (name: string, savedQuery: object, more: object = {}) =>
  open.definitions.save('shop', 'label', { name, savedQuery, ...more });
const deep = (name: string, pages: number, more: object = {}) =>
  label(name, { name: 'Deep', values: { pages } }, more);

const both = { from: '2026-11-21', to: '2026-11-23' };
const ask = (labels: string[], more: object = {}) =>
  open.queries.query(
    'shop',
    querySchema.parse({ metrics: ['sessions', 'page_views'], range: both, labels, ...more }),
  );
const found = async (condition: string) =>
  (await open.searches.search('shop', searchRequestSchema.parse({ condition }))).found
    .map(({ visitor }) => visitor)
    .sort();

test('Its sessions stand beside all, by their number and their hits, with robots as the query says', async () => {
  await deep('Two', 2);
  await deep('Three', 3);
  // All: ada, bob, cid, ada again. Two: ada and cid. Three: ada.
  expect((await ask(['Two', 'Three'])).rows).toEqual([[4, 7, 2, 5, 1, 3]]);
  expect((await ask(['Two'], { robots: true })).rows).toEqual([[5, 10, 3, 8]]);
  expect((await ask(['Two'], { dimensions: ['day'] })).rows).toEqual([
    ['2026-11-21', 2, 4, 1, 3],
    ['2026-11-22', 2, 3, 1, 2],
  ]);
  // The query is asked for the days before too.
  const compared = await ask(['Two'], {
    range: { from: '2026-11-22', to: '2026-11-23' },
    comparison: 'previous_period',
  });
  expect(compared.rows).toEqual([[2, 3, 1, 2, 2, 4, 1, 3]]);
  expect(compared.notes).toBeUndefined();
});

test('It is turned round, joined with labels by condition, and narrowed by the filter', async () => {
  await deep('Two', 2);
  await deep('Not two', 2, { inverse: true });
  await open.definitions.save('shop', 'label', {
    name: 'Two with cart',
    condition: 'request.path = "/cart"',
    parent: 'Two',
  });
  await open.definitions.save('shop', 'label', { name: 'Bob', condition: 'visitor = "bob"' });
  await deep('Bob or two', 2, { parent: 'Bob', combine: 'or' });
  const { rows } = await ask(['Not two', 'Two with cart', 'Bob or two']);
  expect(rows).toEqual([[4, 7, 2, 2, 1, 3, 3, 6]]);
  const narrowed = await ask(['Two'], { condition: 'request.path = "/cart"' });
  expect(narrowed.rows).toEqual([[1, 3, 1, 3]]);
});

test('It is searched for, alone and within conditions, and its figure opens its sessions', async () => {
  await deep('Two', 2);
  await deep('Not two', 2, { inverse: true });
  expect(await found('label "two"')).toEqual(['ada', 'bot', 'cid']);
  expect(await found('label "Not two"')).toEqual(['ada', 'bob']);
  expect(await found('label "Two" and robot = false and not visitor = "cid"')).toEqual(['ada']);
  const query = querySchema.parse({ metrics: ['sessions'], range: both, labels: ['Not two'] });
  const cell = { query, metric: 'sessions', label: 'Not two', period: 'now' } as const;
  const condition = await open.queries.openSessions('shop', { ...cell, values: [] });
  expect(condition).toContain('label "Not two"');
  expect(await found(condition)).toEqual(['ada', 'bob']);
});

test('Analyses take it as well', async () => {
  await deep('Two', 2);
  const stages = [
    { name: 'Home', condition: 'request.path = "/"' },
    { name: 'Teas', condition: 'request.path = "/teas"' },
  ];
  await open.definitions.save('shop', 'funnel', { name: 'Way', stages });
  const answer = await open.queries.analyze('shop', {
    kind: 'funnel',
    funnel: 'Way',
    range: both,
    robots: false,
    labels: ['Two'],
    limit: 100,
  } as never);
  const place = answer.columns.findIndex(
    (column) => column.kind === 'metric' && column.name === 'sessions' && column.of === 'Two',
  );
  // Both ada on the 21st and cid began at / and went on to /teas; ada's / of the 22nd is not of the label.
  expect(answer.rows.map((row) => row[place])).toEqual([2, 2]);
});

test('What cannot be a label is refused when it is saved, with the reason', async () => {
  await keep('Visitors', { sql: 'SELECT visitor_id, count(*) AS n FROM sessions GROUP BY 1' });
  const refused = async (savedQuery: object, code: string, says: string) =>
    await expect(label('Wrong', savedQuery)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(says),
    });
  await refused({ name: 'Nobody' }, 'query_unknown', 'no saved query called "Nobody"');
  await refused({ name: 'Visitors' }, 'definition_invalid', 'no column session_id');
  await refused({ name: 'Visitors' }, 'definition_invalid', 'visitor_id, n');
  await refused({ name: 'Deep' }, 'parameter_invalid', 'pages (integer) needs a value');
  await refused({ name: 'Deep', values: { pages: 'x' } }, 'parameter_invalid', 'whole number');
  await refused(
    { name: 'Deep', values: { pages: 1, depth: 1 } },
    'parameter_invalid',
    'no parameter called depth',
  );
  await keep('Files', { sql: `SELECT 1 AS session_id FROM read_csv('/etc/passwd')` });
  await refused({ name: 'Files' }, 'sql_forbidden', 'read_csv');
  await keep('Two statements', { sql: `SELECT 1 AS session_id) s; DROP TABLE sessions; --` });
  await refused({ name: 'Two statements' }, 'sql_invalid', '');
  await deep('Two', 2);
  for (const condition of ['label "Two"', 'label "\\u0001Two"'])
    await expect(
      open.definitions.save('shop', 'goal', { name: 'Wrong', condition }),
    ).rejects.toThrow('can only be searched for');
  for (const given of [
    { name: 'Wrong', condition: 'robot = true', savedQuery: { name: 'Deep' } },
    { name: 'Wrong' },
  ])
    await expect(open.definitions.save('shop', 'label', given)).rejects.toThrow(
      'either a condition or a saved query',
    );
});

test('What goes wrong later empties the figures of the label, and says why; all others stand', async () => {
  await deep('Two', 2);
  await open.definitions.save('shop', 'label', {
    name: 'Carts of two',
    condition: 'request.path = "/cart"',
    parent: 'Two',
  });
  await open.definitions.save('shop', 'label', { name: 'Bob', condition: 'visitor = "bob"' });
  const noteOf = async (sql: string) => {
    await keep('Deep', { sql });
    const { rows, notes = [] } = await ask(['Two', 'Bob', 'Carts of two']);
    expect(rows).toEqual([[4, 7, null, null, 1, 1, null, null]]);
    expect(notes).toHaveLength(2);
    expect(notes[1]).toContain('The label "Carts of two" has no figures: the saved query of the');
    return notes[0];
  };
  // The label gives a value that the query does not take any more.
  expect(await noteOf('SELECT session_id FROM sessions')).toContain('no parameter called pages');
  await keep('Odd', { sql: 'SELECT 1 AS session_id' });
  await label('Two', { name: 'Odd' });
  const [odd] = (await ask(['Two'])).notes ?? [];
  expect(odd).toContain('holds "1", which is no id of a session');
  await expect(found('label "Two"')).rejects.toMatchObject({
    code: 'definition_invalid',
    message: expect.stringContaining('"Two" has no figures'),
  });
  await desks.savedQueries.remove('shop', 'Odd');
  expect((await ask(['Two'])).notes?.[0]).toContain('no saved query called "Odd"');
});

test('More sessions than a label may have are refused, and the first are not taken for all', async () => {
  await keep('All', { sql: 'SELECT session_id FROM sessions' });
  await label('Many', { name: 'All' });
  const sql = 'SELECT md5(i::VARCHAR)::UUID AS session_id FROM range($n) t(i)';
  await keep('Many', { sql, parameters: [{ name: 'n', type: 'integer' }] });
  await label('Many', { name: 'Many', values: { n: 100_000 } });
  expect((await ask(['Many'])).rows).toEqual([[4, 7, 0, 0]]);
  await label('Many', { name: 'Many', values: { n: 100_001 } });
  const { rows, notes } = await ask(['Many']);
  expect(rows).toEqual([[4, 7, null, null]]);
  expect(notes?.[0]).toContain('more than 100,000 rows');
});

test('A report says why a label has no figures, panel by panel, and asks the query once', async () => {
  await deep('Two', 2);
  const { queries, definitions } = open;
  const source = createReportSource(queries, definitions, desks);
  const request = {
    name: 'overview',
    dataset: { slug: 'shop', name: 'Shop', timeZone: 'UTC' },
    range: both,
    robots: false,
    labels: ['Two'],
  };
  let asked = 0;
  const { stream } = desks.sql;
  desks.sql.stream = async (...all) => {
    asked += 1;
    return await stream(...all);
  };
  const whole = await runReport(request, { source, clock: world.now });
  expect(whole.panels.length).toBeGreaterThan(2);
  expect(whole.labels).toEqual([{ name: 'Two', colour: 1 }]);
  expect(asked).toBe(1);
  await desks.savedQueries.remove('shop', 'Deep');
  const broken = await runReport(request, { source, clock: world.now });
  expect(broken.panels[0]?.answer.notes?.join()).toContain('no saved query called "Deep"');
});

test('A query that something asks is not removed; the refusal names what asks it', async () => {
  await deep('Two', 2);
  await open.definitions.save('shop', 'report', {
    name: 'own',
    title: 'Own',
    panels: [{ name: 'deep', title: 'Deep', kind: 'table', savedQuery: { name: 'Deep' } }],
  });
  const { savedQueries, definitions } = open;
  await expect(savedQueries.remove('shop', 'Deep')).rejects.toMatchObject({
    code: 'definition_needed',
    message: expect.stringContaining('label Two, report own'),
  });
  await definitions.remove('shop', 'label', 'Two');
  await definitions.remove('shop', 'report', 'own');
  await savedQueries.remove('shop', 'Deep');
  expect(await savedQueries.list('shop')).toEqual([]);
});

test('A query is kept with the parameters that it uses, no more and no fewer', async () => {
  const { savedQueries } = open;
  const save = (sql: string, ...names: string[]) =>
    savedQueries.save(
      'shop',
      'Q',
      savedQueryInputSchema.parse({
        sql,
        parameters: names.map((name) => ({ name, type: 'text' })),
      }),
    );
  const refusal = (code: string, says: string) => ({
    code,
    message: expect.stringContaining(says),
  });
  await expect(save('SELECT $a, $b, $a', 'b')).rejects.toMatchObject(
    refusal('parameter_invalid', 'uses $a, which is not declared'),
  );
  await expect(save('SELECT $a', 'a', 'b', 'c')).rejects.toMatchObject(
    refusal('parameter_invalid', 'declares $b, $c, which the SQL does not use'),
  );
  await expect(save('SELECT $1')).rejects.toMatchObject(
    refusal('parameter_invalid', 'Give the parameter a name'),
  );
  const quoted = `SELECT '$no', "$no", e'\\'$no', $$ $no $$, $x$ $no $x$, a$no, $yes -- $no
    /* $no */`;
  expect((await save(quoted, 'yes')).parameters).toHaveLength(1);
});
