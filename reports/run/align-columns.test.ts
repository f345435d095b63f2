import { expect, test } from 'vitest';
import { alignColumns } from './align-columns.ts';

const secondIsNumber = (index: number) => index === 1;

test('columns are as wide as their widest cell, numbers to the right', () => {
  const lines = [
    ['name', 'n'],
    ['assam', '5'],
    ['茶', '1204'],
  ];
  expect(alignColumns(lines, secondIsNumber)).toEqual([
    'name      n',
    'assam     5',
    '茶     1204',
  ]);
});

test('a text cannot steer the terminal or break its line', () => {
  expect(alignColumns([['a\u001b[2Jb\nc', '1']], secondIsNumber)).toEqual([
    'a\\u001b[2Jb\\u000ac  1',
  ]);
});

test('a head alone stays a line', () => {
  expect(alignColumns([['slug', 'name']], () => false)).toEqual(['slug  name']);
  expect(alignColumns([], () => false)).toEqual([]);
});
