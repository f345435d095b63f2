/** What holds of one session, hit or step: each different test is answered at most once, and only when asked. */
import type { ConditionValue, FieldTest } from '../contract/condition.ts';
import { FieldIndex } from './field-index.ts';
import { type FieldValue, listed, type View } from './field-values.ts';
import { type Field, type FieldHome, type FieldName, findField } from './fields.ts';
import { numberOf, wellFormed } from './folded-text.ts';
import type { History, HistoryCondition } from './history.ts';
import { spanOf } from './instants.ts';
import type { NamedLists } from './named-sessions.ts';
import { compilePattern } from './pattern.ts';

export interface CompiledTest {
  index: FieldIndex;
  op: FieldTest['op'];
  /** Answers the test by itself, where the index of its field cannot. */
  alone?: (values: readonly FieldValue[]) => boolean;
}

/** The different tests of all conditions that are asked together. */
export class TestTable {
  readonly #numbers = new Map<string, number>();
  readonly #indexes = new Map<string, FieldIndex>();
  readonly #histories = new Map<string, HistoryCondition>();
  readonly tests: CompiledTest[] = [];
  /** The indexes of fields whose values change while the definitions of one hit are evaluated. */
  readonly setByEvents: FieldIndex[] = [];
  readonly timeZone: string;
  readonly named: NamedLists | undefined;

  constructor(timeZone: string, named?: NamedLists) {
    this.timeZone = timeZone;
    this.named = named;
  }

  /** The number of a test; equal tests have one. `!=` is not among them: it is the `not` of `=`. */
  numberOf(test: FieldTest): number {
    const key = JSON.stringify(test);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.tests.length;
    const index = this.#indexOf(test.field);
    const isIndexed = index.add(test, number);
    this.tests.push(
      isIndexed
        ? { index, op: test.op }
        : { index, op: test.op, alone: aloneTest(test, index.field, this.timeZone) },
    );
    this.#numbers.set(key, number);
    return number;
  }

  /** One object for all equal conditions of what happened before, so that its state is kept once. */
  historyOf(condition: HistoryCondition): HistoryCondition {
    const key = JSON.stringify(condition);
    const known = this.#histories.get(key) ?? condition;
    this.#histories.set(key, known);
    return known;
  }

  get histories(): HistoryCondition[] {
    return [...this.#histories.values()];
  }

  #indexOf(name: string): FieldIndex {
    let index = this.#indexes.get(name);
    if (index === undefined) {
      index = new FieldIndex(findField(name), this.#indexes.size);
      this.#indexes.set(name, index);
      if (isSetByEvents(index.field.name)) this.setByEvents.push(index);
    }
    return index;
  }
}

const levels: Record<FieldHome, number> = { session: 0, hit: 1, step: 2, event: 3 };

export class Facts {
  readonly view: View;
  readonly history: History | undefined;
  readonly #table: TestTable;
  readonly #level: FieldHome;
  readonly #outer: Facts | undefined;
  /** By the number of the field's index. */
  readonly #values: (readonly FieldValue[] | undefined)[] = [];
  readonly #found: (ReadonlySet<number> | undefined)[] = [];
  /** By the number of the test. */
  #alone: Map<number, boolean> | undefined;
  #inner: Facts[] | undefined;

  constructor(table: TestTable, view: View, history?: History, outer?: Facts) {
    this.#table = table;
    this.view = view;
    this.history = history;
    this.#outer = outer;
    const { event, step, hit } = view;
    this.#level = event ? 'event' : step ? 'step' : hit ? 'hit' : 'session';
  }

  holds(test: number): boolean {
    const known = this.#table.tests[test] as CompiledTest;
    const { index, alone } = known;
    if (this.#outer !== undefined && levels[index.field.home] < levels[this.#level]) {
      return this.#outer.holds(test);
    }
    if (alone === undefined) return this.found(index).has(test);
    this.#alone ??= new Map();
    let answer = this.#alone.get(test);
    if (answer === undefined) {
      answer = alone(this.#valuesOf(index));
      this.#alone.set(test, answer);
    }
    return answer;
  }

  /** All tests in the index of a field that hold here. */
  found(index: FieldIndex): ReadonlySet<number> {
    if (this.#outer !== undefined && levels[index.field.home] < levels[this.#level]) {
      return this.#outer.found(index);
    }
    let found = this.#found[index.number];
    if (found === undefined) {
      found = index.found(
        this.#values[index.number] ?? index.read(this.view, index.field.parameter),
      );
      this.#found[index.number] = found;
    }
    return found;
  }

  /** The facts of each hit of the session, or of each step of the hit. */
  inner(): readonly Facts[] {
    if (this.#inner !== undefined) return this.#inner;
    const { session, hit } = this.view;
    const views: View[] =
      hit === undefined
        ? session.hits.map((one, index) => ({ session, hit: one, hitNumber: index + 1 }))
        : (hit.steps ?? []).map((step) => ({ ...this.view, step }));
    this.#inner = views.map((view) => new Facts(this.#table, view, this.history, this));
    return this.#inner;
  }

  /** What is known of session attributes is asked anew: an event has set one. */
  forgetAttributes(): void {
    this.#outer?.forgetAttributes();
    for (const { number } of this.#table.setByEvents) {
      this.#values[number] = undefined;
      this.#found[number] = undefined;
    }
    this.#alone = undefined;
  }

  #valuesOf(index: FieldIndex): readonly FieldValue[] {
    let values = this.#values[index.number];
    if (values === undefined) {
      values = listed(index.read(this.view, index.field.parameter));
      this.#values[index.number] = values;
    }
    return values;
  }
}

/** Fields whose values change while the definitions of one hit are evaluated. */
export const isSetByEvents = (field: FieldName) => field === 'attribute.NAME';

/** A test as a function of all values of its field. */
function aloneTest(
  test: FieldTest,
  field: Field,
  timeZone: string,
): (values: readonly FieldValue[]) => boolean {
  if (test.op === 'is empty') return (values) => values.every((value) => value === '');
  const meets = valueTest(test, field, timeZone);
  return (values) => values.some(meets);
}

function valueTest(
  test: Exclude<FieldTest, { op: 'is empty' }>,
  field: Field,
  timeZone: string,
): (value: FieldValue) => boolean {
  switch (test.op) {
    case 'matches': {
      const pattern = compilePattern(test.value, test.exact === true);
      return (value) => pattern.test(wellFormed(String(value)));
    }
    case 'in': {
      const choices = test.values.map((value) =>
        valueTest({ op: '=', field: test.field, value, exact: test.exact }, field, timeZone),
      );
      return (value) => choices.some((meets) => meets(value));
    }
    case 'between':
      return field.type === 'time'
        ? withinTimes(String(test.from), String(test.to), timeZone)
        : ordered(field, (value) => value >= Number(test.from) && value <= Number(test.to));
    case 'exists':
    case 'contains':
    case 'starts with':
    case 'ends with':
      throw new Error(`${test.op} is answered by the index of its field`);
    default:
      return field.type === 'time'
        ? comparedTime(test.op, String(test.value), timeZone)
        : compared(field, test);
  }
}

function compared(
  field: Field,
  test: { op: string; field: string; value: ConditionValue; exact?: true | undefined },
): (value: FieldValue) => boolean {
  const { op, value: wanted } = test;
  if (typeof wanted !== 'number') {
    // Only a list of choices with numbers among them comes here: single texts are in the index.
    const index = new FieldIndex(field);
    index.add({ op: '=', field: test.field, value: wanted, exact: test.exact }, 0);
    return (value) => index.found(value).has(0);
  }
  if (op === '=') return ordered(field, (value) => value === wanted);
  if (op === '<') return ordered(field, (value) => value < wanted);
  if (op === '<=') return ordered(field, (value) => value <= wanted);
  if (op === '>') return ordered(field, (value) => value > wanted);
  return ordered(field, (value) => value >= wanted);
}

/** A text takes part where it reads as a number. */
function ordered(field: Field, meets: (value: number) => boolean): (value: FieldValue) => boolean {
  if (field.type !== 'text') return (value) => meets(Number(value));
  return (value) => {
    const number = numberOf(String(value));
    return number !== undefined && meets(number);
  };
}

function withinTimes(from: string, to: string, timeZone: string) {
  const { startMs } = spanOf(from, timeZone);
  const { endMs } = spanOf(to, timeZone);
  return (value: FieldValue) => Number(value) >= startMs && Number(value) < endMs;
}

function comparedTime(op: string, text: string, timeZone: string) {
  const { startMs, endMs } = spanOf(text, timeZone);
  return (value: FieldValue) => {
    const at = Number(value);
    if (op === '=') return at >= startMs && at < endMs;
    if (op === '<') return at < startMs;
    if (op === '<=') return at < endMs;
    return op === '>' ? at >= endMs : at >= startMs;
  };
}
