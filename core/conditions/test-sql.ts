/** One test of one field in SQL: true or false; where it only chooses rows, NULL may stand for false. */
import type { ConditionValue, FieldTest } from '../contract/condition.ts';
import { Problem } from '../contract/problem.ts';
import { fieldSql } from './field-sql.ts';
import { type Field, findField } from './fields.ts';
import { foldCase, numberPattern } from './folded-text.ts';
import { spanOf, type TimeSpan } from './instants.ts';
import { patternSource } from './pattern.ts';
import { type ClauseUse, type SqlContext, tableOf } from './sql-context.ts';

type ValueTest = Exclude<FieldTest, { op: 'exists' | 'is empty' }>;

/** @throws Problem `condition_not_in_tables` */
export function testSql(test: FieldTest, context: SqlContext, use: ClauseUse): string {
  const field = findField(test.field);
  const column = columnSql(field, test.field, context);
  if (test.op === '!=')
    return `NOT ${heldSql({ ...test, op: '=' }, field, column, context, 'value')}`;
  return heldSql(test, field, column, context, use);
}

function heldSql(
  test: FieldTest,
  field: Field,
  column: string,
  context: SqlContext,
  use: ClauseUse,
): string {
  if (field.list) return listSql(test, field, column, context);
  if (test.op === 'exists') return `(${column} IS NOT NULL)`;
  if (test.op === 'is empty') {
    return field.type === 'text' ? `(coalesce(${column}, '') = '')` : `(${column} IS NULL)`;
  }
  const sql = valueSql(test, field, column, context);
  return use === 'filter' ? `(${sql})` : `coalesce(${sql}, false)`;
}

function listSql(test: FieldTest, field: Field, column: string, context: SqlContext): string {
  if (test.op === 'exists') return `coalesce(len(${column}) > 0, false)`;
  const any = (clause: string) =>
    `coalesce(len(list_filter(${column}, lambda v: coalesce(${clause}, false))) > 0, false)`;
  if (test.op === 'is empty') return `NOT ${any("v <> ''")}`;
  return any(valueSql(test, field, 'v', context));
}

function columnSql(field: Field, name: string, context: SqlContext): string {
  const sql = fieldSql[field.name];
  if (sql === undefined) {
    throw new Problem(
      'condition_not_in_tables',
      `The tables do not hold ${name}. Make the condition an event and run it over the past, then search for the event.`,
    );
  }
  const values =
    field.name === 'attribute.NAME' ? tableOf('sessionValues', 'session attributes', context) : '';
  if (!sql.includes('$NAME')) return `(${sql})`;
  const bound = context.bind(
    field.name === 'property.NAME' ? jsonPointer(field.parameter) : field.parameter,
  );
  return `(${sql.replaceAll('$session_values', () => values).replaceAll('$NAME', () => bound)})`;
}

const jsonPointer = (key: string) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;

function valueSql(test: ValueTest, field: Field, value: string, context: SqlContext): string {
  const isExact = 'exact' in test && test.exact === true;
  const bindText = (text: ConditionValue) => context.bind(isExact ? text : foldCase(String(text)));
  const text = isExact ? value : `lower(${value})`;
  switch (test.op) {
    case 'contains':
      return `contains(${text}, ${bindText(test.value)})`;
    case 'starts with':
      return `starts_with(${text}, ${bindText(test.value)})`;
    case 'ends with':
      return `ends_with(${text}, ${bindText(test.value)})`;
    case 'matches':
      return `regexp_matches(${value}, ${context.bind(patternSource(test.value, isExact))})`;
    case 'between':
      if (field.type === 'time') return betweenTimes(test, value, context);
      return `${numberSql(field, value)} BETWEEN ${context.bind(test.from, 'DOUBLE')} AND ${context.bind(test.to, 'DOUBLE')}`;
    case 'in': {
      const choices = test.values.map((choice) =>
        valueSql(
          { op: '=', field: test.field, value: choice, exact: test.exact },
          field,
          value,
          context,
        ),
      );
      return `(${choices.join(' OR ')})`;
    }
    default:
      if (field.type === 'time') return comparedTime(test.op, String(test.value), value, context);
      if (field.type === 'boolean') return `${value} = (${context.bind(test.value)} = 'true')`;
      if (typeof test.value !== 'number') return `${text} = ${bindText(test.value)}`;
      return `${numberSql(field, value)} ${test.op} ${context.bind(test.value, 'DOUBLE')}`;
  }
}

/** A text takes part where it reads as a number. */
function numberSql(field: Field, value: string): string {
  if (field.type !== 'text') return `${value}::DOUBLE`;
  return `(CASE WHEN regexp_full_match(${value}, '${numberPattern}') THEN TRY_CAST(${value} AS DOUBLE) END)`;
}

const bindInstant = (ms: number, context: SqlContext) =>
  `make_timestamptz(${context.bind(ms * 1000, 'BIGINT')})`;

function betweenTimes(
  { from, to }: { from: ConditionValue; to: ConditionValue },
  value: string,
  context: SqlContext,
): string {
  const { startMs } = spanOf(String(from), context.timeZone);
  const { endMs } = spanOf(String(to), context.timeZone);
  return `(${value} >= ${bindInstant(startMs, context)} AND ${value} < ${bindInstant(endMs, context)})`;
}

/** A written time is a span: a day, a minute or a second. */
function comparedTime(op: string, text: string, value: string, context: SqlContext): string {
  const span: TimeSpan = spanOf(text, context.timeZone);
  const start = () => bindInstant(span.startMs, context);
  const end = () => bindInstant(span.endMs, context);
  if (op === '=') return `(${value} >= ${start()} AND ${value} < ${end()})`;
  if (op === '<') return `${value} < ${start()}`;
  if (op === '<=') return `${value} < ${end()}`;
  return op === '>' ? `${value} >= ${end()}` : `${value} >= ${start()}`;
}
