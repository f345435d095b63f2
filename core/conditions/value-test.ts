/** One test of a field as a function of one value: what an index of values is asked with, and what is shown of a hit. */
import type { FieldTest } from '../contract/condition.ts';
import { type CompiledTest, TestTable } from './facts.ts';
import type { FieldValue } from './field-values.ts';
import { foldCase } from './folded-text.ts';
import { requiredLiteral } from './pattern.ts';

/** A test that a value can meet by itself: not that there is none, nor that none is equal. */
export const isValueTest = ({ op }: FieldTest) => op !== 'is empty' && op !== '!=';

/** @param test one of `isValueTest`, checked */
export function compileValueTest(
  test: FieldTest,
  timeZone: string,
): (value: FieldValue) => boolean {
  const table = new TestTable(timeZone);
  const number = table.numberOf(test);
  const { index, alone } = table.tests[number] as CompiledTest;
  return alone === undefined
    ? (value) => index.found([value]).has(number)
    : (value) => alone([value]);
}

/** Lower-case texts of which every value that meets the test contains one; none where that cannot be said. */
export function literalsOf(test: FieldTest): string[] | undefined {
  const { op } = test;
  if (op === 'contains' || op === 'starts with' || op === 'ends with')
    return [foldCase(test.value)];
  if (op === 'matches') {
    // A long s is found by a pattern with an s, and is no s in lower case.
    const parts = requiredLiteral(test.value)?.split('s') ?? [];
    const literal = parts.reduce((one, other) => (other.length > one.length ? other : one), '');
    return literal === '' ? undefined : [literal];
  }
  const values = op === '=' ? [test.value] : op === 'in' ? test.values : [];
  const texts = values.flatMap((value) => (typeof value === 'string' ? [foldCase(value)] : []));
  return texts.length > 0 && texts.length === values.length ? texts : undefined;
}
