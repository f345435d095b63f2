/** The text of a condition → its tree. Says where a fault is and what was expected there. */
import {
  type Comparison,
  type Condition,
  comparisons,
  conditionLimits,
  hitQuantifiers,
  type NamedSessions,
} from '../contract/condition.ts';
import { Problem } from '../contract/problem.ts';
import { checkCondition, checkIn, type Scope } from './check-condition.ts';
import { ConditionFault } from './condition-fault.ts';
import { parseHappening, parseSequence } from './parse-history.ts';
import { parseTest, textAt } from './parse-test.ts';
import { TokenReader } from './token-reader.ts';
import { FaultAt, readTokens } from './tokens.ts';

/**
 * @param scope what the condition is asked of: a whole session, each hit or each step
 * @throws Problem `condition_invalid` with the place and an excerpt
 * @example parseCondition('response.status = 404 and request.path starts with "/shop"', 'session')
 */
export function parseCondition(text: string, scope: Scope): Condition {
  const { textLengthMax } = conditionLimits;
  if (text.length > textLengthMax) {
    const size = `The condition has ${text.length} characters; it may have ${textLengthMax}.`;
    throw new Problem('condition_invalid', `${size} Split it into several events.`);
  }
  try {
    const reader = new TokenReader(readTokens(text));
    if (reader.peek().kind === 'end') {
      throw new FaultAt('The condition is empty. Write one such as browser = "Firefox".', 0);
    }
    const condition = parseOr(reader, scope);
    if (reader.peek().kind !== 'end') throw reader.fault('"and", "or" or the end');
    return checkCondition(condition, scope);
  } catch (error) {
    if (!(error instanceof FaultAt)) throw error;
    throw new Problem('condition_invalid', `${error.message}${excerpt(text, error.at)}`, {
      cause: error,
    });
  }
}

function parseOr(reader: TokenReader, scope: Scope): Condition {
  return parseChain(reader, 'or', () => parseChain(reader, 'and', () => parseUnary(reader, scope)));
}

function parseChain(reader: TokenReader, op: 'and' | 'or', part: () => Condition): Condition {
  const first = part();
  const parts = [first];
  while (reader.take(op)) parts.push(part());
  return parts.length === 1 ? first : { op, of: parts };
}

function parseUnary(reader: TokenReader, scope: Scope): Condition {
  if (!reader.take('not')) return parsePrimary(reader, scope);
  return { op: 'not', of: reader.deeper(() => parseUnary(reader, scope)) };
}

function parsePrimary(reader: TokenReader, scope: Scope): Condition {
  const start = reader.peek().at;
  if (reader.take('(')) {
    const inner = reader.deeper(() => parseOr(reader, scope));
    reader.expect(')');
    return inner;
  }
  const which = hitQuantifiers.find((word) => reader.isWord(word));
  if (which !== undefined) return parseQuantified(reader, which, scope);
  if (reader.isWord('event') || reader.isWord('hit')) {
    return parseSequence(reader, (innerScope) => parseOr(reader, innerScope));
  }
  if (reader.isWord('count') && reader.peek(1).value === '(') return parseCount(reader);
  const condition = parseNamed(reader) ?? parseTest(reader);
  return checkedAt(start, () => {
    checkIn(condition, scope, false);
    return condition;
  });
}

/** `label "Buyers"`, `alert "Errors"`; a field of such a short name is followed by an operator. */
function parseNamed(reader: TokenReader): NamedSessions | undefined {
  const op = (['label', 'alert'] as const).find((word) => reader.isWord(word));
  if (op === undefined || reader.peek(1).kind !== 'text') return undefined;
  reader.next();
  return { op, name: textAt(reader, conditionLimits.eventNameLengthMax) };
}

function parseQuantified(
  reader: TokenReader,
  which: (typeof hitQuantifiers)[number],
  scope: Scope,
): Condition {
  const start = reader.peek().at;
  reader.next();
  const isHit = reader.take('hit');
  if (!isHit && !reader.take('step')) throw reader.fault('"hit" or "step"');
  reader.expect('(');
  const of = reader.deeper(() => parseOr(reader, isHit ? 'hit' : 'step'));
  reader.expect(')');
  return checkedAt(start, (): Condition => {
    if (isHit) {
      if (scope !== 'session') throw new ConditionFault('Hits are chosen in a whole session only.');
      return { op: 'hits', which, of };
    }
    if (which === 'first' || which === 'last') {
      throw new ConditionFault('Of steps one can ask any, every or no step.');
    }
    return { op: 'steps', which, of };
  });
}

function parseCount(reader: TokenReader): Condition {
  reader.next();
  reader.expect('(');
  const of = parseHappening(reader, (scope) => parseOr(reader, scope));
  reader.expect(')');
  const compare = comparisons.find((sign) => reader.take(sign)) as Comparison | undefined;
  if (compare === undefined) throw reader.fault('a comparison, such as >= 3');
  const { countMax } = conditionLimits;
  return { op: 'count', of, compare, value: reader.wholeNumber(0, countMax) };
}

function checkedAt<T>(at: number, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ConditionFault) || error instanceof FaultAt) throw error;
    throw new FaultAt(error.message, at);
  }
}

const excerptBefore = 40;
const excerptAfter = 30;

/** The line around the fault with a caret under it. */
function excerpt(text: string, at: number): string {
  const from = Math.max(0, at - excerptBefore);
  const shown = text.slice(from, at + excerptAfter).replace(/[\p{Cc}\p{Surrogate}]/gu, ' ');
  const [before, after] = [from > 0 ? '…' : '', at + excerptAfter < text.length ? '…' : ''];
  return ` (character ${at + 1})\n  ${before}${shown}${after}\n  ${' '.repeat(before.length + at - from)}^`;
}
