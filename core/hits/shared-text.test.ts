import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { sharedText } from './shared-text.ts';

test('a text comes back letter by letter, whether it is short, long, empty or no ASCII', () => {
  const odd = ['', '/', 'Schuhe – größer 👟', '__proto__', '"\\\n\u0000', 'x'.repeat(201)];
  for (const text of odd) {
    expect(sharedText(text)).toBe(text);
    expect(sharedText(`${text} `.slice(0, -1))).toBe(text);
  }
});

test('equal texts of many hits take the room of one', () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const title = Buffer.from('Blue shoes and other things, on sale today only – Shop '.repeat(3));
  const hits = 50_000;
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  const held = Array.from({ length: hits }, () => sharedText(title.toString()));
  collectGarbage();
  expect(held).toHaveLength(hits);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan((hits * title.length) / 4);
});
