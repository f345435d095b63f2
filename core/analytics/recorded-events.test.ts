/** What events have recorded, counted by hand on a few sessions. */
import { afterEach, expect, test } from 'vitest';
import { labelSchema } from '../contract/label.ts';
import { openSmallSite, type SmallSession, type SmallSite } from './testing/small-site.ts';

const range = { from: '2026-11-14', to: '2026-11-21' };
const start = '2026-11-16T10:00:00Z';
let site: SmallSite | undefined;
afterEach(async () => {
  await site?.close();
  site = undefined;
});
async function open(sessions: readonly SmallSession[]): Promise<SmallSite> {
  site = await openSmallSite(sessions);
  return site;
}

const fact = (event: string, hitNumber: number, more: object = {}) => ({
  number: 1,
  event,
  hitNumber,
  hitId: 'f'.repeat(32),
  at: Date.parse(start),
  version: 1,
  ...more,
});
const link = (text: string, path: string) =>
  fact('Outbound link', 1, { valueText: text, dimensions: { path } });
const paid = (value: number) => fact('Paid', 1, { valueNumber: value });

/** Ann follows three links and pays twice, in two sessions; Bob pays once; a robot follows a link. */
const sessions: SmallSession[] = [
  {
    start,
    visitor: 'ann',
    hits: ['/shop'],
    facts: [
      link('https://a.example/', '/'),
      link('https://a.example/', '/shop'),
      link('https://b.example/', '/'),
      paid(10),
      fact('Step', 1, { buildingBlock: true }),
    ],
  },
  { start, visitor: 'ann', hits: ['/'], facts: [paid(5)] },
  { start, visitor: 'bob', hits: ['/'], facts: [paid(0.5), fact('Paid', 1)] },
  {
    start,
    technology: { device: 'robot', robot: 'Googlebot' },
    hits: ['/'],
    facts: [link('https://a.example/', '/')],
  },
  // A session that goes into the range, with a fact before it.
  {
    start: '2026-11-13T23:59:00Z',
    visitor: 'eve',
    hits: ['/', '/'],
    facts: [
      { ...paid(100), at: Date.parse('2026-11-13T23:59:00Z') },
      { ...paid(2), at: Date.parse('2026-11-14T00:00:00Z') },
    ],
  },
];

test('by event: how often, in how many sessions, by how many visitors, and its numbers', async () => {
  const { analyze } = await open(sessions);
  const { rows } = await analyze({ kind: 'recorded_events', range });
  expect(rows).toEqual([
    // 10 + 5 + 0.5 + 2 of four that carry a number; one carries none.
    ['Paid', 5, 4, 3, 17.5, 17.5 / 4],
    ['Outbound link', 3, 1, 1, null, null],
  ]);
});

test('by what it recorded as text, of one event', async () => {
  const { analyze } = await open(sessions);
  const asked = { kind: 'recorded_events', range, by: 'text', event: 'Outbound link' } as const;
  const { rows } = await analyze(asked);
  expect(rows).toEqual([
    ['https://a.example/', 2, 1, 1],
    ['https://b.example/', 1, 1, 1],
  ]);
  const withRobots = await analyze({ ...asked, robots: true });
  expect(withRobots.rows[0]).toEqual(['https://a.example/', 3, 2, 2]);
  const all = await analyze({ kind: 'recorded_events', range, by: 'text' });
  expect(all.rows[0]).toEqual(['Outbound link', 'https://a.example/', 2, 1, 1]);
});

test('by what it reports, beside a label', async () => {
  const { analyze } = await open(sessions);
  const labels = [labelSchema.parse({ name: 'Shop', condition: 'request.path = "/shop"' })];
  const asked = { kind: 'recorded_events', range, by: 'dimension' } as const;
  const { rows } = await analyze({ ...asked, labels: ['Shop'] }, { labels });
  expect(rows).toEqual([
    ['Outbound link', 'path', '/', 2, 1, 1, null, null, 2, 1, 1, null, null],
    ['Outbound link', 'path', '/shop', 1, 1, 1, null, null, 1, 1, 1, null, null],
  ]);
});

test('what pages send: its properties, whatever their names and types, and its value', async () => {
  const bought = (properties: Record<string, string | number | boolean>) =>
    ({ type: 'event', name: 'Bought', properties }) as const;
  const { analyze } = await open([
    { start, hits: ['/', bought({ plan: 'pro', value: 12 }), bought({ plan: 'pro', value: 3 })] },
    { start, hits: ['/', bought({ plan: 'free', 'a/b "c"': true })] },
    { start, hits: ['/', { type: 'event', name: 'Opened' }] },
  ]);
  const asked = { kind: 'recorded_events', range, origin: 'page' } as const;
  const { rows } = await analyze(asked);
  expect(rows).toEqual([
    ['Bought', 3, 2, 2, 15, 7.5],
    ['Opened', 1, 1, 1, null, null],
  ]);
  const properties = await analyze({ ...asked, by: 'dimension' });
  expect(properties.rows.map((row) => row.slice(0, 5))).toEqual([
    ['Bought', 'plan', 'pro', 2, 1],
    ['Bought', 'a/b "c"', 'true', 1, 1],
    ['Bought', 'plan', 'free', 1, 1],
    ['Bought', 'value', '12', 1, 1],
    ['Bought', 'value', '3', 1, 1],
  ]);
  const plans = await analyze({ ...asked, by: 'dimension', dimension: 'plan', event: 'Bought' });
  expect(plans.rows.map((row) => row.slice(0, 2))).toEqual([
    ['pro', 2],
    ['free', 1],
  ]);
});
