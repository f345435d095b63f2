/** Worlds with one dataset whose events a test publishes, closed after it. */
import { afterEach } from 'vitest';
import type { EventSet } from '../contract/event.ts';
import { type MemoryEventSets, memoryEventSets } from '../events/event-sets.ts';
import { eventSet, type TestEvent } from '../events/testing/event-session.ts';
import { createWorld, type World, type WorldOptions } from './world.ts';

export interface EventWorld {
  world: World;
  sets: MemoryEventSets;
  /** Puts these in force in the place of those before; the first ones are version 1. */
  publish(
    events: readonly TestEvent[],
    attributes?: Parameters<typeof eventSet>[1],
  ): Promise<EventSet>;
}

/** To be called once in a file. */
export function eventWorlds(): (options?: WorldOptions) => Promise<EventWorld> {
  const worlds: World[] = [];
  afterEach(async () => {
    for (const world of worlds.splice(0)) await world.close();
  });

  return async (options = {}) => {
    const sets = memoryEventSets();
    const world = await createWorld({ eventSets: sets, ...options });
    worlds.push(world);
    await world.dataset({ slug: 'shop' });
    let versions = 0;
    return {
      world,
      sets,
      async publish(events, attributes) {
        versions += 1;
        const set = { ...eventSet(events, attributes), version: versions };
        sets.put('shop', set);
        await world.engine.publishEvents('shop', set);
        return set;
      },
    };
  };
}

export const page = (path: string, more: object = {}) => ({
  url: `https://shop.example${path}`,
  ...more,
});
