/** Parameters in SQL and their values, also in texts that were made to be looked at for ever. */
import { expect, test } from 'vitest';
import { faultOfValue } from './saved-query.ts';
import { parametersIn } from './sql-parameters.ts';

test('Parameters are found outside of texts, names and comments only', () => {
  expect(parametersIn(`SELECT $a, '$b', "$c", e'\\'$d', $$ $e $$, $x$ $f $x$, $g -- $h`)).toEqual([
    'a',
    'g',
  ]);
  expect(parametersIn('SELECT $a /* $b */ + $c /* $d')).toEqual(['a', 'c']);
  expect(parametersIn('SELECT $a, $x$ $b $y$ $c')).toEqual(['a']);
});

test.each([
  ['4', true],
  ['-4.', true],
  ['.5e-3', true],
  ['4.2E10', true],
  ['.', false],
  ['4e', false],
  ['4.2.1', false],
])('The value %s is a number: %s', (text, isOne) => {
  expect(faultOfValue('number', text) === undefined).toBe(isOne);
});

// Looked at once, each takes milliseconds; looked at again from each place on, hours.
test.each([
  ['comments', () => parametersIn('/*A'.repeat(700_000))],
  ['quoted texts', () => parametersIn('$a$b '.repeat(400_000))],
  [
    'beginnings',
    () => parametersIn(Array.from({ length: 200_000 }, (_, at) => `$a${at}$`).join(' ')),
  ],
  ['digits', () => faultOfValue('number', `${'0'.repeat(2_000_000)}x`)],
])('What has no end is looked at once: %s', (_name, look) => {
  expect(look()).toBeDefined();
});
