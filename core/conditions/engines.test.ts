/** Where two engines have to be one: the case of letters and patterns, in DuckDB and here. */
import { DuckDBInstance } from '@duckdb/node-api';
import { RE2JS } from 're2js';
import { expect, test } from 'vitest';
import { decodeComponent } from './field-values.ts';
import { foldCase, textOf } from './folded-text.ts';
import { compilePattern, requiredLiteral } from './pattern.ts';

async function ask(sql: string, values: string[] = []): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql, values)).getRows();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

test('every character has the same lower case in SQL and here', async () => {
  const rows = await ask(
    `SELECT i::INT, unicode(lower(chr(i::INT))), length(lower(chr(i::INT)))::INT FROM range(1, 1114112) r(i) WHERE i NOT BETWEEN 55296 AND 57343`,
  );
  expect(rows.length).toBe(0x10ffff - 2048);
  const other = rows.filter(([code, lower, length]) => {
    const folded = foldCase(String.fromCodePoint(Number(code)));
    return folded.codePointAt(0) !== lower || [...folded].length !== length;
  });
  expect(other).toEqual([]);
});

test('letters do not change with what stands beside them', async () => {
  for (const text of ['ΟΔΟΣ', 'ΣΣ Σ', 'İSTANBUL', 'STRASSE ẞ', 'Å', 'ǅ', 'ꟋΣ']) {
    expect([[foldCase(text)]]).toEqual(await ask('SELECT lower($1::VARCHAR)', [text]));
  }
  expect(foldCase('ΟΔΟΣ')).toBe('οδοσ');
  expect(foldCase('İ')).toBe('i');
});

test.each([
  'a+b%20c',
  '%C3%A9',
  '%ff',
  '%zz',
  '%',
  '%4',
  '%E2%98%83',
  'é%C3%A9',
  '%00',
  '%ED%A0%80',
  '%41%',
  '😀%20',
])('the parameter %s is decoded alike', async (component) => {
  const sql =
    "SELECT coalesce(TRY(url_decode(replace($1::VARCHAR, '+', ' '))), replace($1::VARCHAR, '+', ' '))";
  expect([[decodeComponent(component)]]).toEqual(await ask(sql, [component]));
});

test('numbers of properties have the same text', async () => {
  const numbers = [
    0,
    -5,
    0.1,
    1e21,
    1.5e300,
    5e-324,
    1e-7,
    2 ** 53,
    2 ** 64,
    2 ** 70,
    0.1 + 0.2,
    1234567890.125,
  ];
  for (const number of numbers) {
    const [row] = await ask("SELECT json_extract_string($1::VARCHAR, '/k')", [
      JSON.stringify({ k: number }),
    ]);
    expect(textOf(number)).toBe(row?.[0]);
  }
});

test('a pattern that is taken here is taken by DuckDB', async () => {
  const patterns = [
    '(?P<n>a)',
    '\\p{Greek}',
    '\\pN',
    '\\Qa.b\\E',
    '\\z',
    '\\A',
    '[[:alpha:]]',
    '(?U)a+',
    '\\x{10FFFF}',
    '(?i:a)',
    '[]a]',
    '[^]a]',
    '\\_',
    'é',
    '(?m)^a$',
    '\\b',
    '\\v',
    '\\07',
    '(?s).',
    '.{900}',
    '\\pL{90}',
    '(\\PL\\pN){20}',
    '\\PL'.repeat(170),
    '\\pL'.repeat(170),
    '語'.repeat(512),
  ];
  for (const pattern of patterns) {
    compilePattern(pattern, false);
    expect(await ask('SELECT regexp_matches($1, $2)', ['x', `(?i)${pattern}`])).toHaveLength(1);
  }
});

test.each([
  ['(a', /missing/],
  ['(?<=a)b', /RE2|look/],
  ['(a)\\1', /RE2/],
  ['(?<name>a)', /\(\?P<name>/],
  ['\\pL{900}', /too large/],
  ['((a{20}){20}){20}', /cannot be used|too large/],
  ['a{40}'.repeat(40), /too large/],
  ['x'.repeat(10_000), /10000 characters; it may have 512/],
])('the pattern %s is refused', (pattern, said) => {
  expect(() => compilePattern(pattern, false)).toThrow(said);
});

test('a pattern made to be slow is not: the number of steps follows the text', () => {
  expect(compilePattern('^(a+)+$', false).test(`${'a'.repeat(100_000)}!`)).toBe(false);
});

test.each([
  ['/shop/(cart|pay)', '/shop/'],
  ['^/SHOP/\\d+/edit$', '/shop/'],
  ['colou?r', 'colo'],
  ['abc+d', 'abc'],
  ['abc*de', undefined],
  ['abc|def', undefined],
  ['a[bc]d', undefined],
  ['(abc)?', undefined],
  ['\\.html$', '.html'],
  ['\\pLabc', 'abc'],
  ['\\p{Greek}abc', 'abc'],
  ['[[:alpha:]abc]def', 'def'],
  ['[]abc]def', 'def'],
  ['(?i)price', 'price'],
  ['\\x41bcde', 'bcde'],
  ['abcd{0}', 'abc'],
  ['(a\\)b)cde', 'cde'],
  ['([)]|x)cde', 'cde'],
  ['\\Qa|b\\Ecde', undefined],
])('what every match of %s contains: %s', (pattern, literal) => {
  expect(requiredLiteral(pattern)).toBe(literal);
  if (literal === undefined) return;
  // No text without the literal matches.
  const without = ['', 'def', 'ab', 'zzz', '/cart', 'x'].filter((text) => !text.includes(literal));
  expect(without.filter((text) => RE2JS.compile(`(?i)${pattern}`).test(text))).toEqual([]);
});
