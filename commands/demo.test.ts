/** The generated weeks, counted by straight loops apart from the product, against what the product says of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand, startProduct } from '../console/testing/product.ts';
import { countTraffic, generateTraffic, type TrafficCount } from '../core/testing/seed.ts';
import { demoSlug, fillWithDemo } from './demo.ts';

/** A Wednesday noon in UTC, far enough from midnight in the demo's time zone. */
const endMs = Date.UTC(2026, 4, 20, 12);
const days = 14;

let folder: string;
let counted: TrafficCount;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'canister-demo-'));
  await fillWithDemo(join(folder, 'data'), endMs, () => {});
  counted = countTraffic(generateTraffic({ endMs, days, writeKey: 'wk_any' }));
  await letSessionsEnd(join(folder, 'data'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Today all sessions of those weeks are over: a server on the folder ends and stores them. */
async function letSessionsEnd(data: string): Promise<void> {
  const product = await startProduct({ data });
  for (let active = 1; active > 0; ) {
    const status = (await (await fetch(`${product.baseUrl}/api/status`)).json()) as {
      waitingHits: number;
      datasets: { activeSessions: number }[];
    };
    active = status.waitingHits + (status.datasets[0]?.activeSessions ?? 1);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await product.stop();
}

async function command<T>(...args: string[]): Promise<T> {
  const { code, out, notes } = await runCommand([
    ...args,
    '--dataset',
    demoSlug,
    '--data',
    join(folder, 'data'),
    '--json',
  ]);
  if (code !== 0) throw new Error(notes);
  return JSON.parse(out) as T;
}

test('Every generated hit is stored once, and people’s figures are those of the independent count', async () => {
  const { people, robots } = counted;
  const [stored] = await command<Record<string, number>[]>(
    'query',
    `SELECT count(*) FILTER (NOT is_robot) people, count(*) FILTER (is_robot) robots, count(DISTINCT hit_id) ids FROM hits`,
  );
  expect(stored).toEqual({
    people: people.hits,
    robots: robots.hits,
    ids: people.hits + robots.hits,
  });

  const report = await command<{
    panels: { name: string; answer: { rows: (string | number | null)[][] } }[];
  }>('report', 'overview', '--from', '2026-05-05', '--to', '2026-05-22');
  const rowsOf = (name: string) =>
    report.panels.find((panel) => panel.name === name)?.answer.rows ?? [];
  const [sessions, visitors, pageViews, bounceRate, durationMs, depth] = (
    rowsOf('totals')[0] ?? []
  ).map(Number);
  expect([sessions, visitors, pageViews]).toEqual([
    people.sessions,
    people.visitors,
    people.pageViews,
  ]);
  expect(bounceRate).toBeCloseTo(people.bounces / people.sessions, 10);
  expect(durationMs).toBeCloseTo(people.durationMs / people.sessions, 3);
  expect(depth).toBeCloseTo(people.pageViews / people.sessions, 10);

  expect(new Map(rowsOf('statuses').map(([status, hits]) => [status, hits]))).toEqual(
    people.hitsByStatus,
  );
  for (const [path, views] of rowsOf('pages'))
    expect([path, views]).toEqual([path, people.pageViewsByPath.get(String(path))]);
  const byDay = rowsOf('by_day');
  expect(byDay).toHaveLength(17);
  expect(byDay.reduce((sum, [, daySessions]) => sum + Number(daySessions), 0)).toBe(
    people.sessions,
  );
});

test('The ingredients that the demo promises are there to be found', async () => {
  const [found] = await command<Record<string, number>[]>(
    'query',
    `SELECT
       (SELECT count(DISTINCT robot) FROM sessions WHERE is_robot) robots,
       (SELECT count(DISTINCT campaign) FROM sessions) campaigns,
       (SELECT count(*) FROM hits WHERE event = 'Purchase confirmed') purchases,
       (SELECT count(*) FROM hits WHERE status = 404) missing,
       (SELECT count(*) FROM hits WHERE status = 500) failed,
       (SELECT count(*) FROM (SELECT visitor_id FROM sessions WHERE NOT is_robot GROUP BY ALL HAVING count(*) > 1)) returning_visitors,
       (SELECT count(*) FROM hits WHERE event = 'Form submitted' AND path = '/contact') contact_forms,
       (SELECT count(*) FROM page_views WHERE path = '/contact') contact_views,
       (SELECT count(*) FROM hits WHERE path = '/search' AND duration_ms > 3000) slow_searches`,
  );
  const { people } = counted;
  expect(found).toMatchObject({
    purchases: people.eventsByName.get('Purchase confirmed'),
    contact_forms: 0,
  });
  for (const name of [
    'robots',
    'campaigns',
    'missing',
    'failed',
    'returning_visitors',
    'contact_views',
    'slow_searches',
  ])
    expect([name, Number(found?.[name]) > 2]).toEqual([name, true]);
});

test('A draft tried over some days finds exactly the sessions that SQL finds', async () => {
  const save = (name: string, condition: string, ...more: string[]) =>
    command('event', 'save', '--name', name, '--condition', condition, ...more);
  await save('Product seen', 'request.path contains "/tea"', '--trigger', 'every_hit');
  await save(
    'Came back',
    'count(event "Product seen") >= 2 and not robot = true',
    '--trigger',
    'after_every_hit',
    '--track',
    'first',
  );
  const from = '2026-05-15';
  const to = '2026-05-18';
  const days = `s.started_at >= '${from}' AND s.started_at < '${to}'`;
  const found = (sql: string) =>
    command<{ id: string; n: number }[]>(
      'query',
      `SELECT replace(s.session_id::VARCHAR, '-', '') AS id, count(*)::INTEGER AS n FROM sessions s JOIN hits h USING (session_id)
       WHERE ${days} AND ${sql} ORDER BY s.ended_at, id`,
    );
  interface Tried {
    occurrences: number;
    fired: { count: number; sessions: string[] };
    sessionsTotal: number;
  }
  const tried = (name: string) =>
    command<Tried>('event', 'dry-run', name, '--from', from, '--to', to);
  const sum = (rows: { n: number }[]) => rows.reduce((total, { n }) => total + n, 0);
  const expectSame = ({ occurrences, fired }: Tried, rows: { id: string; n: number }[]) => {
    expect(rows.length).toBeGreaterThan(20);
    expect([occurrences, fired.count]).toEqual([sum(rows), rows.length]);
    const ids = new Set(rows.map(({ id }) => id));
    expect(fired.sessions.filter((id) => !ids.has(id))).toEqual([]);
    expect(new Set(fired.sessions).size).toBe(Math.min(100, rows.length));
  };
  expectSame(
    await tried('Product seen'),
    await found(`h.path ILIKE '%/tea%' GROUP BY s.session_id, s.ended_at`),
  );
  const twice = await found(
    `h.path ILIKE '%/tea%' AND NOT s.is_robot GROUP BY s.session_id, s.ended_at HAVING count(*) >= 2`,
  );
  expectSame(
    await tried('Came back'),
    twice.map(({ id }) => ({ id, n: 1 })),
  );
});

test('Labels, goal, funnel, campaigns and costs are defined, so that their reports show something', async () => {
  const dates = ['--from', '2026-05-05', '--to', '2026-05-22'];
  interface Panels {
    panels: { name: string; answer: { rows: (string | number | null)[][] } }[];
  }
  for (const name of ['goals', 'funnel', 'scorecard', 'campaigns']) {
    const { panels } = await command<Panels>('report', name, ...dates);
    expect([name, (panels[0]?.answer.rows.length ?? 0) > 0]).toEqual([name, true]);
  }
  const [orders] = await command<Record<string, number>[]>(
    'query',
    `SELECT count(DISTINCT session_id) sessions FROM events WHERE event = 'Purchase confirmed' AND origin = 'page'
      AND session_id IN (SELECT session_id FROM sessions WHERE NOT is_robot)`,
  );
  const funnel = await command<Panels>('report', 'funnel', ...dates);
  const stages = funnel.panels[0]?.answer.rows ?? [];
  expect(stages.map(([stage]) => stage)).toEqual(['Cart filled', 'Order placed']);
  expect(orders?.sessions).toBeGreaterThan(0);
  expect(stages[1]?.[1]).toBe(orders?.sessions);
});
