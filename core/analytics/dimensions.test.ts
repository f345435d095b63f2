/** Every dimension over a few sessions, each value with its sessions as counted by hand. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DimensionName, dimensionNames, dimensions } from '../contract/dimension.ts';
import { type FewSessions, openFewSessions, someMetrics } from './testing/few-sessions.ts';

let ask: FewSessions['ask'];
let close: FewSessions['close'];
beforeAll(async () => {
  ({ ask, close } = await openFewSessions());
});
afterAll(() => close());

const byDimension: Record<DimensionName, [value: string | number | null, sessions: number][]> = {
  day: [
    ['2026-10-24', 1],
    ['2026-10-25', 2],
    ['2026-10-26', 1],
  ],
  path: [
    ['/', 3],
    ['/a', 2],
    ['/missing', 1],
  ],
  status: [
    [200, 4],
    [404, 1],
    [null, 1],
  ],
  entry_path: [
    ['/', 3],
    ['/a', 1],
  ],
  exit_path: [
    ['/', 2],
    ['/a', 2],
  ],
  referrer: [
    [null, 3],
    ['www.google.com', 1],
  ],
  source: [
    [null, 3],
    ['Google', 1],
  ],
  campaign: [
    [null, 3],
    ['spring', 1],
  ],
  browser: [
    ['Firefox', 2],
    ['Safari', 1],
    [null, 1],
  ],
  system: [
    ['Windows', 2],
    ['iOS', 1],
    [null, 1],
  ],
  device: [
    ['desktop', 2],
    ['mobile', 1],
    ['robot', 1],
  ],
  robot: [
    [null, 3],
    ['Googlebot', 1],
  ],
  week: [
    ['2026-10-19', 3],
    ['2026-10-26', 1],
  ],
  month: [['2026-10-01', 4]],
  weekday: [
    [7, 2],
    [1, 1],
    [6, 1],
  ],
  hour: [
    [23, 2],
    [0, 1],
    [11, 1],
  ],
  page_group: [[null, 4]],
  title: [[null, 4]],
  host: [['shop.example', 4]],
  query: [[null, 4]],
  site_search: [[null, 4]],
  method: [['GET', 4]],
  event: [
    [null, 4],
    ['Bought', 1],
  ],
  hit_referrer: [[null, 4]],
  channel: [
    ['direct', 3],
    ['organic search', 1],
  ],
  referrer_path: [[null, 4]],
  medium: [[null, 4]],
  term: [[null, 4]],
  content: [[null, 4]],
  browser_version: [
    ['143', 2],
    ['18', 1],
    [null, 1],
  ],
  screen: [[null, 4]],
  country: [[null, 4]],
  region: [[null, 4]],
  city: [[null, 4]],
  click_id: [[null, 4]],
  robot_behaviour: [[null, 4]],
  network: [[null, 4]],
  language: [[null, 4]],
  origin: [['tracker', 4]],
  end_reason: [['idle', 4]],
  robot_purpose: [
    [null, 3],
    ['search engine', 1],
  ],
  visitor_kind: [
    ['new', 3],
    ['returning', 1],
  ],
  frequency: [
    ['1', 3],
    ['2', 1],
  ],
  recency: [
    [null, 3],
    ['1', 1],
  ],
  depth: [
    ['1', 2],
    ['2', 2],
  ],
  duration: [
    ['0 s', 1],
    ['31-60 s', 1],
    ['3-10 min', 1],
    ['10-30 min', 1],
  ],
};

describe('each dimension breaks sessions down', () => {
  test.each(dimensionNames)('%s', async (name) => {
    const answer = await ask({ dimensions: [name], robots: true });
    expect(answer.rows).toEqual(byDimension[name]);
    expect(answer.rowsTotal).toBe(byDimension[name].length);
  });
});

describe('every metric', () => {
  test.each(dimensionNames)('is answered or refused with a reason by %s', async (name) => {
    for (const metric of someMetrics) {
      const refusedBy =
        dimensions[name].home === 'hit' && ['session_duration', 'page_depth'].includes(metric);
      const asked = ask({ metrics: [metric], dimensions: [name] });
      if (refusedBy) await expect(asked).rejects.toMatchObject({ code: 'query_invalid' });
      else expect((await asked).rows.length).toBeGreaterThan(0);
    }
  });
});
