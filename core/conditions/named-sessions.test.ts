import { expect, test } from 'vitest';
import type { Condition } from '../contract/condition.ts';
import { checkCondition } from './check-condition.ts';
import { compilePredicate } from './compile-predicate.ts';
import { compileSql } from './compile-sql.ts';
import { namedIn } from './named-sessions.ts';
import { parseCondition } from './parse.ts';
import { printCondition } from './print.ts';

const text = 'label "Buyers" and not (alert "5 % \\\\ errors" or property.label contains "label")';

test('names are read, printed as they were, and listed, out of text and tree', () => {
  const tree = parseCondition(text, 'session');
  expect(tree).toEqual({
    op: 'and',
    of: [
      { op: 'label', name: 'Buyers' },
      {
        op: 'not',
        of: {
          op: 'or',
          of: [
            { op: 'alert', name: '5 % \\ errors' },
            { op: 'contains', field: 'property.label', value: 'label' },
          ],
        },
      },
    ],
  } satisfies Condition);
  expect(printCondition(tree)).toBe(text);
  const names = [
    { op: 'label', name: 'Buyers' },
    { op: 'alert', name: '5 % \\ errors' },
  ];
  expect(namedIn(text)).toEqual(names);
  expect(namedIn(tree)).toEqual(names);
  // Also where a short name of an indexed field stands, which only the search itself understands.
  expect(namedIn('username = "label" and LABEL "b"')).toEqual([{ op: 'label', name: 'b' }]);
  expect(namedIn('label "unclosed')).toEqual([]);
});

test('names belong to whole sessions, and to searches', () => {
  for (const [scope, said] of [
    ['hit', 'label "A"'],
    ['session', 'any hit (label "A")'],
    ['session', 'count(hit (alert "A")) > 1'],
  ] as const)
    expect(() => parseCondition(said, scope)).toThrow('means whole sessions');
  const named = checkCondition({ op: 'alert', name: 'A' }, 'session');
  expect(() => compileSql(named, { timeZone: 'UTC' })).toThrow('can only be searched for');
  expect(() => compilePredicate(named, { timeZone: 'UTC' })).toThrow('can only be searched for');
  for (const tree of [{ op: 'label' }, { op: 'label', name: '' }, { op: 'alert', name: 7 }])
    expect(() => checkCondition(tree, 'session')).toThrow(/condition|At/i);
});
