/** Drafts and the published set → the set that would be published. */
import type { EventDefinition, EventSet, HitAttribute } from '../contract/event.ts';
import type { PublishInput } from '../contract/event-life.ts';
import { needsOf } from './dependencies.ts';

/** All definitions that are worked on, in their order. */
export interface Drafts {
  events: readonly EventDefinition[];
  attributes: readonly HitAttribute[];
}

/**
 * The next set: what is published, with the chosen drafts in the place of what was. Without a choice all drafts are
 * taken, and nothing else. The order is that of the drafts.
 * @param chosen names that exist among the drafts
 */
export function candidateSet(drafts: Drafts, published: EventSet, chosen: PublishInput): EventSet {
  const version = published.version + 1;
  if (chosen.events === undefined && chosen.attributes === undefined)
    return { version, attributes: [...drafts.attributes], events: [...drafts.events] };
  const events = new Set(chosen.events);
  const attributes = new Set(chosen.attributes);
  for (const definition of drafts.events)
    if (events.has(definition.name))
      for (const name of needsOf(definition).hitAttributes) attributes.add(name);
  return {
    version,
    attributes: merge(drafts.attributes, published.attributes, attributes),
    events: merge(drafts.events, published.events, events),
  };
}

function merge<T extends { name: string }>(
  drafts: readonly T[],
  published: readonly T[],
  chosen: ReadonlySet<string>,
): T[] {
  const before = new Map(published.map((one) => [one.name, one]));
  const known = new Set(drafts.map(({ name }) => name));
  const inOrder = drafts.flatMap((draft) => {
    if (chosen.has(draft.name)) return [draft];
    const was = before.get(draft.name);
    return was === undefined ? [] : [was];
  });
  return [...inOrder, ...published.filter(({ name }) => !known.has(name))];
}
