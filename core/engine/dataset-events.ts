/** The events of one dataset while the engine runs: the set in force, and how definitions are doing. */
import type { EventSet } from '../contract/event.ts';
import type { EventStatus } from '../contract/status.ts';
import { type CompiledEventSet, compileEventSet } from '../events/compile.ts';
import type { EventSets } from '../events/event-sets.ts';
import { standardEventSet } from '../events/standard-events.ts';

export interface DatasetEvents {
  /** What sessions that begin now are evaluated by. */
  current(): CompiledEventSet;
  /** Takes a set that is about to be published. @throws Problem `event_invalid` */
  prepare(set: EventSet): void;
  /** Sessions that begin from now on are evaluated by this version. */
  use(version: number): Promise<void>;
  figures(): EventStatus;
}

/** @param version in force where reading begins; undefined where none was ever published */
export async function openDatasetEvents(
  { slug, timeZone }: { slug: string; timeZone: string },
  sets: EventSets,
  version: number | undefined,
): Promise<DatasetEvents> {
  const compiled = new Map<number, CompiledEventSet>();
  let problem: string | undefined;

  function take(set: EventSet): CompiledEventSet {
    const known = compiled.get(set.version);
    if (known) return known;
    const made = compileEventSet(set, { timeZone });
    compiled.set(set.version, made);
    return made;
  }

  async function find(wanted: number | undefined): Promise<CompiledEventSet> {
    if (wanted === undefined || wanted === standardEventSet.version) return take(standardEventSet);
    return compiled.get(wanted) ?? take(await sets.read(slug, wanted));
  }

  /** Hits must not wait because definitions are gone, as with an older backup of the settings. */
  async function findOrKeep(wanted: number | undefined, otherwise: () => CompiledEventSet) {
    try {
      const found = await find(wanted);
      problem = undefined;
      return found;
    } catch (error) {
      const kept = otherwise();
      problem = `Version ${wanted} of the events cannot be used, ${kept.version} stays in force: ${(error as Error).message}`;
      return kept;
    }
  }

  let current = await findOrKeep(version, () => take(standardEventSet));
  return {
    current: () => current,
    prepare: (set) => void take(set),
    async use(wanted) {
      current = await findOrKeep(wanted, () => current);
      // Sessions that are open hold on to theirs.
      for (const version of compiled.keys())
        if (version < current.version) compiled.delete(version);
    },
    figures() {
      const all = [...compiled.values()].map(({ failures }) => failures);
      const lastFault = current.failures.last ?? all.find(({ last }) => last !== undefined)?.last;
      return {
        version: current.version,
        failed: all.reduce((sum, { count }) => sum + count, 0),
        ...(lastFault === undefined ? {} : { lastFault }),
        ...(problem === undefined ? {} : { problem }),
      };
    },
  };
}
