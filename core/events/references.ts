/** What the conditions of definitions name: other events, fields, attributes. And the order that follows from it. */
import { findField } from '../conditions/fields.ts';
import type { Condition, FieldTest, Happening } from '../contract/condition.ts';
import { type EventDefinition, type EventTrigger, eventTriggers } from '../contract/event.ts';
import { invalidEvent } from './event-fault.ts';

export interface References {
  events: Set<string>;
  fields: Set<string>;
  hasSequence: boolean;
  /** Something of it must not come after something else. */
  hasNotThen: boolean;
}

export function referencesOf(condition: Condition): References {
  const found: References = {
    events: new Set(),
    fields: new Set(),
    hasSequence: false,
    hasNotThen: false,
  };
  collect(condition, found);
  return found;
}

function collect(condition: Condition, found: References): void {
  switch (condition.op) {
    case 'and':
    case 'or':
      for (const part of condition.of) collect(part, found);
      return;
    case 'not':
    case 'hits':
    case 'steps':
      collect(condition.of, found);
      return;
    case 'event':
      collectHappening(condition, found);
      return;
    case 'count':
      collectHappening(condition.of, found);
      return;
    case 'sequence':
      found.hasSequence = true;
      for (const { of, not } of condition.stages) {
        if (not) found.hasNotThen = true;
        collectHappening(of, found);
      }
      return;
    case 'label':
    case 'alert':
      return;
    default:
      found.fields.add((condition satisfies FieldTest).field);
  }
}

function collectHappening(happening: Happening, found: References): void {
  if (happening.op === 'event') found.events.add(happening.name);
  else collect(happening.of, found);
}

/** A definition with what it names. */
export interface Referring {
  definition: EventDefinition;
  references: References;
}

const rankOf = (trigger: EventTrigger) => eventTriggers.indexOf(trigger);

/**
 * The order of evaluation: by trigger, within a trigger as they stand, but for what another one needs, which goes first.
 * @throws Problem `event_invalid` for an event that is not there, that can never have fired before, or a circle
 */
export function inOrder<Given extends Referring>(given: readonly Given[]): Given[] {
  const byName = new Map(given.map((one) => [one.definition.name, one]));
  for (const one of given) checkReferences(one, byName);
  const ordered: Given[] = [];
  const done = new Set<string>();
  const place = (one: Given, way: readonly string[]): void => {
    const { name } = one.definition;
    if (done.has(name)) return;
    const begin = way.indexOf(name);
    if (begin >= 0) {
      const circle = [...way.slice(begin), name].map((event) => `"${event}"`).join(' → ');
      throw invalidEvent(name, 'condition', `it needs itself: ${circle}. Take one of them out.`);
    }
    for (const event of one.references.events) place(byName.get(event) as Given, [...way, name]);
    done.add(name);
    ordered.push(one);
  };
  for (const one of given) place(one, []);
  return ordered.sort(
    (one, other) => rankOf(one.definition.trigger) - rankOf(other.definition.trigger),
  );
}

const atTheEnd: readonly EventTrigger[] = ['last_hit', 'session_end'];

function checkReferences(
  { definition: { name, trigger }, references }: Referring,
  byName: ReadonlyMap<string, Referring>,
): void {
  for (const event of references.events) {
    const other = byName.get(event)?.definition;
    if (other === undefined) {
      throw invalidEvent(
        name,
        'condition',
        `there is no active event "${event}". It was deleted or deactivated, or has another name.`,
      );
    }
    const isLater = rankOf(other.trigger) > rankOf(trigger);
    // What fires on one hit has fired before the next: only the ends of a session come once.
    if (isLater && (trigger === 'first_hit' || atTheEnd.includes(other.trigger))) {
      throw invalidEvent(
        name,
        'condition',
        `"${event}" is evaluated after it: ${trigger} comes before ${other.trigger}. An event can only use what has fired before it.`,
      );
    }
  }
}

/** The names of a family, such as `hit_attribute`, that fields name. */
export function namesOf(family: string, fields: Iterable<string>): string[] {
  return [...fields].flatMap((field) => {
    const { name, parameter } = findField(field);
    return name === `${family}.NAME` ? [parameter] : [];
  });
}
