import { expect, test } from 'vitest';
import type { SessionHit } from '../contract/session.ts';
import { technologyOf } from '../hits/user-agent.ts';
import type { OpenSession } from '../sessions/open-session.ts';
import { ShortTermCanister } from './short-term.ts';

const pageHit = (path: string, type: SessionHit['type'] = 'page_view'): SessionHit => ({
  id: path,
  at: 0,
  type,
  origin: 'tracker',
  method: 'GET',
  host: 'shop.example',
  path,
});

function open(
  visitor: string,
  lastAt: number,
  firstSeq: number,
  userAgent = 'Mozilla/5.0 Firefox/143.0',
): OpenSession {
  return {
    session: {
      id: `of ${visitor}`,
      dataset: 'shop',
      visitor,
      startedAt: 0,
      endedAt: lastAt,
      origin: 'tracker',
      userAgent,
      technology: technologyOf(userAgent),
      acquisition: {},
      hits: [
        pageHit('/api', 'request'),
        pageHit('/in'),
        pageHit('/out'),
        pageHit('/late', 'event'),
      ],
    },
    devices: [visitor],
    keys: [visitor],
    firstAt: 0,
    lastAt,
    firstSeq,
    lastSeq: firstSeq,
    bytes: 1,
  };
}

test('the oldest first hit is known whatever happens to the others', () => {
  const canister = new ShortTermCanister();
  const [a, b, c] = [open('a', 1, 1), open('b', 2, 2), open('c', 3, 3)];
  for (const one of [a, b, c]) canister.open(one);
  canister.touch(a, 0);
  expect(canister.oldestFirstSeq()).toBe(1);
  canister.close(a);
  expect(canister.oldestFirstSeq()).toBe(2);
  canister.close(c);
  expect(canister.oldestFirstSeq()).toBe(2);
  canister.close(b);
  expect([canister.oldestFirstSeq(), canister.size]).toEqual([undefined, 0]);
});

test('idle sessions come longest idle first, and may be closed while they come', () => {
  const canister = new ShortTermCanister();
  const sessions = ['a', 'b', 'c', 'd'].map((visitor, index) => open(visitor, index, index + 1));
  for (const one of sessions) canister.open(one);
  const [a] = sessions;
  if (a) {
    a.lastAt = 10;
    canister.touch(a, 0);
  }
  const closed: string[] = [];
  for (const one of canister.idleSince(3, 0)) {
    canister.close(one);
    closed.push(one.session.visitor);
  }
  expect(closed).toEqual(['b', 'c']);
  expect([...canister.values()].map(({ session }) => session.visitor)).toEqual(['d', 'a']);
});

test('every change moves the version on', () => {
  const canister = new ShortTermCanister();
  const a = open('a', 1, 1);
  const versions = [canister.version];
  for (const change of [
    () => canister.open(a),
    () => canister.touch(a, 0),
    () => canister.close(a),
  ]) {
    change();
    versions.push(canister.version);
  }
  expect(new Set(versions).size).toBe(4);
});

test('the live list is cut at its limit, newest first, and counts robots', () => {
  const canister = new ShortTermCanister();
  canister.open(open('a', 5, 1));
  canister.open(open('b', 9, 2, 'curl/8.5.0'));
  canister.open(open('c', 7, 3));
  const list = canister.list(2);
  expect([list.total, list.robots]).toEqual([3, 1]);
  expect(list.sessions.map(({ id }) => id)).toEqual(['of b', 'of c']);
  expect(list.sessions[0]).toMatchObject({
    hits: 4,
    pageViews: 2,
    entryPath: '/in',
    lastPath: '/out',
  });
  expect(JSON.stringify(list)).not.toContain('visitor');
});
