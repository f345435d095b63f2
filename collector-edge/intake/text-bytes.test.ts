import { expect, test } from 'vitest';
import { createTextBytes } from './text-bytes.ts';

test('texts of any length and script keep their bytes when others follow', () => {
  const bytesOf = createTextBytes();
  const kinds = ['', 'a', 'é€😀', 'x'.repeat(21_844), 'ü'.repeat(2_000)];
  const texts = Array.from({ length: 500 }, (_, number) => `${kinds[number % 5]}${number}`);
  texts.push('', 'ü'.repeat(70_000), 'z');
  const bytes = texts.map((text) => bytesOf(text));
  expect(bytes.map((one) => Buffer.from(one).toString())).toEqual(texts);
});

test('bytes behind a text are there as they were', () => {
  const bytesOf = createTextBytes();
  const behind = Buffer.from('ü}'.repeat(9_000));
  const both = Array.from({ length: 50 }, (_, number) => bytesOf(`é${number}`, behind));
  expect(both.map((one) => Buffer.from(one).toString())).toEqual(
    both.map((_, number) => `é${number}${behind}`),
  );
});
