import { expect, test } from 'vitest';
import { countedAre, countedNoun } from './counted-noun.ts';

test('One is singular, none and several are plural', () => {
  expect([0, 1, 2].map((count) => countedNoun(count, 'session'))).toEqual([
    '0 sessions',
    '1 session',
    '2 sessions',
  ]);
  expect([1, 5].map((count) => countedNoun(count, 'entry'))).toEqual(['1 entry', '5 entries']);
  expect([1, 5].map((count) => countedNoun(count, 'day'))).toEqual(['1 day', '5 days']);
  expect([1, 2].map((count) => countedAre(count, 'hit'))).toEqual(['1 hit is', '2 hits are']);
});
