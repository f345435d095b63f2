/**
 * What an event needs: the events that its condition names, the hit attributes that it reads, and the session
 * attributes that others write. And the other way round: who needs it.
 */
import { parseCondition } from '../conditions/parse.ts';
import type { Condition } from '../contract/condition.ts';
import type { EventDefinition, EventSet } from '../contract/event.ts';
import { scopeOf } from './check-definition.ts';
import { sourcesOf } from './compiled-event.ts';
import { namesOf, referencesOf } from './references.ts';
import { canonicalJson } from './set-diff.ts';

export interface Needs {
  events: ReadonlySet<string>;
  hitAttributes: ReadonlySet<string>;
  sessionAttributes: ReadonlySet<string>;
}

/** Takes a definition whose condition is sound; one that is not needs nothing. */
export function needsOf(definition: EventDefinition): Needs {
  const { events, fields } = referencesOf(treeOf(definition) ?? nothing);
  const sources = sourcesOf(definition).map(({ from }) => from);
  for (const from of sources) if (from.kind === 'field') fields.add(from.field);
  const taken = sources.flatMap((from) =>
    from.kind === 'hit_attribute' || from.kind === 'step_attribute' ? [from.name] : [],
  );
  return {
    events,
    hitAttributes: new Set([
      ...taken,
      ...namesOf('hit_attribute', fields),
      ...namesOf('step_attribute', fields),
    ]),
    sessionAttributes: new Set(namesOf('attribute', fields)),
  };
}

/** The session attributes and counters that an event writes. */
export function writesOf({ actions }: EventDefinition): Set<string> {
  return new Set(
    actions.flatMap((action) => {
      if (action.do === 'set_attribute') return [action.attribute];
      return action.do === 'add_to_counter' ? [action.counter] : [];
    }),
  );
}

/** The events that name one of `names` in their conditions, and those that name these; without the names themselves. */
export function dependentsOf(
  names: readonly string[],
  definitions: readonly EventDefinition[],
): string[] {
  const needs = new Map(definitions.map((one) => [one.name, needsOf(one).events]));
  const going = new Set(names);
  for (let before = -1; before !== going.size; ) {
    before = going.size;
    for (const [name, needed] of needs)
      if ([...needed].some((one) => going.has(one))) going.add(name);
  }
  return [...needs.keys()].filter((name) => going.has(name) && !names.includes(name));
}

/** The set with nothing but what one event needs, in its order. */
export function closureOf(set: EventSet, name: string): EventSet {
  const byName = new Map(set.events.map((one) => [one.name, one]));
  const kept = new Set<string>();
  const hitAttributes = new Set<string>();
  const waiting = [name];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const definition = byName.get(next);
    if (definition === undefined || kept.has(next)) continue;
    kept.add(next);
    const needs = needsOf(definition);
    for (const one of needs.hitAttributes) hitAttributes.add(one);
    waiting.push(...needs.events);
    if (needs.sessionAttributes.size === 0) continue;
    for (const other of set.events)
      if ([...writesOf(other)].some((field) => needs.sessionAttributes.has(field)))
        waiting.push(other.name);
  }
  return {
    version: set.version,
    attributes: set.attributes.filter((one) => hitAttributes.has(one.name)),
    events: set.events.filter((one) => kept.has(one.name)),
  };
}

/** Equal texts: the event does the same in both sets. Undefined where the set does not have it, or not active. */
export function behaviourOf(set: EventSet, name: string): string | undefined {
  const closure = closureOf(set, name);
  if (closure.events.find((one) => one.name === name)?.active !== true) return undefined;
  return canonicalJson({
    attributes: closure.attributes,
    events: closure.events.map(({ description: _, ...rest }) => rest),
  });
}

/** Names nothing. */
const nothing: Condition = { op: 'and', of: [] };

function treeOf({ condition, trigger }: EventDefinition): Condition | undefined {
  try {
    return parseCondition(condition, scopeOf(trigger));
  } catch {
    return undefined;
  }
}
