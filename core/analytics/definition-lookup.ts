/** Finds definitions by name, and makes one condition out of a label with its parents. */
import { keyOfNamed } from '../conditions/named-sessions.ts';
import { parseCondition } from '../conditions/parse.ts';
import { placeIn } from '../conditions/place.ts';
import type { Condition, NamedSessions } from '../contract/condition.ts';
import type { Definitions } from '../contract/definition.ts';
import { type Label, labelLimits } from '../contract/label.ts';
import { Problem } from '../contract/problem.ts';

const sameName = (one: string, other: string) =>
  one.trim().toLowerCase() === other.trim().toLowerCase();
const namesShownMax = 20;

/** @throws Problem `definition_unknown`, naming those that there are */
export function findNamed<T extends { name: string }>(
  all: readonly T[],
  name: string,
  noun: string,
): T {
  const found = all.find((one) => sameName(one.name, name));
  if (found !== undefined) return found;
  const names = all.slice(0, namesShownMax).map((one) => one.name);
  const more = all.length > namesShownMax ? ' …' : '.';
  const known =
    names.length === 0
      ? `There is none yet: canister ${noun.replace(' ', '-')} save`
      : `There are: ${names.join(', ')}${more}`;
  throw new Problem('definition_unknown', `No ${noun} is called "${name}". ${known}`);
}

/**
 * The sessions of a label: its condition, turned round where it is inverse, and joined with its parent.
 * @throws Problem `definition_unknown`, `definition_invalid` for a circle of parents, `condition_invalid`
 */
export function labelCondition(label: Label, definitions: Pick<Definitions, 'labels'>): Condition {
  return resolve(label, definitions.labels, []);
}

/** What stands for the sessions of a label that asks a saved query; nobody's label has that name. */
const namedBySql = ({ name }: Label): NamedSessions => ({ op: 'label', name: `\u0001${name}` });

/** By which those sessions are found. */
export const keyOfLabel = (label: Label) => keyOfNamed(namedBySql(label));

/** The label and those that it is joined with, from itself upwards; a circle ends where it closes. */
export function labelChain(label: Label, labels: readonly Label[]): Label[] {
  const chain: Label[] = [];
  let next: Label | undefined = label;
  while (next !== undefined && !chain.includes(next)) {
    chain.push(next);
    const { parent }: Label = next;
    next = parent === undefined ? undefined : labels.find(({ name }) => sameName(name, parent));
  }
  return chain;
}

/** Placed before it is turned round or joined: what is asked of one hit must not reach into another label's hits. */
function ownCondition(label: Label): Condition {
  const { condition } = label;
  if (condition === undefined) return namedBySql(label);
  return placeIn(parseCondition(condition, 'session'), 'session');
}

function resolve(label: Label, labels: readonly Label[], below: readonly string[]): Condition {
  const chain = [...below, label.name];
  if (below.some((name) => sameName(name, label.name))) {
    throw new Problem(
      'definition_invalid',
      `The label ${below[0]} is its own parent: ${chain.join(' → ')}.`,
    );
  }
  if (chain.length > labelLimits.parentsMax) {
    throw new Problem(
      'definition_invalid',
      `The label ${chain[0]} has more than ${labelLimits.parentsMax - 1} parents: ${chain.join(' → ')}.`,
    );
  }
  const own = ownCondition(label);
  const asked: Condition = label.inverse ? { op: 'not', of: own } : own;
  if (label.parent === undefined) return asked;
  const parent = findNamed(labels, label.parent, 'label');
  return { op: label.combine, of: [resolve(parent, labels, chain), asked] };
}
