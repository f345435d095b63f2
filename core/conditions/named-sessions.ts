/** Sessions that go by a name in the condition of a search: which names it has, and the sessions that each stands for. */
import type { Condition, NamedSessions } from '../contract/condition.ts';
import { Problem } from '../contract/problem.ts';
import { ConditionFault } from './condition-fault.ts';
import { readTokens } from './tokens.ts';

/** Sessions by what names them: `alert "Errors"` as `printNamed` has it. */
export type NamedLists = ReadonlyMap<string, readonly string[]>;

/** The same as texts with commas between the ids: one long text goes from thread to thread much faster than many. */
export type JoinedLists = ReadonlyMap<string, string>;

export const keyOfNamed = ({ op, name }: NamedSessions) => `${op} ${name}`;

export const listsOf = (joined: JoinedLists): NamedLists =>
  new Map([...joined].map(([key, ids]) => [key, ids === '' ? [] : ids.split(',')]));

/** @throws Problem `condition_invalid` where nobody has said which sessions these are: outside of searches */
export function listOf(named: NamedSessions, lists: NamedLists | undefined): readonly string[] {
  const found = lists?.get(keyOfNamed(named));
  if (found !== undefined) return found;
  throw new Problem(
    'condition_invalid',
    `${named.op} "${named.name}" can only be searched for. For anything else write the condition of the label itself, or one that finds what the alert watches.`,
  );
}

/** The names in a condition as somebody gave it, also in one that may not be understood as a whole. */
export function namedIn(given: string | Condition): NamedSessions[] {
  const found = new Map<string, NamedSessions>();
  const add = (one: NamedSessions) => found.set(keyOfNamed(one), one);
  if (typeof given === 'string') namedInText(given, add);
  else namedInTree(given, add);
  return [...found.values()];
}

const isNoun = (word: string): word is NamedSessions['op'] => word === 'label' || word === 'alert';

function namedInText(text: string, add: (one: NamedSessions) => void): void {
  try {
    const tokens = readTokens(text);
    for (const [at, { kind, value }] of tokens.entries()) {
      const op = value.toLowerCase();
      const next = tokens[at + 1];
      if (kind === 'word' && isNoun(op) && next?.kind === 'text') add({ op, name: next.value });
    }
  } catch (error) {
    // Whoever reads the condition says what is wrong with it.
    if (!(error instanceof ConditionFault)) throw error;
  }
}

function namedInTree(condition: Condition, add: (one: NamedSessions) => void): void {
  if (condition.op === 'label' || condition.op === 'alert') add(condition);
  else if (condition.op === 'and' || condition.op === 'or')
    for (const part of condition.of) namedInTree(part, add);
  else if (condition.op === 'not') namedInTree(condition.of, add);
}

/** The condition with each name replaced by what `resolve` gives for it; what it leaves stays a name. */
export function replaceNamed(
  condition: Condition,
  resolve: (named: NamedSessions) => Condition,
): Condition {
  switch (condition.op) {
    case 'and':
    case 'or':
      return { op: condition.op, of: condition.of.map((part) => replaceNamed(part, resolve)) };
    case 'not':
      return { op: 'not', of: replaceNamed(condition.of, resolve) };
    case 'label':
    case 'alert':
      return resolve(condition);
    default:
      return condition;
  }
}
