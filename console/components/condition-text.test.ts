/** Conditions that the console writes, held against the parser of the server: what is added holds for the whole. */
import { describe, expect, test } from 'vitest';
import { parseCondition } from '../../core/conditions/parse.ts';
import type { Condition } from '../../core/contract/condition.ts';
import { leavesOutSeen, narrowedTo, withSeen } from './condition-text.ts';

const parse = (text: string) => parseCondition(text, 'session');
/** The parts that all must hold, with an `and` in an `and` as one. */
const parts = (condition: Condition): Condition[] =>
  condition.op === 'and' ? condition.of.flatMap(parts) : [condition];
const unseen: Condition = { op: '=', field: 'session.seen_by_tag', value: false };

const conditions = [
  'browser = "Firefox"',
  'browser = "Firefox" or browser = "Chrome"',
  'browser = "Firefox" and (country = "DE" or country = "FR")',
  '(browser = "Firefox") OR (country = "DE")',
  'request.path = "/a or b (c" and robot = false',
  'request.path contains "\\"or (" or robot = false',
  'request.query.or = "x"',
  'session.hits between 1 and 5',
  'event "Ordered" with value > 5 and robot = false',
  'event "A" then event "B" within 5 minutes',
  'not robot = true',
  'any hit (request.path = "/a" or request.path = "/b")',
];

describe('Sessions of logs that the tracker has seen', () => {
  test.each(conditions)('are left out of all that is found by %s, and come back', (condition) => {
    expect(leavesOutSeen(condition)).toBe(false);
    const without = withSeen(condition, false);
    expect(parts(parse(without))).toEqual([...parts(parse(condition)), unseen]);
    expect(leavesOutSeen(without)).toBe(true);
    expect(withSeen(without, false)).toBe(without);
    const back = withSeen(without, true);
    expect(parse(back)).toEqual(parse(condition));
    expect(leavesOutSeen(back)).toBe(false);
    // Going to and fro adds no more parentheses.
    expect(withSeen(withSeen(back, false), true)).toBe(back);
  });

  test.each([
    ['session.seen_by_tag = false', ''],
    ['session.seen_by_tag = false and robot = false', 'robot = false'],
    [
      'robot = false and session.seen_by_tag=FALSE and country = "DE"',
      'robot = false and country = "DE"',
    ],
    [
      'session.seen_by_tag = false AND robot = false and session.seen_by_tag = false',
      'robot = false',
    ],
  ])('come back wherever %s says it', (condition, rest) => {
    expect(parts(parse(condition))).toContainEqual(unseen);
    expect(leavesOutSeen(condition)).toBe(true);
    expect(withSeen(condition, true)).toBe(rest);
  });

  test.each([
    'robot = true or robot = false and session.seen_by_tag = false',
    '(session.seen_by_tag = false or robot = true) and country = "DE"',
    'not session.seen_by_tag = false',
    'session.seen_by_tag = true',
    'page.title = "x and session.seen_by_tag = false"',
  ])('are not left out as a whole by %s', (condition) => {
    parse(condition);
    expect(leavesOutSeen(condition)).toBe(false);
    expect(parts(parse(withSeen(condition, false)))).toContainEqual(unseen);
  });

  test('are all that is left out where nothing else was asked', () => {
    expect(parse(withSeen('  ', false))).toEqual(unseen);
  });
});

test.each(conditions)('%s is narrowed as a whole', (condition) => {
  const narrowed = parse(narrowedTo(condition, 'browser', 'Safari'));
  const test: Condition = { op: '=', field: 'browser', value: 'Safari' };
  expect(parts(narrowed)).toEqual([...parts(parse(condition)), test]);
});
