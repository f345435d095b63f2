/** Funnels and campaigns beside the month before, from hits to each form that a report has, and to a mail. */
import { readSheet } from 'read-excel-file/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { funnelSchema } from './core/contract/funnel.ts';
import { goalSchema } from './core/contract/goal.ts';
import { subscriptionSchema } from './core/contract/subscription.ts';
import { createDefinitionDesk } from './core/desks/definition-desk.ts';
import { createQueryDesk } from './core/desks/query-desk.ts';
import type { ReportDesk } from './core/http/reports.ts';
import { openLibsqlDefinitions } from './core/stores/libsql-definitions.ts';
import { noSavedQueries } from './core/testing/no-saved-queries.ts';
import { plainReport } from './core/testing/report-request.ts';
import { createWorld, type World } from './core/testing/world.ts';
import { createReportDesk, createReportSource } from './report-desk.ts';
import { digestMail } from './reports/email/digest-mail.ts';
import type { ReportSource } from './reports/run/run-report.ts';
import { makeDigest } from './reports/schedule/make-digest.ts';

const december = { from: '2026-12-01', to: '2027-01-01' };
const page = (visitor: string, path: string) => ({
  visitor,
  url: `https://shop.example${path}`,
});

let world: World;
let source: ReportSource;
let desk: ReportDesk;

beforeAll(async () => {
  world = await createWorld();
  await world.dataset({ slug: 'shop', name: 'Shop' });
  // September, so that all of November is known.
  await world.importText('shop', {
    'access.log':
      '203.0.113.9 - - [30/Sep/2026:10:00:00 +0000] "GET /first HTTP/1.1" 200 12 "-" "Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0"\n',
  });
  // November: two sessions of the campaign, of which one orders.
  await world.send(
    page('ann', '/shop?utm_source=news&utm_campaign=Spring'),
    page('bob', '/shop?utm_source=news&utm_campaign=Spring'),
  );
  world.advance(60_000);
  await world.send(page('ann', '/order'));
  // December: three of it, of which two order.
  world.advance(Date.parse('2026-12-05T10:00:00Z') - world.now());
  for (const visitor of ['cat', 'dan', 'eve'])
    await world.send(page(visitor, '/shop?utm_source=news&utm_campaign=Spring'));
  world.advance(60_000);
  await world.send(page('cat', '/order'), page('dan', '/order'));
  world.advance(Date.parse('2027-01-01T08:00:00Z') - world.now());
  await world.settle();

  const book = openLibsqlDefinitions(world.control, world.now);
  const definitions = createDefinitionDesk(world.datasets, book);
  const ordered = 'request.path = "/order"';
  await definitions.save('shop', 'goal', goalSchema.parse({ name: 'Order', condition: ordered }));
  await definitions.save(
    'shop',
    'funnel',
    funnelSchema.parse({
      name: 'Order',
      stages: [
        { name: 'Shop', condition: 'request.path = "/shop"' },
        { name: 'Order', condition: ordered },
      ],
    }),
  );
  await definitions.importCosts('shop', {
    csv: 'Date,Name,Spend\n2026-11-21,Spring,8\n2026-12-05,Spring,6\n2027-01-01,Spring,99\n',
    layout: 'mapped',
    columns: { day: 'Date', campaign: 'Name', cost: 'Spend' },
    currency: 'EUR',
  });
  source = createReportSource(createQueryDesk(world.engine, book), definitions, noSavedQueries);
  desk = createReportDesk(source, world.now);
}, 60_000);
afterAll(() => world.close());

type Asked = Parameters<ReportDesk['run']>[0];
const run = (name: string, more: Partial<Asked> = {}) =>
  desk.run({ ...plainReport(december), name, comparison: 'previous_period', ...more });
async function drawn(name: string, format: 'csv' | 'text' | 'html', more: Partial<Asked> = {}) {
  const { body } = await desk.draw(await run(name, more), { format, panel: undefined });
  return String(body);
}
const words = (html: string) => html.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');

describe('A funnel', () => {
  test('has in its table both periods, and in its head which they are', async () => {
    const text = await drawn('funnel', 'text');
    expect(text).toContain('Dec 1 – 31, 2026 (UTC), compared with Nov 1 – 30, 2026');
    expect(text).toMatch(/^Shop +3 +2 +100\.0% +100\.0% +– +– +– +–$/m);
    expect(text).toMatch(/^Order +2 +1 +66\.7% +50\.0% +66\.7% +50\.0% +1 +1$/m);
  });

  test('has lines of both periods in CSV, and the same cells in XLSX', async () => {
    const csv = await drawn('funnel', 'csv');
    const lines = csv.trim().split('\r\n');
    expect(lines[0]).toBe('panel,period,from,to,stage,sessions,share,rate,dropped');
    expect(lines.slice(1)).toEqual([
      'stages,current,2026-12-01,2027-01-01,Shop,3,1,,',
      `stages,current,2026-12-01,2027-01-01,Order,2,${2 / 3},${2 / 3},1`,
      'stages,previous,2026-11-01,2026-12-01,Shop,2,1,,',
      'stages,previous,2026-11-01,2026-12-01,Order,1,0.5,0.5,1',
    ]);
    const { body } = await desk.draw(await run('funnel'), { format: 'xlsx', panel: undefined });
    const sheet = await readSheet(Buffer.from(body as Uint8Array));
    expect(sheet[4]).toEqual([
      'stages',
      'previous',
      '2026-11-01',
      '2026-12-01',
      'Order',
      1,
      0.5,
      0.5,
      1,
    ]);
  });

  test('has the change beside the figure in HTML', async () => {
    expect(words(await drawn('funnel', 'html'))).toMatch(/Order 2 \+100% .*66\.7% \+16\.7 pts/);
  });

  test('as a scorecard has what was lost before', async () => {
    const { comparedWith, panels } = await run('scorecard');
    expect(comparedWith).toMatchObject({ from: '2026-11-01', to: '2026-12-01' });
    const [, order, whole] = panels[0]?.answer.rows ?? [];
    expect(order).toEqual(['Order', 'B', 2, expect.closeTo(1 / 3, 9), 1, 0.5]);
    expect(whole).toEqual(['Whole process', 'B', 3, expect.closeTo(1 / 3, 9), 2, 0.5]);
  });
});

test('Campaigns have cost and conversions of both periods, each by the costs of its own days', async () => {
  const { panels } = await run('campaigns');
  for (const name of ['last_touch', 'first_touch']) {
    const { columns, rows } = panels.find((panel) => panel.name === name)?.answer ?? {};
    const figures = columns?.map((column, index) => [
      `${column.name}${column.kind === 'metric' && column.period ? ' before' : ''}`,
      rows?.[0]?.[index],
    ]);
    expect(rows).toHaveLength(1);
    expect(Object.fromEntries(figures ?? [])).toMatchObject({
      campaign: 'Spring',
      sessions: 3,
      'sessions before': 2,
      conversions: 2,
      'conversions before': 1,
      cost: 6,
      'cost before': 8,
      cost_per_conversion: 3,
      'cost_per_conversion before': 8,
      roi: -1,
      'roi before': -1,
    });
  }
});

test('Only a table of many figures stands closer in HTML', async () => {
  expect((await drawn('campaigns', 'html')).match(/<table class="dense">/g)).toHaveLength(2);
  expect(await drawn('funnel', 'html')).not.toContain('<table class="dense">');
});

test('A report without figures of another period says so, and what to do', async () => {
  for (const format of ['text', 'html'] as const)
    expect(await drawn('retention', format)).toContain(
      'Not compared: this report has no figures of another period beside its own. Run it for those days',
    );
  expect(await drawn('retention', 'text', { comparison: undefined })).not.toContain('Not compared');
});

describe('A mail', () => {
  async function mailOf(period: string) {
    const subscription = subscriptionSchema.parse({
      name: 'Monthly',
      schedule: { kind: 'monthly' },
      period,
      recipients: ['ann@shop.example'],
      datasets: ['shop'],
      reports: ['funnel', 'campaigns'],
    });
    const digest = await makeDigest(subscription, Date.parse('2027-01-01T07:00:00Z'), {
      source: {
        ...source,
        dataset: async () => plainReport(december).dataset,
        alerts: async () => [],
      },
      clock: world.now,
    });
    const options = { consoleUrl: 'https://stats.example', unsubscribeUrl: 'https://u.example' };
    return await digestMail(digest, options);
  }

  test('of the last month has the month before it beside', async () => {
    const { html, text } = await mailOf('last_month');
    expect(words(html)).toContain('Dec 1 – 31, 2026, compared with Nov 1 – 30, 2026');
    expect(words(html)).toMatch(/Order 2 \+100% 66\.7% \+16\.7 pts/);
    expect(text).toMatch(/^Order +2 +1 +66\.7% +50\.0%/m);
    // Sessions, cost, revenue and return, each with its change.
    expect(words(html)).toMatch(/Spring 3 \+50% 6\.00 -25% 0\.00 0(\.0)?% -100\.0% 0 pts/);
    expect(html).toContain('compare=previous_period');
  });

  test('of the last 28 days has as many days before beside', async () => {
    const { html } = await mailOf('last_28_days');
    expect(words(html)).toContain('Dec 4 – 31, 2026, compared with Nov 6 – Dec 3, 2026');
    expect(html).toContain('compare=previous_days');
  });
});
