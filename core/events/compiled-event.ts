/** One definition, ready to fire: what it records, reports and does, read from where it fires. */
import type { FieldValue, View } from '../conditions/field-values.ts';
import type { Condition } from '../contract/condition.ts';
import type { EventAction, EventDefinition, ValueSource } from '../contract/event.ts';
import { type CompiledDimension, compileDimension } from './dimensions.ts';
import { namesOf, type References } from './references.ts';
import { compileSource, type ReadValue, recordedNumber, recordedText } from './values.ts';

export interface CompiledEvent {
  readonly definition: EventDefinition;
  readonly condition: Condition;
  /** It is looked at only when something that it names has come about. */
  readonly waits: boolean;
  /** Hit and step attributes whose values it needs. */
  readonly attributes: ReadonlySet<string>;
  readonly dimensions: readonly CompiledDimension[];
  /** @throws EventFailure */
  record(view: View): Recorded;
  /** What its actions write: attribute → how its value becomes. */
  readonly writes: readonly Write[];
}

export interface Recorded {
  valueNumber?: number;
  valueText?: string;
}

export interface Write {
  attribute: string;
  /** Undefined: nothing is written. @throws EventFailure */
  next(view: View, before: string | undefined): string | undefined;
}

export function compileEvent(
  definition: EventDefinition,
  condition: Condition,
  references: References,
  waits: boolean,
): CompiledEvent {
  const { dimensions, actions } = definition;
  return {
    definition,
    condition,
    waits,
    attributes: attributesOf(definition, references),
    dimensions: dimensions.map(compileDimension),
    record: compileRecord(definition),
    writes: actions.flatMap(compileWrite),
  };
}

/** Every place of a definition that reads a value, with its name. */
export function sourcesOf(definition: EventDefinition): { where: string; from: ValueSource }[] {
  const { record, dimensions, actions } = definition;
  return [
    ...(record.kind === 'count' ? [] : [{ where: 'record', from: record.from }]),
    ...dimensions.map(({ name, from }) => ({ where: `dimension ${name}`, from })),
    ...actions.flatMap((action, index) => {
      const from = 'from' in action ? action.from : undefined;
      return from === undefined ? [] : [{ where: `action ${index + 1}`, from }];
    }),
  ];
}

function attributesOf(definition: EventDefinition, { fields }: References): Set<string> {
  const named = [...namesOf('hit_attribute', fields), ...namesOf('step_attribute', fields)];
  for (const { from } of sourcesOf(definition)) {
    if (from.kind === 'hit_attribute' || from.kind === 'step_attribute') named.push(from.name);
    if (from.kind !== 'field') continue;
    named.push(
      ...namesOf('hit_attribute', [from.field]),
      ...namesOf('step_attribute', [from.field]),
    );
  }
  return new Set(named);
}

function compileRecord({ record }: EventDefinition): CompiledEvent['record'] {
  if (record.kind === 'count') return () => ({});
  const read = compileSource(record.from);
  if (record.kind === 'number') {
    return (view) => {
      const valueNumber = recordedNumber(read(view));
      return valueNumber === undefined ? {} : { valueNumber };
    };
  }
  return (view) => {
    const value = read(view);
    return value === undefined ? {} : { valueText: recordedText(value) };
  };
}

function compileWrite(action: EventAction): Write[] {
  if (action.do === 'set_attribute') {
    const read = compileSource(action.from);
    return [{ attribute: action.attribute, next: (view) => textOrNothing(read(view)) }];
  }
  if (action.do !== 'add_to_counter') return [];
  const read: ReadValue = action.from === undefined ? () => 1 : compileSource(action.from);
  return [
    {
      attribute: action.counter,
      next(view, before) {
        const more = recordedNumber(read(view));
        if (more === undefined) return undefined;
        return String(plus(Number(before ?? 0), more));
      },
    },
  ];
}

const textOrNothing = (value: FieldValue | undefined) =>
  value === undefined ? undefined : recordedText(value);

/** Sums of money are not 0.30000000000000004. */
const plus = (one: number, other: number) =>
  Number.parseFloat(((Number.isFinite(one) ? one : 0) + other).toPrecision(15));
