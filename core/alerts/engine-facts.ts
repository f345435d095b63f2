/** Answers what alerts ask, from the engine's own datasets. */
import type { AnalyticsStore } from '../analytics/analytics-store.ts';
import type { Session } from '../contract/session.ts';
import type { AlertFacts } from './alert-facts.ts';
import { readCells, readFirstAt, readTally } from './occurrence-sql.ts';
import type { WatchBook } from './watch-book.ts';

/** What this needs of a dataset. */
export interface WatchedDataset {
  config: { idleTimeoutMs: number };
  analytics: Pick<AnalyticsStore, 'query'>;
  watched: WatchBook;
  active: { values(): Iterable<{ session: Session }> };
  ended: readonly { session: Session }[];
}

/**
 * @param between does something while no hit moves
 * @param throughMs the time up to which every hit that was taken has been read
 */
export function engineFacts(options: {
  find: (slug: string) => WatchedDataset;
  between: <T>(work: () => Promise<T>) => Promise<T>;
  throughMs: () => Promise<number>;
}): AlertFacts {
  const { find, between, throughMs } = options;

  function* unstored({ active, ended }: WatchedDataset) {
    const isCounted = ({ session }: { session: Session }) => session.hits.length > 0;
    for (const one of active.values())
      if (isCounted(one)) yield { session: one.session, isOver: false };
    for (const one of ended) if (isCounted(one)) yield { session: one.session, isOver: true };
  }

  return {
    async live(slug, requests) {
      // Before the book is read: what is read meanwhile is in it, and nothing that was read before is missing.
      const atMs = await throughMs();
      if (find(slug).watched.lacks(requests)) {
        await between(async () => {
          const dataset = find(slug);
          const { analytics, config } = dataset;
          await dataset.watched.begin(requests, atMs, {
            stored: (span, cellMs) => readCells(analytics, span, cellMs, config),
            unstored: () => unstored(dataset),
            idleTimeoutMs: config.idleTimeoutMs,
          });
        });
      }
      return { throughMs: atMs, tallies: find(slug).watched.read(requests, atMs) };
    },
    async past(slug, requests) {
      const { analytics, config } = find(slug);
      const tallies = [];
      for (const request of requests) tallies.push(await readTally(analytics, request, config));
      return { firstAt: await readFirstAt(analytics), tallies };
    },
    async cells(slug, request, cellMs) {
      const { analytics, config } = find(slug);
      return await readCells(analytics, request, cellMs, config);
    },
  };
}
