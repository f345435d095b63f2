/** What happened before: `event "Added to cart" with value > 50 then not event "Purchase" within 30 minutes`. */
import {
  type Condition,
  conditionLimits,
  type FieldTest,
  type Happening,
  type SequenceStage,
  type Within,
} from '../contract/condition.ts';
import type { Scope } from './check-condition.ts';
import { unitsMs } from './durations.ts';
import { findField } from './fields.ts';
import { durationAt, parseOperator, textAt } from './parse-test.ts';
import type { TokenReader } from './token-reader.ts';
import { FaultAt } from './tokens.ts';

/** Reads a whole condition, up to what does not belong to it. */
type ReadCondition = (scope: Scope) => Condition;

/** An event, or a sequence that begins with an event or a hit. */
export function parseSequence(reader: TokenReader, readCondition: ReadCondition): Condition {
  const start = reader.peek().at;
  const first = parseHappening(reader, readCondition);
  const stages: SequenceStage[] = [{ of: first }];
  while (reader.isWord('then')) {
    if (stages.at(-1)?.not) {
      throw new FaultAt('"then not" can only be the end of a sequence.', reader.peek().at);
    }
    stages.push(parseStage(reader, readCondition));
  }
  const { stagesMax } = conditionLimits;
  if (stages.length > stagesMax) {
    throw new FaultAt(`A sequence may have ${stagesMax} stages.`, start);
  }
  if (stages.length > 1) return { op: 'sequence', stages };
  if (first.op === 'event') return first;
  throw reader.fault('"then" after hit (…); for a hit alone write any hit (…)');
}

function parseStage(reader: TokenReader, readCondition: ReadCondition): SequenceStage {
  reader.expect('then');
  const isNot = reader.take('not');
  const of = parseHappening(reader, readCondition);
  const within = reader.take('within') ? parseWithin(reader) : undefined;
  return { of, ...(isNot ? { not: true } : {}), ...(within === undefined ? {} : { within }) };
}

/** @throws FaultAt where neither an event nor a hit stands */
export function parseHappening(reader: TokenReader, readCondition: ReadCondition): Happening {
  if (reader.take('hit')) {
    reader.expect('(');
    const of = reader.deeper(() => readCondition('hit'));
    reader.expect(')');
    return { op: 'hit', of };
  }
  if (!reader.take('event')) throw reader.fault('event "Name" or hit (…)');
  const name = textAt(reader, conditionLimits.eventNameLengthMax);
  if (!reader.take('with')) return { op: 'event', name };
  return { op: 'event', name, with: parseWith(reader) };
}

function parseWith(reader: TokenReader): FieldTest {
  for (const word of ['value', 'text']) {
    const field = `event.${word}`;
    if (reader.take(word) || reader.take(field)) {
      return parseOperator(reader, field, findField(field));
    }
  }
  throw reader.fault('"value" or "text", what the event recorded');
}

function parseWithin(reader: TokenReader): Within {
  const { withinMsMax, withinHitsMax } = conditionLimits;
  const { at } = reader.peek();
  if (reader.isWord('hits', 1) || reader.isWord('hit', 1)) {
    const hits = reader.wholeNumber(1, withinHitsMax);
    reader.next();
    return { hits };
  }
  if (reader.peek().kind === 'number' && !unitsMs.has(reader.peek(1).value.toLowerCase())) {
    reader.next();
    throw reader.fault('"hits" or a unit of time (ms, seconds, minutes, hours, days)');
  }
  const ms = durationAt(reader, '"within"');
  if (ms < 1 || ms > withinMsMax) throw new FaultAt('"within" takes from 1 ms to 31 days.', at);
  return { ms };
}
