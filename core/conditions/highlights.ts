/** What of a session made a condition hold: the values, hits and events that its tests ask for. */
import type { Condition, FieldTest, Happening } from '../contract/condition.ts';
import { type Highlight, searchLimits } from '../contract/search.ts';
import { type ConditionSession, readValues, type View } from './field-values.ts';
import { type Field, findField } from './fields.ts';
import { foldCase, wellFormed } from './folded-text.ts';
import { compileValueTest, isValueTest, literalsOf } from './value-test.ts';

const { highlightsPerSessionMax, excerptLengthMax } = searchLimits;
const lettersBefore = 40;

interface Mark {
  field: string;
  of: Field;
  meets: (value: string | number | boolean) => boolean;
  literals: readonly string[];
}

/**
 * @param placed a checked condition with its hits named
 * @returns gives the highlights of a session, at most `highlightsPerSessionMax`, in the order of the condition
 */
export function compileHighlights(
  placed: Condition,
  timeZone: string,
): (session: ConditionSession) => Highlight[] {
  const tests = new Map<string, FieldTest>();
  const events = new Set<string>();
  collect(placed, tests, events);
  const marks = [...tests.values()].map((test): Mark => {
    const of = findField(test.field);
    const meets = compileValueTest(test, timeZone);
    return { field: test.field, of, meets, literals: literalsOf(test) ?? [] };
  });
  return (session) => {
    const found = new Map<string, Highlight>();
    const isFull = () => found.size >= highlightsPerSessionMax;
    for (const mark of marks)
      for (const view of viewsOf(session, mark.of)) {
        if (isFull()) break;
        for (const highlight of marked(mark, view)) found.set(JSON.stringify(highlight), highlight);
      }
    for (const { name, hitNumber } of session.events ?? [])
      if (events.has(name) && !isFull())
        found.set(`${name}\0${hitNumber}`, { field: 'event', hit: hitNumber, text: name });
    return [...found.values()].slice(0, highlightsPerSessionMax);
  };
}

/** What is under `not` shows by its absence. */
function collect(condition: Condition, tests: Map<string, FieldTest>, events: Set<string>): void {
  const happening = (of: Happening) => {
    if (of.op === 'event') events.add(of.name);
    else collect(of.of, tests, events);
  };
  switch (condition.op) {
    case 'and':
    case 'or':
      for (const part of condition.of) collect(part, tests, events);
      return;
    case 'not':
    case 'label':
    case 'alert':
      return;
    case 'hits':
    case 'steps':
      if (condition.which !== 'no') collect(condition.of, tests, events);
      return;
    case 'event':
      happening(condition);
      return;
    case 'count':
      happening(condition.of);
      return;
    case 'sequence':
      for (const stage of condition.stages) if (!stage.not) happening(stage.of);
      return;
    default:
      if (isValueTest(condition)) tests.set(JSON.stringify(condition), condition);
  }
}

/** Where the values of a field stand in a session. */
export function* viewsOf(session: ConditionSession, { home }: Field): Generator<View> {
  if (home === 'session') yield { session };
  else if (home === 'event') for (const event of session.events ?? []) yield { session, event };
  else
    for (const [index, hit] of session.hits.entries()) {
      const view = { session, hit, hitNumber: index + 1 };
      if (home === 'hit') yield view;
      else for (const step of hit.steps ?? []) yield { ...view, step };
    }
}

function marked({ field, of, meets, literals }: Mark, view: View): Highlight[] {
  return readValues(of.name, of.parameter, view)
    .filter(meets)
    .map((value) => ({
      field,
      ...(view.hitNumber === undefined ? {} : { hit: view.hitNumber }),
      ...excerptOf(wellFormed(String(value)), literals),
    }));
}

/** The piece of a text in which a literal stands, and where in it. */
function excerptOf(text: string, literals: readonly string[]): Omit<Highlight, 'field' | 'hit'> {
  const folded = foldCase(text);
  const literal = literals.find((one) => one !== '' && folded.includes(one));
  // Lower case of a few letters is longer or shorter than they are: a place in it is none in the text then.
  if (literal === undefined || folded.length !== text.length)
    return { text: text.slice(0, excerptLengthMax) };
  const at = folded.indexOf(literal);
  const from = at + literal.length <= excerptLengthMax ? 0 : Math.max(0, at - lettersBefore);
  const piece = text.slice(from, from + excerptLengthMax);
  return { text: piece, start: at - from, end: Math.min(at - from + literal.length, piece.length) };
}
