/** The published event sets of datasets, by version: a port. They never change once they are published. */
import type { EventSet } from '../contract/event.ts';
import { Problem } from '../contract/problem.ts';

export interface EventSets {
  /** @throws Problem `event_invalid` when there is no such version */
  read(slug: string, version: number): Promise<EventSet>;
  /** The version that was published last; undefined where none ever was: the standard events are in force then. */
  inForce(slug: string): Promise<number | undefined>;
}

/** Sets in memory. */
export interface MemoryEventSets extends EventSets {
  put(slug: string, set: EventSet): void;
}

export function memoryEventSets(): MemoryEventSets {
  const sets = new Map<string, Map<number, EventSet>>();
  return {
    put(slug, set) {
      const versions = sets.get(slug) ?? new Map<number, EventSet>();
      sets.set(slug, versions.set(set.version, set));
    },
    async read(slug, version) {
      const found = sets.get(slug)?.get(version);
      if (found) return found;
      throw new Problem('event_invalid', `The dataset ${slug} has no event set ${version}.`);
    },
    async inForce(slug) {
      const versions = [...(sets.get(slug)?.keys() ?? [])];
      return versions.length === 0 ? undefined : Math.max(...versions);
    },
  };
}
