/** A field with its comparison: `request.path starts with "/shop" exact`. */
import {
  type Condition,
  type ConditionValue,
  comparisons,
  conditionLimits,
  type FieldTest,
  textOperators,
} from '../contract/condition.ts';
import { ConditionFault } from './condition-fault.ts';
import { unitsMs } from './durations.ts';
import { type Field, findField } from './fields.ts';
import type { TokenReader } from './token-reader.ts';
import { FaultAt } from './tokens.ts';

/** Reads a test, and `not` before its operator as the `not` of it. */
export function parseTest(reader: TokenReader): Condition {
  const token = reader.peek();
  if (token.kind !== 'word') throw reader.fault('a field, "not" or "("');
  const field = fieldAt(token.value, token.at);
  reader.next();
  if (reader.take('does', 'not', 'contain')) {
    const value = textAt(reader, conditionLimits.valueLengthMax);
    const test = withExact(reader, { op: 'contains', field: token.value, value });
    return { op: 'not', of: test };
  }
  if (reader.take('is', 'not', 'empty')) {
    return { op: 'not', of: { op: 'is empty', field: token.value } };
  }
  if (reader.take('not')) return { op: 'not', of: parseOperator(reader, token.value, field) };
  return parseOperator(reader, token.value, field);
}

/** The rest of a test, after its field. */
export function parseOperator(reader: TokenReader, name: string, field: Field): FieldTest {
  if (reader.take('exists')) return { op: 'exists', field: name };
  if (reader.take('is', 'empty')) return { op: 'is empty', field: name };
  if (reader.take('in')) return parseIn(reader, name, field);
  if (reader.take('between')) {
    const from = valueAt(reader, field);
    reader.expect('and');
    return { op: 'between', field: name, from, to: valueAt(reader, field) };
  }
  const textOperator = textOperators.find((op) => reader.take(...op.split(' ')));
  if (textOperator !== undefined) {
    const value = textAt(reader, conditionLimits.valueLengthMax);
    return withExact(reader, { op: textOperator, field: name, value });
  }
  if (reader.peek().value === '==') throw reader.fault('one "="');
  const comparison = reader.take('<>') ? '!=' : comparisons.find((sign) => reader.take(sign));
  if (comparison === undefined) {
    throw reader.fault(
      'an operator: = != < <= > >= in between contains, starts with, ends with, matches, exists, is empty',
    );
  }
  return withExact(reader, { op: comparison, field: name, value: valueAt(reader, field) });
}

function parseIn(reader: TokenReader, name: string, field: Field): FieldTest {
  reader.expect('(');
  const values = [valueAt(reader, field)];
  while (reader.take(',')) values.push(valueAt(reader, field));
  if (!reader.take(')')) throw reader.fault('"," or ")"');
  return withExact(reader, { op: 'in', field: name, values });
}

function withExact<Test extends FieldTest>(reader: TokenReader, test: Test): Test {
  return reader.take('exact') ? { ...test, exact: true } : test;
}

function valueAt(reader: TokenReader, field: Field): ConditionValue {
  const token = reader.peek();
  if (field.type === 'duration') return durationAt(reader, field.name);
  if (token.kind === 'text') return textAt(reader, conditionLimits.valueLengthMax);
  if (token.kind === 'time') return reader.next().value;
  if (token.kind === 'number') {
    reader.next();
    const value = Number(token.value);
    if (!Number.isFinite(value)) throw new FaultAt('This number is too large.', token.at);
    return value === 0 ? 0 : value;
  }
  if (reader.take('true')) return true;
  if (reader.take('false')) return false;
  if (token.kind === 'word') {
    throw new FaultAt(
      `Expected a value, but there is ${token.value.slice(0, 40)}. Texts stand in double quotes: "${token.value.slice(0, 40)}".`,
      token.at,
    );
  }
  throw reader.fault('a value: a text in double quotes, a number, a time, true or false');
}

/** A number with its unit, in milliseconds. Without a field's name it is a distance in time. */
export function durationAt(reader: TokenReader, name: string): number {
  const token = reader.peek();
  if (token.kind !== 'number') throw reader.fault('a duration, such as 30 seconds');
  reader.next();
  const unit = reader.peek();
  const unitMs = unit.kind === 'word' ? unitsMs.get(unit.value.toLowerCase()) : undefined;
  if (unitMs === undefined) {
    throw new FaultAt(
      `${name} is a duration: write a unit after the number, such as ${token.value} seconds (ms, seconds, minutes, hours, days).`,
      unit.at,
    );
  }
  reader.next();
  const ms = Math.round(Number(token.value) * unitMs);
  if (!Number.isSafeInteger(ms)) throw new FaultAt('This duration is too large.', token.at);
  return ms === 0 ? 0 : ms;
}

export function textAt(reader: TokenReader, lengthMax: number): string {
  const { kind, value, at } = reader.peek();
  if (kind !== 'text') throw reader.fault('a text in double quotes');
  if (value.length > lengthMax) {
    throw new FaultAt(`A text may have ${lengthMax} characters; this has ${value.length}.`, at);
  }
  reader.next();
  return value;
}

function fieldAt(name: string, at: number): Field {
  try {
    return findField(name);
  } catch (error) {
    if (error instanceof ConditionFault) throw new FaultAt(error.message, at);
    throw error;
  }
}
