/** Labels and periods beside all, filters, goals and bad inputs; expectations counted by hand. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Label, labelSchema } from '../contract/label.ts';
import { querySchema } from '../contract/query.ts';
import { openSmallSite, type SmallSession, type SmallSite } from './testing/small-site.ts';

const range = { from: '2026-11-14', to: '2026-11-16' };
const from = (start: string, hits: SmallSession['hits'], more: Partial<SmallSession> = {}) => ({
  start,
  hits,
  ...more,
});
const bought = { type: 'event' as const, name: 'Bought', path: '/cart' };
const google = { acquisition: { source: 'Google', referrerHost: 'www.google.com' } };

const sessions: SmallSession[] = [
  from('2026-11-14T10:00:00Z', ['/', '/a', bought], { visitor: 'ann', ...google }),
  from('2026-11-14T12:00:00Z', ['/'], { visitor: 'bob' }),
  from('2026-11-15T10:00:00Z', ['/a'], { visitor: 'ann' }),
  from('2026-11-15T11:00:00Z', ['/', '/'], { visitor: 'cid', ...google }),
  // The two days before.
  from('2026-11-12T10:00:00Z', ['/'], { visitor: 'ann', ...google }),
  from('2026-11-13T10:00:00Z', ['/', '/gone'], { visitor: 'dan' }),
  from('2026-11-13T23:30:00Z', ['/b', { path: '/b', s: 3_600 }], { visitor: 'eve' }),
  // A year before, by date and by weeks.
  from('2025-11-14T10:00:00Z', ['/']),
  from('2025-11-16T10:00:00Z', ['/']),
];
const label = (parts: Partial<Label> & { name: string; condition: string }) =>
  labelSchema.parse(parts);
const labels = [
  label({ name: 'Google', condition: 'source = "Google"', colour: 2 }),
  label({ name: 'Others', condition: 'source = "Google"', inverse: true }),
  label({ name: 'Buyers', condition: 'custom.name = "Bought"', colour: 3 }),
  label({
    name: 'Google, no purchase',
    condition: 'custom.name = "Bought"',
    inverse: true,
    parent: 'google',
  }),
  label({ name: 'Google or ann', condition: 'visitor = "ann"', parent: 'Google', combine: 'or' }),
];

let site: SmallSite;
beforeAll(async () => {
  site = await openSmallSite(sessions);
});
afterAll(() => site.close());

describe('Labels beside all', () => {
  test('hold the same figures of their sessions, in the order asked', async () => {
    const answer = await site.query(
      {
        range,
        metrics: ['sessions', 'visitors', 'page_views', 'bounce_rate'],
        labels: ['Google', 'Others', 'Buyers', 'Google, no purchase', 'Google or ann'],
      },
      { labels },
    );
    expect(answer.rows).toEqual([
      [
        // With the view of eve, whose session began the day before.
        ...[4, 3, 7, 2 / 4],
        ...[2, 2, 4, 0],
        ...[2, 2, 3, 1],
        ...[1, 1, 2, 0],
        ...[1, 1, 2, 0],
        ...[3, 2, 5, 1 / 3],
      ],
    ]);
    expect(
      answer.columns.map((column) => column.kind === 'metric' && column.of).slice(3, 6),
    ).toEqual([undefined, 'Google', 'Google']);
    expect(answer.labels?.[2]).toEqual({ name: 'Buyers', colour: 3 });
  });

  test('also broken down by pages and days; a day without any is there', async () => {
    const byPage = await site.query(
      { range, metrics: ['page_views'], dimensions: ['path'], labels: ['buyers'] },
      { labels },
    );
    expect(byPage.rows).toEqual([
      ['/', 4, 1],
      ['/a', 2, 1],
      ['/b', 1, 0],
    ]);
    const byDay = await site.query(
      {
        range: { from: '2026-11-14', to: '2026-11-17' },
        metrics: ['sessions'],
        dimensions: ['day'],
        labels: ['Google'],
      },
      { labels },
    );
    expect(byDay.rows).toEqual([
      ['2026-11-14', 2, 1],
      ['2026-11-15', 2, 1],
      ['2026-11-16', 0, 0],
    ]);
  });
});

test('A label and its parent may each mean another hit', async () => {
  const pages = [
    label({ name: 'Saw A', condition: 'request.path = "/a"' }),
    label({ name: 'Saw both', condition: 'request.path = "/"', parent: 'Saw A' }),
    label({ name: 'Never A', condition: 'request.path = "/a"', inverse: true }),
  ];
  const { rows } = await site.query(
    { range, metrics: ['sessions'], labels: ['Saw A', 'Saw both', 'Never A'] },
    { labels: pages },
  );
  expect(rows).toEqual([[4, 2, 1, 2]]);
});

describe('A comparison', () => {
  const days = { metrics: ['sessions' as const], dimensions: ['day' as const] };

  test('stands beside, day by day: the period before, the dates and the weekdays of a year before', async () => {
    const previous = await site.query({ range, ...days, comparison: 'previous_period' });
    expect(previous.comparedWith).toEqual({ from: '2026-11-12', to: '2026-11-14' });
    expect(previous.rows).toEqual([
      ['2026-11-14', 2, 1],
      ['2026-11-15', 2, 2],
    ]);
    const year = await site.query({ range, ...days, comparison: 'last_year' });
    expect(year.comparedWith).toEqual({ from: '2025-11-14', to: '2025-11-16' });
    expect(year.rows.map((row) => row[2])).toEqual([1, 0]);
    const weeks = await site.query({ range, ...days, comparison: 'last_year_weeks' });
    expect(weeks.comparedWith).toEqual({ from: '2025-11-15', to: '2025-11-17' });
    expect(weeks.rows.map((row) => row[2])).toEqual([0, 1]);
  });

  test('lists the values of the range only, with labels of both periods', async () => {
    const answer = await site.query(
      {
        range,
        metrics: ['page_views', 'visitors'],
        dimensions: ['path'],
        comparison: 'previous_period',
        labels: ['Google'],
      },
      { labels },
    );
    // The view of /b at half past midnight lies in the range, the one before it in the period before.
    expect(answer.rows).toEqual([
      ['/', 4, 3, 3, 2, 2, 2, 1, 1],
      ['/a', 2, 1, 1, 1, 0, 0, 0, 0],
      ['/b', 1, 1, 0, 0, 1, 1, 0, 0],
    ]);
    expect(answer.columns.at(-1)).toMatchObject({
      name: 'visitors',
      of: 'Google',
      period: 'before',
    });
  });

  test('of the 29th of February is with the 28th', async () => {
    const leap = { from: '2024-02-29', to: '2024-03-01' };
    const { comparedWith } = await site.query({
      range: leap,
      metrics: ['hits'],
      comparison: 'last_year',
    });
    expect(comparedWith).toEqual({
      from: '2023-02-28',
      to: '2023-03-01',
      storedFrom: '2025-11-14',
    });
  });

  test('that ends before the 29th of February has the days before the 1st of March', async () => {
    const { comparedWith } = await site.query({
      range: { from: '2024-02-28', to: '2024-02-29' },
      metrics: ['hits'],
      comparison: 'last_year',
    });
    expect(comparedWith).toEqual({
      from: '2023-02-28',
      to: '2023-03-01',
      storedFrom: '2025-11-14',
    });
  });
});

describe('Filters', () => {
  test('a condition chooses sessions, a hit condition the hits among them', async () => {
    const condition = 'any hit (request.path = "/a")';
    const totals = { range, metrics: ['sessions' as const, 'hits' as const] };
    expect((await site.query({ ...totals, condition })).rows).toEqual([[2, 4]]);
    const both = { ...totals, condition, hitCondition: 'hit.type = "page_view"' };
    expect((await site.query(both)).rows).toEqual([[2, 3]]);
    const ofAnn = {
      range,
      metrics: ['hits' as const],
      hitCondition: 'request.path = "/" and visitor = "ann"',
    };
    expect((await site.query(ofAnn)).rows).toEqual([[1]]);
  });

  test('page groups: a hit belongs to the first that fits', async () => {
    const pageGroups = [
      { name: "O'Neil", condition: 'request.path = "/"' },
      { name: 'All but the cart', condition: 'not request.path starts with "/c"' },
    ];
    const { rows } = await site.query(
      { range, metrics: ['hits', 'sessions'], dimensions: ['page_group'] },
      { pageGroups },
    );
    expect(rows).toEqual([
      ["O'Neil", 4, 3],
      ['All but the cart', 3, 3],
      [null, 1, 1],
    ]);
  });
});

describe('Refused', () => {
  const ask = (query: object, given: readonly Label[] = labels) =>
    site.query({ range, metrics: ['sessions'], ...query }, { labels: given });

  test('an unknown label, naming those that there are', async () => {
    await expect(ask({ labels: ['Bing'] })).rejects.toMatchObject({ code: 'definition_unknown' });
    await expect(ask({ labels: ['Bing'] })).rejects.toThrow(/There are: Google, Others, Buyers/);
    await expect(ask({ labels: ['Bing'] }, [])).rejects.toThrow('canister label save');
  });

  test('a label that the tables cannot answer, and one of a field that is gone', async () => {
    const body = label({ name: 'Said sorry', condition: 'response.body contains "sorry"' });
    await expect(ask({ labels: ['Said sorry'] }, [body])).rejects.toMatchObject({
      code: 'condition_not_in_tables',
      message: expect.stringContaining('Make the condition an event'),
    });
    const gone = label({ name: 'Gone', condition: 'weather = "rain"' });
    await expect(ask({ labels: ['gone'] }, [gone])).rejects.toMatchObject({
      code: 'condition_invalid',
      message: expect.stringMatching(/label Gone.*no field "weather"/s),
    });
  });

  test('labels that are their own parents, or have too many', async () => {
    const circle = [
      label({ name: 'A', condition: 'robot = false', parent: 'B' }),
      label({ name: 'B', condition: 'robot = false', parent: 'a' }),
    ];
    await expect(ask({ labels: ['A'] }, circle)).rejects.toThrow('A is its own parent: A → B → A');
    const chain = Array.from({ length: 9 }, (_, place) =>
      label({
        name: `L${place}`,
        condition: 'robot = false',
        parent: place < 8 ? `L${place + 1}` : undefined,
      }),
    );
    await expect(ask({ labels: ['L1'] }, chain)).resolves.toBeDefined();
    await expect(ask({ labels: ['L0'] }, chain)).rejects.toMatchObject({
      code: 'definition_invalid',
    });
  });

  test.each([
    { labels: Array.from({ length: 9 }, (_, place) => `L${place}`) },
    { labels: ['Google', 'Google'] },
    { range: { from: '2026-11-14', to: '2026-11-14' } },
    { range: { from: '2006-11-14', to: '2026-11-14' } },
    { condition: ' ' },
    { comparison: 'last_century' },
  ])('a query of the wrong shape: %j', (wrong) => {
    const parsed = querySchema.safeParse({ metrics: ['sessions'], range, ...wrong });
    expect(parsed.success).toBe(false);
  });

  test('conversions without any goal, events within a condition of hits, and formulas as names are only texts', async () => {
    await expect(ask({ metrics: ['conversions'] })).rejects.toThrow('canister goal save');
    await expect(ask({ goal: 'Order', metrics: ['revenue'] })).rejects.toMatchObject({
      code: 'definition_unknown',
    });
    await expect(
      ask({ metrics: ['hits'], hitCondition: 'count(hit (request.path = "/")) > 1' }),
    ).rejects.toMatchObject({ code: 'condition_invalid' });
    const quoted = label({
      name: "'; DROP TABLE store.hits; --",
      condition: 'visitor = "\' OR 1=1 --"',
    });
    expect((await ask({ labels: [quoted.name] }, [quoted])).rows).toEqual([[4, 0]]);
  });
});
