/** The tree of a condition → its text, with no more parentheses than it needs. Reading the text gives the same tree. */
import type {
  Condition,
  ConditionValue,
  FieldTest,
  Happening,
  SequenceStage,
} from '../contract/condition.ts';
import { printDuration } from './durations.ts';
import { familyPrefix, findField } from './fields.ts';

/** Takes a checked condition. */
export function printCondition(condition: Condition): string {
  switch (condition.op) {
    case 'and':
      return condition.of.map((part) => printPart(part, ['and', 'or'])).join(' and ');
    case 'or':
      return condition.of.map((part) => printPart(part, ['or'])).join(' or ');
    case 'not':
      return `not ${printPart(condition.of, ['and', 'or'])}`;
    case 'hits':
    case 'steps': {
      const noun = condition.op === 'hits' ? 'hit' : 'step';
      return `${condition.which} ${noun} (${printCondition(condition.of)})`;
    }
    case 'event':
      return printHappening(condition);
    case 'label':
    case 'alert':
      return `${condition.op} ${printText(condition.name)}`;
    case 'count':
      return `count(${printHappening(condition.of)}) ${condition.compare} ${condition.value}`;
    case 'sequence':
      return condition.stages.map(printStage).join(' then ');
    default:
      return printTest(condition, printField(condition.field));
  }
}

function printPart(condition: Condition, enclosed: readonly string[]): string {
  const text = printCondition(condition);
  return enclosed.includes(condition.op) ? `(${text})` : text;
}

function printHappening(happening: Happening): string {
  if (happening.op === 'hit') return `hit (${printCondition(happening.of)})`;
  const event = `event ${printText(happening.name)}`;
  const test = happening.with;
  return test === undefined
    ? event
    : `${event} with ${printTest(test, test.field.slice('event.'.length))}`;
}

function printStage({ of, not, within }: SequenceStage): string {
  const happening = `${not ? 'not ' : ''}${printHappening(of)}`;
  if (within === undefined) return happening;
  if ('ms' in within) return `${happening} within ${printDuration(within.ms)}`;
  return `${happening} within ${within.hits} ${within.hits === 1 ? 'hit' : 'hits'}`;
}

function printTest(test: FieldTest, name: string): string {
  const print = (value: ConditionValue) => printValue(value, test.field);
  const exact = 'exact' in test && test.exact ? ' exact' : '';
  switch (test.op) {
    case 'exists':
    case 'is empty':
      return `${name} ${test.op}`;
    case 'in':
      return `${name} in (${test.values.map(print).join(', ')})${exact}`;
    case 'between':
      return `${name} between ${print(test.from)} and ${print(test.to)}`;
    default:
      return `${name} ${test.op} ${print(test.value)}${exact}`;
  }
}

function printValue(value: ConditionValue, field: string): string {
  const { type } = findField(field);
  if (type === 'time') return String(value);
  if (type === 'duration') return printDuration(Number(value));
  return typeof value === 'string' ? printText(value) : String(value);
}

function printField(field: string): string {
  const prefix = familyPrefix(field);
  if (prefix === undefined) return field;
  const name = field.slice(prefix.length);
  // A plain name is one that cannot be taken for anything else.
  return /^[A-Za-z0-9_]+$/.test(name) ? field : prefix + printText(name);
}

/** Signs that would not be seen are written as codes. */
function printText(text: string): string {
  const escaped = text.replace(/[\\"]/g, '\\$&').replace(/[\p{Cc}\u2028\u2029]/gu, (sign) => {
    const short = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[sign];
    return short ?? `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `"${escaped}"`;
}
