/** What is kept no longer goes: once an hour by the rules of each dataset, and at once when they are changed. */
import { keptFrom, publishedSince } from '../canisters/retention.ts';
import type { Clock } from '../clock.ts';
import type { DatasetEngine } from './dataset-engine.ts';
import type { Engine } from './engine.ts';
import type { PublishDesk } from './publish-desk.ts';

const retainEveryMs = 3_600_000;

export interface RetentionDesk {
  /** Once an hour, and at the start: that finishes what was killed. */
  retainIfDue(): Promise<void>;
  /** As `Engine.retain`. */
  retain(dataset: DatasetEngine, ...rest: RetainRest): ReturnType<Engine['retain']>;
}

type RetainRest = Parameters<Engine['retain']> extends [string, ...infer Rest] ? Rest : never;

export function createRetentionDesk(
  datasets: ReadonlyMap<string, DatasetEngine>,
  publishing: Pick<PublishDesk, 'publish'>,
  clock: Clock,
): RetentionDesk {
  let retainedAt = Number.NEGATIVE_INFINITY;
  return {
    async retainIfDue() {
      const nowMs = clock();
      if (nowMs - retainedAt < retainEveryMs) return;
      retainedAt = nowMs;
      for (const dataset of datasets.values()) {
        const { config, commit } = dataset;
        if (config.retention === undefined || dataset.failure !== undefined) continue;
        await commit.retain(config.retention, nowMs, true).catch((error) => {
          if (dataset.failure === undefined) throw error;
        });
      }
    },
    async retain(dataset, rules, apply) {
      const { timeZone, retention } = dataset.config;
      const nowMs = clock();
      const goes = (days: readonly string[], from = '') => days.filter((day) => day < from);
      const indexDays = goes(dataset.index?.days() ?? [], keptFrom(rules.keepIndexDays, nowMs));
      const since = publishedSince(rules, timeZone, nowMs);
      const publishedDays = goes(dataset.analytics.publishedDays(), since);
      if (apply) dataset.config = { ...dataset.config, retention: rules };
      const gone = await dataset.commit.retain(rules, nowMs, apply);
      // The index follows with its next step; files that others read go at once.
      const isPublishedRule =
        (rules.keepPublishedDays ?? retention?.keepPublishedDays) !== undefined;
      if (apply && isPublishedRule) await publishing.publish(dataset);
      return { ...gone, indexDays, publishedDays };
    },
  };
}
