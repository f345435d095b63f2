/** What is done for one visitor: what is kept of them, and its erasure. */
import type { ErasePlace } from '../canisters/erase-place.ts';
import { isOfVisitor } from '../canisters/visitor-traces.ts';
import type { Erasure, VisitorChoice, VisitorFigures } from '../contract/erasure.ts';
import { Problem } from '../contract/problem.ts';
import type { Pipeline } from '../pipeline.ts';
import type { ErasureBook } from '../settings/erasures.ts';
import type { VisitorHits } from '../sources/visitor-hits.ts';
import type { DatasetEngine } from './dataset-engine.ts';
import {
  eraseVisitor,
  keysOf,
  proveErased,
  sessionsAtHand,
  storedSessionsOf,
} from './erase-visitor.ts';
import type { ImportDesk } from './import-desk.ts';
import type { UpkeepDesk } from './upkeep-desk.ts';

export interface VisitorDesk {
  /** Ids of all sessions of a visitor, active ones last. */
  sessionsOf(dataset: DatasetEngine, choice: VisitorChoice): Promise<string[]>;
  figures(dataset: DatasetEngine, choice: VisitorChoice): Promise<VisitorFigures>;
  /** @throws Problem `upkeep_busy`, `visitor_unknown` */
  begin(dataset: DatasetEngine, choice: VisitorChoice): Promise<Erasure>;
  list(dataset: DatasetEngine): Promise<Erasure[]>;
  /** Goes on with an erasure that was killed. */
  resume(dataset: DatasetEngine): void;
}

/** The stores that an erasure needs besides those of the dataset. */
export interface ErasureStores {
  book: ErasureBook;
  hits: VisitorHits;
}

export function createVisitorDesk(options: {
  stores: ErasureStores;
  pipeline: Pipeline;
  imports: ImportDesk;
  upkeep: UpkeepDesk;
}): VisitorDesk {
  const { stores, pipeline, imports, upkeep } = options;
  const { book, hits } = stores;

  const atHand = (dataset: DatasetEngine, choice: VisitorChoice) => {
    const keys = new Set(keysOf(dataset, choice));
    return sessionsAtHand(dataset).filter((kept) => isOfVisitor(keys, kept));
  };

  async function isKnown(dataset: DatasetEngine, choice: VisitorChoice): Promise<boolean> {
    const keys = keysOf(dataset, choice);
    if ((await storedSessionsOf(dataset, keys)).length > 0 || atHand(dataset, choice).length > 0)
      return true;
    for await (const { hit } of hits.all(dataset.config.slug))
      if (keys.includes(hit.visitor ?? '') || (choice.user ?? null) === hit.userId) return true;
    return false;
  }

  function start(dataset: DatasetEngine, place: ErasePlace, number: number): void {
    const { slug } = dataset.config;
    upkeep.begin('erase', slug, async () => {
      try {
        const work = () => eraseVisitor(dataset, place, hits);
        const erased = await imports.alone(slug, () => pipeline.again(dataset, work));
        await hits.scrub();
        const report = { ...erased, proof: await proveErased(dataset, place) };
        await book.end(number, { report });
        place.clear();
        return report;
      } catch (error) {
        await book.end(number, { reason: (error as Error).message });
        throw error;
      }
    });
  }

  return {
    async sessionsOf(dataset, choice) {
      const stored = await storedSessionsOf(dataset, keysOf(dataset, choice));
      return [...new Set([...stored, ...atHand(dataset, choice).map(({ session }) => session.id)])];
    },
    async figures(dataset, choice) {
      const stored = await storedSessionsOf(dataset, keysOf(dataset, choice));
      const { rows } = await dataset.analytics.query(
        `SELECT coalesce(sum(hits), 0) FROM store.all_sessions
         WHERE list_contains(string_split($1, ','), replace(session_id::VARCHAR, '-', ''))`,
        [stored.join(',')],
      );
      const activeSessions = atHand(dataset, choice).length;
      return { sessions: stored.length, hits: Number(rows[0]?.[0]), activeSessions };
    },
    async begin(dataset, choice) {
      const { slug } = dataset.config;
      const place = placeIn(dataset);
      upkeep.refuseBusy(slug);
      if (place.note() !== undefined) {
        throw new Problem(
          'upkeep_busy',
          `An erasure in ${slug} has not come through yet. Start the server again: it goes on with it.`,
        );
      }
      if (!(await isKnown(dataset, choice))) {
        throw new Problem(
          'visitor_unknown',
          `The dataset ${slug} holds nothing of this visitor. Take the key from a session, or name a user.`,
        );
      }
      const erasure = await book.add(slug);
      place.write({ number: erasure.number, keys: keysOf(dataset, choice), choice });
      start(dataset, place, erasure.number);
      return erasure;
    },
    list: ({ config }) => book.list(config.slug),
    resume(dataset) {
      const note = dataset.erasePlace?.note();
      if (note !== undefined && dataset.erasePlace) start(dataset, dataset.erasePlace, note.number);
    },
  };
}

function placeIn({ erasePlace, config }: DatasetEngine): ErasePlace {
  if (erasePlace) return erasePlace;
  throw new Error(`the stores of ${config.slug} have no place for an erasure`);
}
