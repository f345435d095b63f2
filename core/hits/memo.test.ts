import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
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

test('a text that was cut out of a long line does not keep the line in memory', () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const remembered = memo((text) => text, 1_000);
  const linesCount = 100;
  const lineLength = 1_000_000;
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let number = 0; number < linesCount; number += 1) {
    const line = Buffer.alloc(lineLength, `/page-${number}-of-many `).toString('latin1');
    remembered(line.slice(0, 20));
  }
  collectGarbage();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan((linesCount * lineLength) / 10);
  expect(remembered('/page-7-of-many /page-7-of'.slice(0, 20))).toBe('/page-7-of-many /pag');
});

test('half a character at the end of a cut text is remembered as it is', () => {
  const cut = 'shoes 👟'.slice(0, -1);
  expect(memo((text) => text, 10)(cut)).toBe(cut);
});
