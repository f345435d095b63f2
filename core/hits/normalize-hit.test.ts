import { describe, expect, test } from 'vitest';
import type { ReceivedHit } from '../contract/hit.ts';
import { normalizeHit, UnusableHit } from './normalize-hit.ts';
import { hostMatcher } from './referrer.ts';

const arrivedMs = Date.UTC(2026, 10, 21, 10);
const hourMs = 3_600_000;
const received: ReceivedHit = {
  id: '01979A00-0000-7000-8000-00000000000F',
  type: 'page_view',
  visitor: 'v1',
  url: 'https://shop.example/cart?step=2&utm_source=letter',
  client: { userAgent: 'curl/8.5.0', addressPrefix: '203.0.113.0', country: 'FJ' },
};
const normalize = (more: Partial<ReceivedHit>, hosts: string[] = []) =>
  normalizeHit({ ...received, ...more }, arrivedMs, hostMatcher(hosts));

test('a hit becomes canonical and says what its session needs to know', () => {
  const { hit, context } = normalize({ referrer: 'https://www.google.com/', language: 'de-AT' });
  expect(hit).toMatchObject({
    id: '01979a0000007000800000000000000f',
    at: arrivedMs,
    type: 'page_view',
    origin: 'tracker',
    method: 'GET',
    host: 'shop.example',
    path: '/cart',
    query: 'step=2',
    referrer: 'https://www.google.com/',
  });
  expect(context).toMatchObject({
    visitor: 'v1',
    addressPrefix: '203.0.113.0',
    country: 'FJ',
    language: 'de-AT',
    technology: { device: 'robot', robot: 'curl' },
  });
  expect(context.acquisition()).toMatchObject({
    referrerHost: 'www.google.com',
    source: 'letter',
  });
});

describe('the time of a hit', () => {
  test.each([
    ['without a time of its own is its arrival', {}, 0],
    ['without a time of sending is its arrival', { at: arrivedMs - hourMs }, 0],
    ['is moved by how long it waited', { at: 5_000, sentAt: 65_000 }, -60_000],
    [
      'is right though the clock of the page is a year ahead',
      { at: arrivedMs + 365 * 24 * hourMs, sentAt: arrivedMs + 365 * 24 * hourMs + 2_000 },
      -2_000,
    ],
    ['sent before it happened is its arrival', { at: 65_000, sentAt: 5_000 }, 0],
    ['is at most a day before its arrival', { at: 0, sentAt: 25 * hourMs }, -24 * hourMs],
    ['from 1970 is its arrival', { at: 0 }, 0],
  ])('%s', (_name, times, differenceMs) => {
    expect(normalize(times).hit.at - arrivedMs).toBe(differenceMs);
  });
});

test('a page of the same host, or of a host of the dataset, is no referrer', () => {
  expect(normalize({ referrer: 'https://shop.example/' }).context.acquisition()).toEqual({
    source: 'letter',
    channel: 'other',
  });
  const ours = normalize({ referrer: 'https://blog.shop.example/' }, ['*.shop.example']);
  expect(ours.context.acquisition().referrerHost).toBeUndefined();
});

test('what is empty is absent', () => {
  const { hit, context } = normalize({ referrer: '', title: '', language: '', steps: [] });
  expect([hit.referrer, hit.title, hit.steps, context.language]).toEqual(Array(4).fill(undefined));
});

test.each([
  { url: 'javascript:alert(1)' },
  { url: 'https://' },
  { id: 'none' },
  { id: '' },
])('%j cannot be used, and says so', (more) => {
  expect(() => normalize(more)).toThrow(UnusableHit);
});
