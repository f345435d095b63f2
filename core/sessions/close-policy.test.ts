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
