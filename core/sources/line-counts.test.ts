import { expect, test } from 'vitest';
import { shortHash } from '../hits/short-hash.ts';
import { lineCounts } from './line-counts.ts';

test('counts like a map of texts, through growing and forgetting', () => {
  const entriesMax = 3_000;
  const countUp = lineCounts(entriesMax);
  let young = new Map<string, number>();
  let old = new Map<string, number>();
  for (let step = 0; step < 50_000; step += 1) {
    // Some lines come again soon, some after more others than are remembered.
    const line = shortHash(`line ${(step * 7_919) % (step % 3 === 0 ? 500 : 20_000)}`);
    if (young.size >= entriesMax) [young, old] = [new Map(), young];
    const seen = young.get(line) ?? old.get(line) ?? 0;
    young.set(line, seen + 1);
    expect(countUp(line)).toBe(seen);
  }
});

test('lines whose fingerprints end up in one slot are told apart', () => {
  const countUp = lineCounts(10);
  const [one, other] = ['00000001'.padEnd(32, '0'), 'f0000001'.padEnd(32, '0')];
  expect([one, other, one, one, other].map(countUp)).toEqual([0, 0, 1, 2, 1]);
});
