/** The API: questions and reports. */
import { beforeEach, describe, expect, test } from 'vitest';
import { openedApi } from '../testing/opened-api.ts';
import { plainReport } from '../testing/report-request.ts';
import type { ReportRequest } from './reports.ts';

const opened = openedApi();
const { get, post, problem } = opened;

describe('questions', () => {
  beforeEach(async () => {
    await post('/api/datasets', { slug: 'shop' });
    await opened.world.send({}, { url: 'https://shop.example/<b>' });
    opened.world.advance(3_600_000);
    await opened.world.settle();
  });
  const range = { from: '2026-11-21', to: '2026-11-22' };

  test('in metrics and dimensions are answered', async () => {
    const answer = await (
      await post('/api/datasets/shop/query', { metrics: ['hits'], dimensions: ['path'], range })
    ).json();
    expect(answer).toMatchObject({
      rows: [
        ['/', 1],
        ['/%3Cb%3E', 1],
      ],
      rowsTotal: 2,
    });
    expect(
      await problem(
        post('/api/datasets/shop/query', {
          metrics: ['hits'],
          range: { from: '2026-11-22', to: '2026-11-21' },
        }),
      ),
    ).toMatchObject({ code: 'request_invalid' });
    expect(
      await problem(
        post('/api/datasets/shop/query', { metrics: ['page_depth'], dimensions: ['path'], range }),
      ),
    ).toMatchObject({ status: 400, code: 'query_invalid' });
  });

  test('in SQL are answered or refused', async () => {
    const answer = await (
      await post('/api/datasets/shop/sql', { sql: 'SELECT count(*) AS n FROM hits' })
    ).json();
    expect(answer).toEqual({
      // Nothing changed meanwhile: the world's clock stands still.
      asOf: opened.world.now(),
      columns: [{ name: 'n', type: 'BIGINT' }],
      rows: [[2]],
      truncated: false,
      elapsedMs: expect.any(Number),
    });
    expect(await problem(post('/api/datasets/shop/sql', { sql: 'DROP VIEW hits' }))).toMatchObject({
      status: 403,
      code: 'sql_not_select',
    });
    expect(
      await problem(post('/api/datasets/shop/sql', { sql: 'x'.repeat(65_537) })),
    ).toMatchObject({ status: 400, code: 'request_invalid' });
  });

  test('for a report are handed on with what they leave out filled in', async () => {
    expect(
      (await get('/api/datasets/shop/reports/overview?from=2026-11-14&to=2026-11-21')).status,
    ).toBe(200);
    await get(
      '/api/datasets/shop/reports/overview?from=2026-11-14&to=2026-11-21&robots=true&compare=previous',
    );
    const more =
      'compare=last_year&label=Buyers&label=Late&condition=browser+%3D+%22x%22&page=%2F&funnel=F&goal=G';
    await get(`/api/datasets/shop/reports/overview?from=2026-11-14&to=2026-11-21&${more}`);
    const asked: ReportRequest = {
      ...plainReport({ from: '2026-11-14', to: '2026-11-21' }),
      dataset: { slug: 'shop', name: 'shop', timeZone: 'UTC' },
    };
    expect(opened.reportsAsked).toEqual([
      asked,
      { ...asked, robots: true, comparison: 'previous_period' },
      {
        ...asked,
        comparison: 'last_year',
        labels: ['Buyers', 'Late'],
        condition: 'browser = "x"',
        subject: { page: '/', funnel: 'F', goal: 'G' },
      },
    ]);
  });

  test('for the list of reports name them, and refuse a dataset that is not there', async () => {
    const { reports: listed } = await (await get('/api/datasets/shop/reports')).json();
    expect(listed).toMatchObject([{ name: 'overview', title: 'shop' }]);
    expect(await problem(get('/api/datasets/nothing/reports'))).toMatchObject({
      status: 404,
      code: 'dataset_unknown',
    });
  });

  test.each([
    ['csv', 'attachment; filename="shop-overview-2026-11-14-2026-11-21.csv"', null],
    [
      'html',
      'attachment; filename="shop-overview-2026-11-14-2026-11-21.html"',
      "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    ],
    ['text', null, null],
  ])('for a report as %s are drawn', async (format, disposition, policy) => {
    const response = await get(
      `/api/datasets/shop/reports/overview?from=2026-11-14&to=2026-11-21&format=${format}`,
    );
    expect(await response.text()).toBe(`${format} of overview`);
    expect(response.headers.get('content-type')).toBe(`text/${format}; charset=utf-8`);
    expect(response.headers.get('content-disposition')).toBe(disposition);
    expect(response.headers.get('content-security-policy')).toBe(policy);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test.each([
    ['', 'request_invalid'],
    ['from=2026-11-14', 'request_invalid'],
    ['from=2026-11-31&to=2026-12-01', 'request_invalid'],
    ['from=2026-11-21&to=2026-11-21', 'date_range_invalid'],
    ['from=2000-01-01&to=2026-11-21', 'date_range_invalid'],
    ['from=2026-11-14&to=2026-11-21&format=exe', 'request_invalid'],
    ['from=2026-11-14&to=2026-11-21&robots=yes', 'request_invalid'],
    ['from=2026-11-14&to=2026-11-21&compare=next', 'request_invalid'],
    ['from=2026-11-14&to=2026-11-21&label=', 'request_invalid'],
    [
      `from=2026-11-14&to=2026-11-21${[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `&label=L${n}`).join('')}`,
      'query_invalid',
    ],
    ['from=2026-11-14&to=2026-11-21&condition=', 'request_invalid'],
    ['from=2026-11-14&to=2026-11-21&condition=no.such.field+%3D+1', 'condition_invalid'],
    // Closed too early, it would change the meaning of what it is joined with.
    [
      'from=2026-11-14&to=2026-11-21&condition=browser+%3D+%22a%22%29+or+%28browser+%3D+%22b%22',
      'condition_invalid',
    ],
  ])('for a report with "%s" are refused as %s', async (query, code) => {
    expect(await problem(get(`/api/datasets/shop/reports/overview?${query}`))).toMatchObject({
      status: 400,
      code,
    });
    expect(opened.reportsAsked).toEqual([]);
  });
});
