/** Looking things up among drafts, and refusing what would overwrite or overfill them. Pure. */
import {
  type EventDefinition,
  type EventSet,
  eventLimits,
  type HitAttribute,
} from '../contract/event.ts';
import type { DraftKind } from '../contract/event-life.ts';
import { Problem } from '../contract/problem.ts';
import type { Drafts } from '../events/candidate-set.ts';
import { closureOf, dependentsOf, needsOf } from '../events/dependencies.ts';
import { canonicalJson } from '../events/set-diff.ts';
import { keyOf, type NamedDraft, type StoredDraft, type StoredDrafts } from './events.ts';

type Named = { name: string };

/** What a saver knew: a revision, or that there was nothing of the name (`new`). */
export type Known = number | 'new' | undefined;

export const sameName = (one: Named, other: Named) => keyOf(one.name) === keyOf(other.name);

/** The drafts as plain definitions. */
export const plain = ({ events, attributes }: StoredDrafts): Drafts => ({
  events: events.map(({ definition }) => definition),
  attributes: attributes.map(({ definition }) => definition),
});

/** @throws Problem `event_unknown`, naming the nearest */
export function findDraft<D extends EventDefinition | HitAttribute>(
  drafts: readonly StoredDraft<D>[],
  kind: DraftKind,
  name: string,
): StoredDraft<D> {
  const key = keyOf(name);
  const found = drafts.find(({ definition }) => keyOf(definition.name) === key);
  if (found) return found;
  throw unknown(
    kind,
    name,
    drafts.map(({ definition }) => definition),
  );
}

function unknown(kind: DraftKind, name: string, all: readonly Named[]): Problem {
  const near = all.find((one) => keyOf(one.name).startsWith(keyOf(name).slice(0, 3)));
  const hint = near ? ` Did you mean "${near.name}"?` : ' See: canister event list';
  return new Problem('event_unknown', `There is no ${kind} "${name.slice(0, 80)}".${hint}`);
}

/** A draft as the outside sees it, held against what is published. */
export function describeDraft<D extends EventDefinition | HitAttribute>(
  { definition, revision, changedAt, author }: StoredDraft<D>,
  published: readonly Named[] = [],
) {
  const inForce = published.find(({ name }) => name === definition.name);
  const isEqual = canonicalJson(inForce) === canonicalJson(definition);
  const state = inForce === undefined ? 'draft' : isEqual ? 'published' : 'changed';
  return { definition, revision, changedAt, author, state } as const;
}

/** @throws Problem `event_changed` or `event_exists` when the saver did not know what is there now */
export function refuseChanged(
  kind: DraftKind,
  name: string,
  present: StoredDraft | undefined,
  known: Known,
): void {
  const isOther = present !== undefined && present.definition.name !== name;
  if (isOther || (present !== undefined && known === 'new')) {
    const says = `There is ${kind === 'event' ? 'an event' : 'an attribute'} "${present.definition.name}" already. Choose another name, or change that one.`;
    throw new Problem('event_exists', says);
  }
  if (known === undefined || known === 'new') return;
  if (present?.revision === known) return;
  const now = present
    ? `by ${present.author === 'cli' ? 'the command line' : 'a program'}; its revision is ${present.revision}, not ${known}`
    : 'deleted';
  throw new Problem(
    'event_changed',
    `The ${kind} "${name.slice(0, 80)}" was changed meanwhile (${now}). Load it again and repeat your change.`,
  );
}

/** @throws Problem `event_unknown` */
export function findEvent(events: readonly EventDefinition[], name: string): EventDefinition {
  const found = events.find((one) => keyOf(one.name) === keyOf(name));
  if (found) return found;
  throw unknown('event', name, events);
}

/** The definitions with one of them replaced, or added at the end. */
export function withDefinition(
  events: readonly EventDefinition[],
  name: string,
  definition: EventDefinition,
): EventDefinition[] {
  const place = events.findIndex((one) => keyOf(one.name) === keyOf(name));
  const given = { ...definition, name: events[place]?.name ?? name };
  return place === -1 ? [...events, given] : events.with(place, given);
}

/** The events that an event needs, and these need, and that are not published. */
export function unpublishedNeeds(drafts: Drafts, published: EventSet, name: string): string[] {
  const inForce = new Set(published.events.map((one) => one.name));
  const { events } = closureOf({ version: 0, ...mutable(drafts) }, name);
  return events.map((one) => one.name).filter((one) => !inForce.has(one) && one !== name);
}

const mutable = ({ events, attributes }: Drafts) => ({
  events: [...events],
  attributes: [...attributes],
});

/** @throws Problem `request_invalid` */
export function refuseTooMany(kind: DraftKind, count: number): void {
  const max = kind === 'event' ? eventLimits.definitionsMax : eventLimits.attributesMax;
  if (count < max) return;
  throw new Problem(
    'request_invalid',
    `There are ${max} ${kind}s, which is the most. Delete some first.`,
  );
}

/** Who needs a definition: among the drafts, or among what is published. */
export function whoNeeds(
  kind: DraftKind,
  name: string,
  drafts: Drafts,
  published: EventSet,
): string[] {
  const within = (events: readonly EventDefinition[]) => {
    if (kind === 'event') return dependentsOf([name], events);
    const reading = events
      .filter((one) => needsOf(one).hitAttributes.has(name))
      .map((one) => one.name);
    return [...reading, ...dependentsOf(reading, events)];
  };
  return [...new Set([...within(published.events), ...within(drafts.events)])];
}

/** The drafts that have to be written so that they are as in a set: all of it, or one event with what it lacks. */
export function draftsAsIn(
  set: EventSet,
  drafts: StoredDrafts,
  only: string | undefined,
): (NamedDraft & { position: number })[] {
  const changed = <D extends EventDefinition | HitAttribute>(
    list: readonly D[],
    present: readonly StoredDraft<D>[],
  ) =>
    list.flatMap((definition, index) => {
      const place = present.findIndex((one) => sameName(one.definition, definition));
      const same = canonicalJson(present[place]?.definition) === canonicalJson(definition);
      return same ? [] : [{ definition, position: place === -1 ? present.length + index : place }];
    });
  const events = only === undefined ? set.events : set.events.filter(({ name }) => name === only);
  const wanted = new Set(events.flatMap((one) => [...needsOf(one).hitAttributes]));
  const attributes =
    only === undefined ? set.attributes : set.attributes.filter(({ name }) => wanted.has(name));
  return [
    ...changed(attributes, drafts.attributes).map((one) => ({
      kind: 'attribute' as const,
      ...one,
    })),
    ...changed(events, drafts.events).map((one) => ({ kind: 'event' as const, ...one })),
  ];
}

/** The present set with one event as it was in an old one; attributes that it needs come along where they are gone. */
export function withOneOf(old: EventSet, present: EventSet, name: string): EventSet {
  const was = old.events.find((one) => keyOf(one.name) === keyOf(name));
  if (was === undefined) {
    const says = `The event "${name.slice(0, 80)}" was not published in version ${old.version}.`;
    throw new Problem('event_unknown', `${says} See: canister event history`);
  }
  const known = new Set(present.attributes.map((one) => one.name));
  const needed = needsOf(was).hitAttributes;
  const back = old.attributes.filter((one) => needed.has(one.name) && !known.has(one.name));
  const place = present.events.findIndex((one) => one.name === was.name);
  const events = place === -1 ? [...present.events, was] : present.events.with(place, was);
  return { version: present.version, attributes: [...present.attributes, ...back], events };
}

/** The names of all events: those of the set in its order, then the others. */
export const orderOf = (set: EventSet, drafts: StoredDrafts): string[] => [
  ...new Set([...set.events, ...plain(drafts).events].map(({ name }) => name)),
];

export const noVersion = (version: number) =>
  new Problem(
    'event_unknown',
    `No set of events has the version ${version}. See: canister event history`,
  );
