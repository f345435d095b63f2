import { expect, test } from 'vitest';
import { memo } from './memo.ts';

test('an answer is worked out once while it is remembered, and again after it was forgotten', () => {
  const asked: string[] = [];
  const remembered = memo((text: string) => {
    asked.push(text);
    return text.length;
  }, 4);
  for (const text of ['a', 'bb', 'a', 'ccc', 'a', 'dddd', 'eeeee']) {
    expect(remembered(text)).toBe(text.length);
  }
  expect(asked).toEqual(['a', 'bb', 'ccc', 'dddd', 'eeeee']);
  for (const text of ['f', 'g', 'h', 'i']) remembered(text);
  expect(remembered('a')).toBe(1);
  expect(asked.filter((text) => text === 'a')).toHaveLength(2);
});
