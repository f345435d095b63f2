/** A figure beside all is the figure that the same condition gives as a filter: for every metric, whole and by values. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { labelSchema } from '../contract/label.ts';
import { metricNames } from '../contract/metric.ts';
import { openSmallSite, type SmallSession, type SmallSite } from './testing/small-site.ts';

const range = { from: '2026-11-14', to: '2026-11-18' };
const conditions = {
  Shop: 'request.path = "/shop"',
  Ann: 'visitor = "ann"',
  Deep: 'session.page_views >= 3',
  Nobody: 'visitor = "nobody"',
};
const labels = Object.entries(conditions).map(([name, condition]) =>
  labelSchema.parse({ name, condition }),
);
const goals = [
  {
    name: 'Order',
    condition: 'custom.name = "Bought"',
    revenue: { event: 'Bought', property: 'total' },
  },
];
const bought = (total: number) => ({
  type: 'event' as const,
  name: 'Bought',
  path: '/done',
  properties: { total },
});
const sessions: SmallSession[] = [
  { start: '2026-11-14T10:00:00Z', visitor: 'ann', hits: ['/', '/shop', '/shop', bought(20)] },
  { start: '2026-11-14T12:00:00Z', visitor: 'bob', hits: ['/shop'] },
  { start: '2026-11-15T10:00:00Z', visitor: 'ann', hits: ['/'] },
  { start: '2026-11-15T11:00:00Z', visitor: 'cid', hits: ['/', bought(7)] },
  {
    start: '2026-11-16T11:00:00Z',
    visitor: 'bob',
    hits: [
      { path: '/', durationMs: 80, responseBytes: 900 },
      { path: '/gone', status: 404, durationMs: 20 },
      { path: '/a', responseBytes: 10 },
    ],
  },
];
let site: SmallSite;
beforeAll(async () => {
  site = await openSmallSite(sessions);
});
afterAll(() => site.close());

test.each([
  ['whole', [] as const, metricNames],
  ['by entry page', ['entry_path'] as const, metricNames],
  [
    'by page',
    ['path'] as const,
    metricNames.filter(
      (name) =>
        !['session_duration', 'page_depth', 'sessions_per_visitor', 'revenue'].includes(name),
    ),
  ],
])('%s', async (_, dimensions, names) => {
  const all = Object.keys(conditions);
  for (const metric of names) {
    const asked = { metrics: [metric], dimensions: [...dimensions], range };
    const beside = await site.query({ ...asked, labels: all }, { labels, goals });
    for (const [place, name] of all.entries()) {
      const alone = await site.query(
        { ...asked, condition: conditions[name as keyof typeof conditions] },
        { goals },
      );
      const filtered = new Map(alone.rows.map((row) => [row[dimensions.length - 1], row.at(-1)]));
      for (const row of beside.rows) {
        const figure = row[dimensions.length + 1 + place];
        const key = dimensions.length === 0 ? undefined : row[0];
        // A value that the filtered answer has no row for counts nothing there, or is a share of nothing.
        const expected = filtered.get(key) ?? (figure === null ? null : 0);
        expect([metric, name, key, figure]).toEqual([metric, name, key, expected]);
      }
    }
  }
});
