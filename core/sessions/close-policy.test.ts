import { expect, test } from 'vitest';
import { technologyOf } from '../hits/user-agent.ts';
import { closePolicy, reasonToClose } from './close-policy.ts';
import type { OpenSession } from './open-session.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const startMs = Date.UTC(2026, 10, 21, 10);
const policy = closePolicy(30 * minuteMs);

function open(more: { hits?: number; bytes?: number; lastAt?: number } = {}): OpenSession {
  const { hits = 1, bytes = 100, lastAt = startMs } = more;
  const hit = { id: '', at: startMs, type: 'page_view', origin: 'tracker', method: 'GET' } as const;
  return {
    session: {
      id: '',
      dataset: 'shop',
      visitor: 'v1',
      startedAt: startMs,
      endedAt: lastAt,
      origin: 'tracker',
      userAgent: '',
      technology: technologyOf(''),
      acquisition: {},
      hits: Array.from({ length: hits }, () => ({ ...hit, host: '', path: '/' })),
    },
    devices: ['v1'],
    keys: ['v1'],
    firstAt: startMs,
    lastAt,
    firstSeq: 1,
    lastSeq: 1,
    bytes,
  };
}

test('the limits are those of the contract', () => {
  expect(policy).toEqual({
    idleTimeoutMs: 1_800_000,
    hitsMax: 2_048,
    bytesMax: 5_242_880,
    durationMsMax: 86_400_000,
  });
});

test.each<[string, OpenSession, number, number, ReturnType<typeof reasonToClose>]>([
  ['takes a hit of the same instant', open(), 0, 100, undefined],
  ['takes a hit at the very end of the timeout', open(), 30 * minuteMs, 100, undefined],
  ['ends a millisecond later', open(), 30 * minuteMs + 1, 100, 'idle'],
  [
    'counts the timeout from the last hit',
    open({ lastAt: startMs + hourMs }),
    1.5 * hourMs,
    1,
    undefined,
  ],
  ['takes a late hit from before its begin', open(), -30 * minuteMs, 100, undefined],
  ['does not take one from long before', open(), -30 * minuteMs - 1, 100, 'idle'],
  ['takes its last hit by number', open({ hits: 2_047 }), 0, 100, undefined],
  ['ends when it is full', open({ hits: 2_048 }), 0, 100, 'hits_limit'],
  ['takes its last byte', open({ bytes: 5_242_780 }), 0, 100, undefined],
  ['ends when the hit is too heavy for it', open({ bytes: 5_242_781 }), 0, 100, 'bytes_limit'],
  [
    'takes the last hit of a day',
    open({ lastAt: startMs + 24 * hourMs - 1 }),
    24 * hourMs,
    1,
    undefined,
  ],
  [
    'ends after a day',
    open({ lastAt: startMs + 24 * hourMs - 1 }),
    24 * hourMs + 1,
    1,
    'duration_limit',
  ],
  ['is idle before anything else', open({ hits: 2_048, bytes: 1e9 }), 25 * hourMs, 1, 'idle'],
])('a session %s', (_name, session, afterMs, bytes, reason) => {
  expect(reasonToClose(session, startMs + afterMs, bytes, policy)).toBe(reason);
});

test('without a setting neither midnight nor a campaign ends a session', () => {
  const later = startMs + 20 * minuteMs;
  const beforeMidnight = open({ lastAt: Date.UTC(2026, 10, 21, 23, 50) });
  beforeMidnight.firstAt = beforeMidnight.lastAt;
  expect(reasonToClose(beforeMidnight, Date.UTC(2026, 10, 22, 0, 5), 1, policy)).toBeUndefined();
  const context = { campaign: { campaign: 'autumn' } };
  expect(reasonToClose(open(), later, 1, policy, context)).toBeUndefined();
});

test.each([
  // 22:59:59.999 and 23:00 UTC are the two sides of midnight in Berlin in winter; 18:15 UTC is midnight in Kathmandu.
  ['Europe/Berlin', Date.UTC(2026, 10, 21, 22, 59, 59, 999), undefined],
  ['Europe/Berlin', Date.UTC(2026, 10, 21, 23, 0), 'midnight'],
  ['Asia/Kathmandu', Date.UTC(2026, 10, 21, 18, 14, 59, 999), undefined],
  ['Asia/Kathmandu', Date.UTC(2026, 10, 21, 18, 15), 'midnight'],
  ['America/New_York', Date.UTC(2026, 10, 22, 4, 59), undefined],
] as const)('midnight is that of %s', (timeZone, atMs, reason) => {
  const cut = closePolicy(24 * hourMs, { timeZone, cutAtMidnight: true, cutOnNewCampaign: false });
  expect(reasonToClose(open(), atMs, 1, cut)).toBe(reason);
});

test('on the night of 25 hours the hour that comes twice belongs to one day', () => {
  // Berlin, 25 October 2026: midnight is 22:00 UTC before and 23:00 UTC after the change; 3:00 turns to 2:00 at 01:00 UTC.
  const cut = closePolicy(minuteMs * 1_440, {
    timeZone: 'Europe/Berlin',
    cutAtMidnight: true,
    cutOnNewCampaign: false,
  });
  const at = Date.UTC(2026, 9, 25, 0, 30);
  const first = { ...open(), firstAt: at, lastAt: at };
  expect(reasonToClose(first, Date.UTC(2026, 9, 25, 1, 30), 1, cut)).toBeUndefined();
  expect(reasonToClose(first, Date.UTC(2026, 9, 25, 22, 59), 1, cut)).toBeUndefined();
  expect(reasonToClose(first, Date.UTC(2026, 9, 25, 23, 0), 1, cut)).toBe('midnight');
});

test('on the night of 23 hours the day ends where the clocks of the zone say', () => {
  // Berlin, 29 March 2026: midnight is 23:00 UTC before and 22:00 UTC after the change.
  const cut = closePolicy(24 * hourMs, {
    timeZone: 'Europe/Berlin',
    cutAtMidnight: true,
    cutOnNewCampaign: false,
  });
  const first = Date.UTC(2026, 2, 28, 23, 30);
  const session = { ...open(), firstAt: first, lastAt: first };
  expect(reasonToClose(session, Date.UTC(2026, 2, 29, 21, 59), 1, cut)).toBeUndefined();
  expect(reasonToClose(session, Date.UTC(2026, 2, 29, 22, 0), 1, cut)).toBe('midnight');
});

test.each([
  ['a hit without campaign', {}, { campaign: {} }, undefined],
  [
    'the same campaign again',
    { source: 'mail', medium: 'a' },
    { campaign: { source: 'mail' } },
    undefined,
  ],
  ['another source', { source: 'mail' }, { campaign: { source: 'ads' } }, 'campaign'],
  ['a campaign where there was none', {}, { campaign: { campaign: 'autumn' } }, 'campaign'],
  [
    'another medium of one source',
    { source: 'a', medium: 'b' },
    { campaign: { source: 'a', medium: 'c' } },
    'campaign',
  ],
  ['what a log says of no campaign', { source: 'mail' }, {}, undefined],
] as const)('of campaigns: %s', (_name, acquisition, context, reason) => {
  const cut = closePolicy(hourMs, {
    timeZone: 'UTC',
    cutAtMidnight: false,
    cutOnNewCampaign: true,
  });
  const session = open();
  session.session.acquisition = acquisition;
  expect(reasonToClose(session, startMs, 1, cut, context)).toBe(reason);
});
