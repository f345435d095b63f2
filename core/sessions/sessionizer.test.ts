import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ShortTermCanister } from '../canisters/short-term.ts';
import { technologyOf } from '../hits/user-agent.ts';
import { type ArrivingHit, type EndedSession, Sessionizer } from './sessionizer.ts';

const idleTimeoutMs = 1_000;
const policy = { idleTimeoutMs, hitsMax: 5, bytesMax: 1_000, durationMsMax: 3_500 };

const userKey = (userId: string) => `u:${userId}`;

/** A hit of a visitor; `number` makes its id and its place in the inbox. */
function arriving(
  number: number,
  visitor: string,
  arrivedAt: number,
  more: { at?: number; bytes?: number; userId?: string } = {},
): ArrivingHit {
  const { at = arrivedAt, bytes = 10, userId } = more;
  return {
    hit: {
      id: number.toString(16).padStart(32, '0'),
      at,
      type: 'page_view',
      origin: 'tracker',
      method: 'GET',
      host: 'shop.example',
      path: `/${number}`,
    },
    context: {
      visitor,
      userId,
      userAgent: '',
      technology: technologyOf(''),
      acquisition: () => ({}),
    },
    arrivedAt,
    seq: number,
    bytes,
  };
}

function start() {
  const ended: EndedSession[] = [];
  const canister = new ShortTermCanister();
  const sessionizer = new Sessionizer({
    dataset: 'shop',
    canister,
    policy,
    userKey,
    ended: (one) => ended.push(one),
  });
  return { ended, canister, sessionizer };
}

const paths = ({ session }: EndedSession) => session.hits.map(({ path }) => path);

describe('a session', () => {
  test('has the name that its dataset and its first hit give', () => {
    const { canister, sessionizer } = start();
    sessionizer.take(arriving(7, 'a', 0));
    const expected = createHash('sha256')
      .update(`session\0shop\0${'7'.padStart(32, '0')}`)
      .digest('hex')
      .slice(0, 32);
    expect(canister.get('a')?.session.id).toBe(expected);
  });

  test('takes the hits of its visitor and of nobody else', () => {
    const { ended, sessionizer } = start();
    sessionizer.take(arriving(1, 'a', 0));
    sessionizer.take(arriving(2, 'b', 10));
    sessionizer.take(arriving(3, 'a', 20));
    sessionizer.closeAll(20);
    expect(ended.map(paths)).toEqual([['/2'], ['/1', '/3']]);
    expect(ended.map(({ firstSeq, lastSeq }) => [firstSeq, lastSeq])).toEqual([
      [2, 2],
      [1, 3],
    ]);
  });

  test('holds its hits in the order of their time, those of one time in the order of arrival', () => {
    const { ended, sessionizer } = start();
    for (const [number, at] of [
      [1, 500],
      [2, 200],
      [3, 500],
      [4, 200],
      [5, 900],
    ] as const)
      sessionizer.take(arriving(number, 'a', 900, { at }));
    sessionizer.closeAll(900);
    expect(ended.map(paths)).toEqual([['/2', '/4', '/1', '/3', '/5']]);
    expect(ended[0]?.session).toMatchObject({ startedAt: 200, endedAt: 900 });
  });

  test('learns the user who signs in, stays the same session, and is his from its begin', () => {
    const { canister, sessionizer } = start();
    sessionizer.take(arriving(1, 'a', 0));
    const id = canister.get('a')?.session.id;
    sessionizer.take(arriving(2, 'a', 1, { userId: 'anna' }));
    sessionizer.take(arriving(3, 'a', 2));
    expect(canister.get('a')?.session).toMatchObject({ id, userId: 'anna', visitor: 'u:anna' });
    expect(canister.get('a')?.session.hits).toHaveLength(3);
  });

  test('ends when another user signs in on its device', () => {
    const { ended, canister, sessionizer } = start();
    sessionizer.take(arriving(1, 'a', 0, { userId: 'anna' }));
    sessionizer.take(arriving(2, 'a', 1, { userId: 'bert' }));
    expect(ended.map(({ endReason, session }) => [endReason, session.visitor])).toEqual([
      ['user_changed', 'u:anna'],
    ]);
    expect(canister.get('a')?.session).toMatchObject({ visitor: 'u:bert', continues: undefined });
  });

  test('is that of one device: a user on two devices has two at a time, and one visitor key', () => {
    const { ended, sessionizer } = start();
    sessionizer.take(arriving(1, 'a', 0, { userId: 'anna' }));
    sessionizer.take(arriving(2, 'b', 1, { userId: 'anna' }));
    sessionizer.take(arriving(3, 'a', 2));
    sessionizer.closeAll(3);
    expect(ended.map((one) => [one.session.visitor, one.devices, paths(one)])).toEqual([
      ['u:anna', ['b'], ['/2']],
      ['u:anna', ['a'], ['/1', '/3']],
    ]);
  });

  test('goes on when the salt turns, as often as it turns, whichever collector is late', () => {
    const { ended, sessionizer } = start();
    const turns: [device: string, before: string][] = [
      ['k1', 'k0'],
      ['k2', 'k1'],
      ['k3', 'k2'],
      ['k2', 'k1'],
      ['k3', 'k2'],
    ];
    for (const [index, [visitor, visitorBefore]] of turns.entries()) {
      const hit = arriving(index + 1, visitor, index);
      sessionizer.take({ ...hit, context: { ...hit.context, visitorBefore } });
    }
    // One whose very first hit came after the turn, and the second through a collector whose clock is behind.
    for (const [index, [visitor, visitorBefore]] of [
      ['q2', 'q1'],
      ['q1', 'q0'],
    ].entries()) {
      const hit = arriving(10 + index, visitor ?? '', 10 + index);
      sessionizer.take({ ...hit, context: { ...hit.context, visitorBefore } });
    }
    sessionizer.closeAll(20);
    expect(ended.map((one) => [one.session.visitor, one.devices, one.session.hits.length])).toEqual(
      [
        ['k1', ['k1', 'k2', 'k3'], 5],
        ['q2', ['q2', 'q1'], 2],
      ],
    );
  });

  test('ends without another hit when engine time passes its timeout', () => {
    const { ended, sessionizer } = start();
    sessionizer.take(arriving(1, 'a', 0));
    sessionizer.take(arriving(2, 'b', 500));
    sessionizer.closeIdle(1_000);
    expect([ended.length, sessionizer.isIdleDue(1_000), sessionizer.isIdleDue(1_001)]).toEqual([
      0,
      false,
      true,
    ]);
    sessionizer.closeIdle(1_001);
    expect(ended.map(paths)).toEqual([['/1']]);
    expect(ended[0]?.endReason).toBe('idle');
  });

  test('that was idle is not continued; the next has a name of its own', () => {
    const { ended, sessionizer } = start();
    sessionizer.take(arriving(1, 'a', 0));
    sessionizer.take(arriving(2, 'a', 1_001));
    sessionizer.closeAll(1_001);
    expect(ended.map(({ endReason, session }) => [endReason, session.continues])).toEqual([
      ['idle', undefined],
      ['end_of_log', undefined],
    ]);
    expect(ended[0]?.session.id).not.toBe(ended[1]?.session.id);
  });

  test.each([
    ['hits_limit', [0, 1, 2, 3, 4, 5, 6].map((at) => ({ at, bytes: 1 })), [5, 2]],
    ['bytes_limit', [0, 1, 2].map((at) => ({ at, bytes: 500 })), [2, 1]],
    ['duration_limit', [0, 1_000, 2_000, 3_000, 3_501].map((at) => ({ at, bytes: 1 })), [4, 1]],
  ] as const)('that is closed by %s is continued by the next, which names it', (reason, hits, sizes) => {
    const { ended, sessionizer } = start();
    for (const [index, { at, bytes }] of hits.entries())
      sessionizer.take(arriving(index + 1, 'a', at, { bytes }));
    sessionizer.closeAll(5_000);
    expect(ended.map(({ session }) => session.hits.length)).toEqual(sizes);
    expect(ended[0]).toMatchObject({ endReason: reason, session: { continues: undefined } });
    expect(ended[1]?.session.continues).toBe(ended[0]?.session.id);
  });

  test('continues one that was stored before a restart', () => {
    const ended: EndedSession[] = [];
    const asked: [string, number][] = [];
    const sessionizer = new Sessionizer({
      dataset: 'shop',
      canister: new ShortTermCanister(),
      policy,
      userKey,
      ended: (one) => ended.push(one),
      continued(visitor, atMs) {
        asked.push([visitor, atMs]);
        return 'the one before';
      },
    });
    for (const at of [3, 4, 2_000]) sessionizer.take(arriving(at, 'a', at));
    expect(asked).toEqual([['a', 3]]);
    expect(ended[0]?.session.continues).toBe('the one before');
  });

  test('at the end of a log says whether it was idle already', () => {
    const { ended, sessionizer } = start();
    sessionizer.take(arriving(1, 'a', 0));
    sessionizer.take(arriving(2, 'b', 1_001));
    sessionizer.closeAll(1_001);
    expect(ended.map(({ endReason }) => endReason)).toEqual(['idle', 'end_of_log']);
  });
});

describe('whatever hits arrive', () => {
  const history = fc.array(
    fc.record({
      visitor: fc.constantFrom('a', 'b', 'c'),
      waitMs: fc.oneof(fc.nat(300), fc.nat(2_500)),
      ageMs: fc.oneof(fc.constant(0), fc.nat(3_000)),
      bytes: fc.oneof(fc.nat(20), fc.nat(600)),
      borders: fc.nat(2),
    }),
    { maxLength: 60 },
  );

  function arrivals(
    steps: readonly { visitor: string; waitMs: number; ageMs: number; bytes: number }[],
  ) {
    let now = 10_000;
    return steps.map(({ visitor, waitMs, ageMs, bytes }, index) => {
      now += waitMs;
      return arriving(index + 1, visitor, now, { at: now - ageMs, bytes });
    });
  }

  test('the sessions of a visitor share out his hits in order, none is idle within, none is over a limit', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const hits = arrivals(steps);
        const { ended, sessionizer } = start();
        for (const hit of hits) sessionizer.take(hit);
        sessionizer.closeAll(1e9);
        const arrivedAt = new Map(hits.map((one) => [one.hit.id, one]));
        for (const visitor of ['a', 'b', 'c']) {
          const sessions = ended.filter(({ session }) => session.visitor === visitor);
          const ids = sessions.map(({ session }) => session.hits.map(({ id }) => id).sort());
          const his = hits
            .filter(({ context }) => context.visitor === visitor)
            .map(({ hit }) => hit.id);
          expect(ids.flat()).toEqual(his);
          for (const { session } of sessions) {
            const his = session.hits
              .map(({ id }) => arrivedAt.get(id))
              .filter((one) => one !== undefined);
            const times = his.map((one) => one.arrivedAt).sort((x, y) => x - y);
            times.forEach((time, index) => {
              expect(time - (times[index - 1] ?? time)).toBeLessThanOrEqual(idleTimeoutMs);
            });
            expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThanOrEqual(policy.durationMsMax);
            expect(his.length).toBeLessThanOrEqual(policy.hitsMax);
            const bytes = his.reduce((sum, one) => sum + one.bytes, 0);
            expect(bytes <= policy.bytesMax || his.length === 1).toBe(true);
            const ats = session.hits.map(({ at }) => at);
            expect(ats).toEqual([...ats].sort((x, y) => x - y));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test('the sessions are the same however the hits are cut into batches', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const hits = arrivals(steps);
        const summary = (ended: EndedSession[]) =>
          ended
            .map(({ session, endReason, firstSeq, lastSeq }) =>
              JSON.stringify([session, endReason, firstSeq, lastSeq]),
            )
            .sort();
        const atOnce = start();
        for (const hit of hits) atOnce.sessionizer.take(hit);
        atOnce.sessionizer.closeIdle(1e9);
        const inBatches = start();
        hits.forEach((hit, index) => {
          inBatches.sessionizer.take(hit);
          // Engine time never runs ahead of what was read.
          if (steps[index]?.borders === 0) inBatches.sessionizer.closeIdle(hit.arrivedAt);
        });
        inBatches.sessionizer.closeIdle(1e9);
        expect(summary(inBatches.ended)).toEqual(summary(atOnce.ended));
      }),
      { numRuns: 300 },
    );
  });
});
