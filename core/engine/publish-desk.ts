/** When the days of a dataset that have changed are published: soon, but never so often that it costs much. */
import { publishedSince } from '../canisters/retention.ts';
import type { Clock } from '../clock.ts';
import type { Published } from '../contract/published.ts';
import type { DatasetEngine } from './dataset-engine.ts';
import { inOrder } from './in-order.ts';

/** After each publishing there is a pause of so many times what it took: five parts in a hundred of one core. */
const pauseFactor = 20;
const pauseMsMin = 5_000;

export interface PublishDesk {
  /** Publishes what has changed, now. */
  publish(dataset: DatasetEngine): Promise<Published>;
  /** Publishes those of which something waits for it, the pause after their last time being over. */
  publishDue(datasets: Iterable<DatasetEngine>): Promise<void>;
}

/** @param elapsedMs counts on whatever the clock does */
export function createPublishDesk(clock: Clock, elapsedMs: () => number): PublishDesk {
  const nextAt = new Map<string, number>();
  const publishedFrom = new Map<string, string | undefined>();
  const sinceOf = ({ retention, timeZone }: DatasetEngine['config']) =>
    publishedSince(retention ?? {}, timeZone, clock());

  async function publish({ analytics, config }: DatasetEngine): Promise<Published> {
    const { slug } = config;
    const startedAt = elapsedMs();
    const since = sinceOf(config);
    const { manifest, written } = await analytics.publish(clock(), since);
    publishedFrom.set(slug, since);
    const tookMs = elapsedMs() - startedAt;
    if (written.length > 0)
      nextAt.set(slug, elapsedMs() + Math.max(pauseMsMin, tookMs * pauseFactor));
    const { files, asOf, number } = manifest;
    const sum = (name: 'rows' | 'bytes') => files.reduce((total, one) => total + one[name], 0);
    return {
      asOf,
      number,
      days: new Set(files.map(({ day }) => day)).size,
      files: files.length,
      rows: sum('rows'),
      bytes: sum('bytes'),
      written,
      elapsedMs: Math.round(tookMs),
    };
  }

  function isDue({ analytics, config }: DatasetEngine): boolean {
    const { slug } = config;
    // After a start that is not known: days may have gone by meanwhile.
    const hasMoved = publishedFrom.get(slug) !== sinceOf(config);
    return (analytics.isUnpublished() || hasMoved) && elapsedMs() >= (nextAt.get(slug) ?? 0);
  }

  return {
    publish,
    async publishDue(datasets) {
      const due = [...datasets].filter(isDue);
      // One that cannot be read keeps no other from being published.
      await inOrder(due.map((one) => () => (one.failure === undefined ? publish(one) : undefined)));
    },
  };
}
