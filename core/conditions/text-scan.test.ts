import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTextScan } from './text-scan.ts';

function finds(literals: string[], text: string): [string, number][] {
  const found: [string, number][] = [];
  createTextScan(literals)(text, (literal, end) => found.push([literals[literal] ?? '', end]));
  return found.sort();
}

test('literals within literals are all found, where they end', () => {
  expect(finds(['he', 'she', 'his', 'hers'], 'ushers')).toEqual([
    ['he', 4],
    ['hers', 6],
    ['she', 4],
  ]);
  expect(finds(['', 'aa'], 'aaa')).toEqual([
    ['aa', 2],
    ['aa', 3],
  ]);
});

test('it finds what looking for each literal by itself finds', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀', '\0'), maxLength: 12 });
  const literals = fc.uniqueArray(
    letters.filter((text) => text !== ''),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(literals, letters, (wanted, text) => {
      const expected = wanted.flatMap((literal) =>
        text
          .split('')
          .flatMap((_, at): [string, number][] =>
            text.startsWith(literal, at) ? [[literal, at + literal.length]] : [],
          ),
      );
      expect(finds(wanted, text)).toEqual(expected.sort());
    }),
  );
});
