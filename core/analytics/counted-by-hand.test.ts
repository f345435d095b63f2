/** Figures of responses, of visitors' habits and of web vitals, each counted by hand on a few sessions. */
import { afterEach, describe, expect, test } from 'vitest';
import { labelSchema } from '../contract/label.ts';
import { openSmallSite, type SmallSession, type SmallSite } from './testing/small-site.ts';

const range = { from: '2026-11-14', to: '2026-11-21' };
const day = '2026-11-16T10:00:00Z';
let site: SmallSite | undefined;
afterEach(async () => {
  await site?.close();
  site = undefined;
});
async function open(sessions: readonly SmallSession[]): Promise<SmallSite> {
  site = await openSmallSite(sessions);
  return site;
}

describe('What is searched for on the site', () => {
  const sessions: SmallSession[] = [
    { start: day, hits: ['/', { path: '/find', query: 'q=green+tea&page=2' }] },
    { start: day, hits: [{ path: '/find', query: 's=&search=%20green%20tea%20' }] },
    {
      start: day,
      hits: [
        { path: '/find', query: 'q=th%C3%A9' },
        { path: '/', query: 'seq=9' },
      ],
    },
    {
      start: day,
      hits: [
        { path: '/find', query: 'query=100%' },
        { path: '/find', query: 'q=+' },
      ],
    },
  ];

  test('is the first value that is not blank, decoded, and a row opens its sessions', async () => {
    const { query } = await open(sessions);
    const { rows } = await query({
      metrics: ['page_views', 'sessions'],
      dimensions: ['site_search'],
      range,
      order: { by: 'site_search', direction: 'ascending' },
    });
    const found = rows.filter(([term]) => term !== null);
    expect(found).toEqual([
      ['100%', 1, 1],
      ['green tea', 2, 2],
      ['thé', 1, 1],
    ]);
    const green = await query({
      metrics: ['sessions'],
      range,
      condition: 'any hit (site_search = "green tea" exact)',
    });
    expect(green.rows).toEqual([[2]]);
  });
});

describe('Sessions per visitor', () => {
  const sessions: SmallSession[] = [
    { start: '2026-11-13T10:00:00Z', visitor: 'a', hits: ['/'] }, // before the range
    { start: day, visitor: 'a', hits: ['/'] },
    { start: '2026-11-17T10:00:00Z', visitor: 'a', hits: ['/', '/shop'] },
    { start: '2026-11-18T10:00:00Z', visitor: 'a', hits: ['/'] },
    { start: day, visitor: 'b', hits: ['/shop'] },
    { start: '2026-11-18T12:00:00Z', visitor: 'c', hits: ['/shop'] },
  ];

  test('are the sessions of the range over the visitors that they are of', async () => {
    const { query } = await open(sessions);
    // Three of a, one of b, one of c: five sessions of three visitors.
    const { rows } = await query({
      metrics: ['sessions', 'visitors', 'sessions_per_visitor'],
      range,
    });
    expect(rows).toEqual([[5, 3, 5 / 3]]);
  });

  test('count the visitors of each row and of each label anew', async () => {
    const { query } = await open(sessions);
    const labels = [labelSchema.parse({ name: 'Shop', condition: 'request.path = "/shop"' })];
    const { rows } = await query(
      {
        metrics: ['sessions_per_visitor'],
        dimensions: ['entry_path'],
        range,
        labels: ['Shop'],
        order: { by: 'entry_path', direction: 'ascending' },
      },
      { labels },
    );
    // From / came a three times, once to the shop as well; /shop was where b and c began.
    expect(rows).toEqual([
      ['/', 3, 1],
      ['/shop', 1, 1],
    ]);
  });

  test('are nothing where nobody came', async () => {
    const { query } = await open(sessions);
    const { rows } = await query({
      metrics: ['sessions_per_visitor'],
      range: { from: '2026-10-01', to: '2026-10-02' },
    });
    expect(rows).toEqual([[null]]);
  });
});

describe('Responses', () => {
  const asked = (path: string, more: object) => ({ path, ...more });
  const sessions: SmallSession[] = [
    {
      start: day,
      origin: 'log',
      hits: [
        asked('/', { status: 200, durationMs: 100, responseBytes: 1_000 }),
        asked('/a', { status: 404, durationMs: 20, responseBytes: 300 }),
        asked('/a', { status: 200, responseBytes: 5 }),
      ],
    },
    {
      start: day,
      origin: 'log',
      hits: [
        asked('/a', { status: 500, durationMs: 900 }),
        asked('/b', { status: 399, durationMs: 60, responseBytes: 0 }),
        // A tracker does not know its status: it is in no rate.
        asked('/b', { status: undefined }),
      ],
    },
    // The first hit lies before the range, the second in it.
    {
      start: '2026-11-13T23:59:30Z',
      origin: 'log',
      hits: [
        asked('/', { status: 503, durationMs: 9_000, responseBytes: 9_000 }),
        asked('/', { status: 400, durationMs: 40, responseBytes: 7 }),
      ],
    },
  ];

  test('error rate: of hits whose status is known; time and bytes: of those that say them', async () => {
    const { query } = await open(sessions);
    const { rows } = await query({
      metrics: ['hits', 'errors', 'error_rate', 'response_time', 'transferred'],
      range,
    });
    // Seven hits in the range, six with a status, three errors (404, 500, 400).
    // Times: 100, 20, 900, 60, 40. Bytes: 1000 + 300 + 5 + 0 + 7.
    expect(rows).toEqual([[7, 3, 3 / 6, 1_120 / 5, 1_312]]);
  });

  test('by path', async () => {
    const { query } = await open(sessions);
    const { rows } = await query({
      metrics: ['hits', 'error_rate', 'response_time', 'transferred'],
      dimensions: ['path'],
      range,
      order: { by: 'path', direction: 'ascending' },
    });
    expect(rows).toEqual([
      ['/', 2, 1 / 2, (100 + 40) / 2, 1_007],
      ['/a', 3, 2 / 3, (20 + 900) / 2, 305],
      ['/b', 2, 0, 60, 0],
    ]);
  });

  test('are unknown, not nothing, where no hit says them; bytes add up to none', async () => {
    const { query } = await open([
      { start: day, hits: [{ path: '/', status: undefined as never }] },
    ]);
    const { rows } = await query({
      metrics: ['error_rate', 'response_time', 'transferred'],
      range,
    });
    expect(rows).toEqual([[null, null, 0]]);
  });
});

describe('Web vitals', () => {
  const vitals = (path: string, load: number, properties: Record<string, number | string>) => ({
    path,
    type: 'web_vitals' as const,
    properties: { load, ...properties },
  });
  const sessions: SmallSession[] = [
    {
      start: day,
      hits: [
        '/',
        vitals('/', 1, { lcp: 1_000, cls: 0.1, ttfb: 100 }),
        '/shop',
        vitals('/shop', 2, { lcp: 4_001, inp: 200 }),
        // The same load, shown again: this is what was measured.
        vitals('/shop', 2, { lcp: 4_001, inp: 600 }),
      ],
    },
    { start: day, hits: ['/', vitals('/', 3, { lcp: 2_500, cls: 0.1001 })] },
    { start: day, hits: ['/', vitals('/', 4, { lcp: 2_501, cls: 0.26 })] },
    // The same name of a load, in another session.
    { start: day, hits: ['/', vitals('/', 4, { lcp: 4_000 })] },
    // What no browser measures counts nothing.
    { start: day, hits: [vitals('/', 5, { lcp: -1, inp: 'fast' })] },
    // Not in the range.
    { start: '2026-11-22T10:00:00Z', hits: [vitals('/', 6, { lcp: 9_000 })] },
    // A robot measures nothing that counts.
    {
      start: day,
      userAgent: 'Googlebot/2.1',
      technology: { device: 'robot', robot: 'Googlebot' },
      hits: [vitals('/', 7, { lcp: 1 })],
    },
  ];

  test('the 75th percentile is a measured value; bounds belong to the better side', async () => {
    const { analyze } = await open(sessions);
    const { rows } = await analyze({ kind: 'web_vitals', range });
    expect(rows).toEqual([
      // 1000, 2500, 2501, 4000, 4001: the fourth of five. Two good, two in between, one poor.
      ['Largest contentful paint, ms', 5, 4_000, 2 / 5, 2 / 5, 1 / 5],
      ['Interaction to next paint, ms', 1, 600, 0, 0, 1],
      // 0.1, 0.1001, 0.26: the third of three.
      ['Cumulative layout shift', 3, 0.26, 1 / 3, 1 / 3, 1 / 3],
      ['Time to first byte, ms', 1, 100, 1, 0, 0],
    ]);
  });

  test('by path, beside a label, and for sessions of a condition only', async () => {
    const { analyze } = await open(sessions);
    const labels = [labelSchema.parse({ name: 'Shop', condition: 'request.path = "/shop"' })];
    const asked = { kind: 'web_vitals', range, by: 'path', measure: 'lcp' } as const;
    const { rows } = await analyze({ ...asked, labels: ['Shop'] }, { labels });
    expect(rows).toEqual([
      ['/', 4, 2_501, 2 / 4, 2 / 4, 0, 1, 1_000, 1, 0, 0],
      ['/shop', 1, 4_001, 0, 0, 1, 1, 4_001, 0, 0, 1],
    ]);
    const shop = await analyze({ ...asked, condition: 'request.path = "/shop"' });
    expect(shop.rows.map(([path, loads]) => [path, loads])).toEqual([
      ['/', 1],
      ['/shop', 1],
    ]);
  });

  test('are no custom events: a session with one page view stays a bounce', async () => {
    const { query } = await open(sessions);
    const { rows } = await query({ metrics: ['bounces', 'custom_events'], range });
    // All but the first session.
    expect(rows).toEqual([[4, 0]]);
  });
});
