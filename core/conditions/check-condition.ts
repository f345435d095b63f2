/** Says whether a condition makes sense: fields exist, are compared with what they are, and stand where they mean something. */
import {
  type Condition,
  type ConditionValue,
  conditionSchema,
  type EventCondition,
  type FieldTest,
  type Happening,
  type NamedSessions,
  type TextOperator,
  textOperators,
} from '../contract/condition.ts';
import { Problem } from '../contract/problem.ts';
import { ConditionFault } from './condition-fault.ts';
import { type Field, findField } from './fields.ts';
import { checkTime } from './instants.ts';
import { compilePattern } from './pattern.ts';

/** What a condition is asked of: a whole session, each hit of it, or each step of a hit. */
export type Scope = 'session' | 'hit' | 'step';

const examples = {
  text: 'a text in double quotes',
  number: 'a number without quotes',
  duration: 'a number with a unit, such as 30 seconds',
  boolean: 'true or false',
  time: 'a day or a time, such as 2026-11-21 or 2026-11-21T10:30',
} as const;

/**
 * Checks a tree from outside, such as JSON of a request.
 * @throws Problem `condition_invalid`
 */
export function checkCondition(given: unknown, scope: Scope): Condition {
  const parsed = conditionSchema.safeParse(given);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0] ?? { path: [], message: 'has no right shape' };
    const where = path.length > 0 ? `At ${path.join('.')}: ${message}` : `The condition ${message}`;
    throw new Problem('condition_invalid', where.slice(0, 500));
  }
  try {
    checkIn(parsed.data, scope, false);
    return parsed.data;
  } catch (error) {
    if (!(error instanceof ConditionFault)) throw error;
    throw new Problem('condition_invalid', error.message, { cause: error });
  }
}

/**
 * @param inner within `any hit (…)` and its like, where events have no place
 * @throws ConditionFault
 */
export function checkIn(condition: Condition, scope: Scope, inner: boolean): void {
  switch (condition.op) {
    case 'and':
    case 'or':
      for (const part of condition.of) checkIn(part, scope, inner);
      return;
    case 'not':
      checkIn(condition.of, scope, inner);
      return;
    case 'hits':
      if (scope !== 'session') throw misplaced(`${condition.which} hit (…)`, scope);
      checkIn(condition.of, 'hit', true);
      return;
    case 'steps':
      if (scope === 'step') throw misplaced(`${condition.which} step (…)`, scope);
      checkIn(condition.of, 'step', true);
      return;
    case 'event':
      if (inner) throw eventWithin();
      checkEvent(condition);
      return;
    case 'count':
      if (inner) throw eventWithin();
      checkHappening(condition.of, scope);
      return;
    case 'sequence':
      if (inner) throw eventWithin();
      for (const stage of condition.stages) checkHappening(stage.of, scope);
      return;
    case 'label':
    case 'alert':
      if (inner || scope !== 'session') throw misplacedName(condition);
      return;
    default:
      checkPlace(condition);
      checkTest(condition);
  }
}

const misplacedName = ({ op, name }: NamedSessions) =>
  new ConditionFault(
    `${op} "${name.slice(0, 40)}" means whole sessions: it cannot be asked of a hit or a step.`,
  );

const misplaced = (words: string, scope: Scope) =>
  new ConditionFault(
    `This condition is asked of each ${scope}; "${words}" can only be said of a whole session or hit.`,
  );
const eventWithin = () =>
  new ConditionFault('Events belong to the session: they cannot stand within hit (…) or step (…).');

function checkPlace(test: FieldTest): void {
  if (findField(test.field).home !== 'event') return;
  throw new ConditionFault(
    `${test.field} is of one event. Write event "Name" with ${test.field.replace('event.', '')} ….`,
  );
}

function checkEvent(event: EventCondition): void {
  if (event.with === undefined) return;
  if (findField(event.with.field).home !== 'event') {
    throw new ConditionFault('After "with" comes value or text, what the event recorded.');
  }
  checkTest(event.with);
}

function checkHappening(happening: Happening, scope: Scope): void {
  if (happening.op === 'event') {
    checkEvent(happening);
    return;
  }
  if (scope !== 'session') {
    throw new ConditionFault(
      `This condition is asked of each ${scope}: count and "then" take events here. Make an event of the hit first.`,
    );
  }
  checkIn(happening.of, 'hit', true);
}

/** @throws ConditionFault when the field is not there or cannot be compared so */
export function checkTest(test: FieldTest): void {
  const field = findField(test.field);
  if (test.op === 'exists' || test.op === 'is empty') return;
  if ('exact' in test && test.exact && field.type !== 'text') {
    throw new ConditionFault(`${test.field} is no text: "exact" says nothing there.`);
  }
  if (test.op === 'between') {
    checkOrdered(field, test.field, test.from);
    checkOrdered(field, test.field, test.to);
  } else if (test.op === 'in') {
    if (field.type === 'time') throw new ConditionFault(`${test.field} is a time: write between.`);
    for (const value of test.values) checkValue(field, test.field, value);
  } else if (isTextTest(test)) {
    if (field.type !== 'text') {
      throw new ConditionFault(
        `${test.field} is a ${field.type}: "${test.op}" is for texts. Compare it with = < > or between.`,
      );
    }
    if (test.op === 'matches') compilePattern(test.value, test.exact === true);
  } else if (test.op === '=' || test.op === '!=') checkValue(field, test.field, test.value);
  else checkOrdered(field, test.field, test.value);
}

type TextTest = Extract<FieldTest, { op: TextOperator }>;
const isTextTest = (test: FieldTest): test is TextTest =>
  (textOperators as readonly string[]).includes(test.op);

function checkValue(field: Field, name: string, value: ConditionValue): void {
  if (field.type === 'text') return;
  if (field.type === 'time' && typeof value === 'string') {
    checkTime(value);
    return;
  }
  const fits = field.type === 'boolean' ? typeof value === 'boolean' : typeof value === 'number';
  if (!fits || field.type === 'time') {
    throw new ConditionFault(`${name} is a ${field.type}: write ${examples[field.type]}.`);
  }
}

/** Larger and smaller: of numbers and times, and of texts that read as numbers. */
function checkOrdered(field: Field, name: string, value: ConditionValue): void {
  if (field.type === 'boolean') {
    throw new ConditionFault(`${name} is true or false: write ${name} = true.`);
  }
  if (field.type === 'text' && typeof value !== 'number') {
    throw new ConditionFault(
      `Texts have no order: compare ${name} with a number, or use = or starts with.`,
    );
  }
  checkValue(field, name, value);
}
