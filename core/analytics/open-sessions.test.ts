/** The condition of a figure finds as many sessions as plain SQL says belong to it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noDefinitions } from '../contract/definition.ts';
import { labelSchema } from '../contract/label.ts';
import { cellSchema } from '../contract/query.ts';
import { openCondition } from './open-sessions.ts';
import { openSmallSite, type SmallSite } from './testing/small-site.ts';

const range = { from: '2026-11-14', to: '2026-11-21' };
const bought = { type: 'event' as const, name: 'Bought', path: '/cart' };
const definitions = {
  ...noDefinitions,
  labels: [
    labelSchema.parse({ name: 'No purchase', condition: 'custom.name = "Bought"', inverse: true }),
  ],
  pageGroups: [
    { name: 'Home', condition: 'request.path = "/"' },
    { name: 'Rest', condition: 'request.path starts with "/"' },
  ],
  goals: [{ name: 'Order', condition: 'custom.name = "Bought"' }],
};

let site: SmallSite;
beforeAll(async () => {
  site = await openSmallSite([
    { start: '2026-11-14T10:00:00Z', hits: ['/', '/a', bought], acquisition: { source: 'Google' } },
    { start: '2026-11-15T10:00:00Z', hits: ['/a', { path: '/x"y', status: 404 }] },
    { start: '2026-11-15T11:00:00Z', hits: ['/'], userAgent: 'curl/8.0' },
    { start: '2026-11-15T11:00:00Z', hits: ['/'], acquisition: { source: 'google' } },
    { start: '2026-11-08T10:00:00Z', hits: ['/a'] },
    // It began before the range and went on in it.
    { start: '2026-11-13T23:59:30Z', hits: ['/a', '/b'] },
  ]);
});
afterAll(() => site.close());

/** Counts the sessions of a figure by its condition, over all that are stored. */
async function count(cell: {
  query: object;
  values?: unknown[];
  metric: string;
  label?: string;
  period?: string;
}) {
  const parsed = cellSchema.parse({
    ...cell,
    query: { range, metrics: [cell.metric], ...cell.query },
  });
  const condition = openCondition(parsed, definitions);
  const ever = { from: '2026-11-01', to: '2026-12-01' };
  const { rows } = await site.query({
    range: ever,
    metrics: ['sessions'],
    robots: true,
    condition,
  });
  return rows[0]?.[0];
}

describe('The sessions of a figure', () => {
  test('of a range, with and without robots, a label turned round, a goal, a bounce', async () => {
    const query = {};
    expect(await count({ query, metric: 'sessions' })).toBe(3);
    expect(await count({ query: { robots: true }, metric: 'sessions' })).toBe(4);
    expect(await count({ query, metric: 'sessions', label: 'No purchase' })).toBe(2);
    expect(await count({ query, metric: 'conversions' })).toBe(1);
    expect(await count({ query, metric: 'bounces' })).toBe(1);
    expect(await count({ query, metric: 'page_views' })).toBe(4);
    const compared = { comparison: 'previous_period' };
    expect(await count({ query: compared, metric: 'sessions', period: 'before' })).toBe(2);
  });

  test.each<[dimension: string, value: string | number | null, metric: string, sessions: number]>([
    ['day', '2026-11-15', 'sessions', 2],
    ['week', '2026-11-09', 'sessions', 3],
    ['month', '2026-11-01', 'sessions', 3],
    ['source', 'Google', 'sessions', 1],
    ['source', 'google', 'sessions', 1],
    ['source', null, 'sessions', 1],
    ['path', '/a', 'sessions', 2],
    ['path', '/x"y', 'page_views', 1],
    ['path', '/a', 'entries', 1],
    ['path', '/b', 'exits', 1],
    ['status', 404, 'hits', 1],
    ['event', 'Bought', 'custom_events', 1],
    ['page_group', 'Home', 'page_views', 2],
    ['page_group', 'Rest', 'page_views', 3],
  ])('by %s %j: %s', async (dimension, value, metric, sessions) => {
    const query = { dimensions: [dimension] };
    expect(await count({ query, values: [value], metric })).toBe(sessions);
  });

  test('cannot be said where the value is worked out', () => {
    const cell = (dimension: string) =>
      cellSchema.parse({
        query: { range, metrics: ['sessions'], dimensions: [dimension] },
        values: [1],
        metric: 'sessions',
      });
    expect(() => openCondition(cell('hour'), definitions)).toThrow(/Hour cannot be said/);
    expect(() => openCondition(cell('screen'), definitions)).toThrow(/worked out/);
    expect(() => openCondition(cell('day'), definitions)).toThrow('1 is no day');
  });
});
