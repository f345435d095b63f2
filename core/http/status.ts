/** /api/status: the state of everything, in figures. */
import { everything } from '../contract/rights.ts';
import {
  type Alarm,
  type CommitDurations,
  type DiskStatus,
  type HitCounts,
  type Status,
  statusSchema,
} from '../contract/status.ts';
import { type Durations, durationBoundsSeconds } from '../engine/duration-book.ts';
import type { Engine } from '../engine/engine.ts';
import type { Datasets } from '../settings/datasets.ts';
import { mayDo } from './caller.ts';
import { createRoute, json, newRoutes, otherwise } from './routes.ts';

export interface StatusOptions {
  engine: Engine;
  datasets: Datasets;
  version: string;
  startedAt: number;
  /** What became of hits, by dataset. */
  hitCounts: () => Promise<ReadonlyMap<string, HitCounts>>;
  /** What is wrong at present. */
  alarms: () => Alarm[];
  /** The room on the disk; undefined until it was first looked at. */
  disk: () => DiskStatus | undefined;
}

const none: HitCounts = { received: 0, accepted: 0, duplicate: 0, excluded: 0, bad: 0 };

const statusRoute = createRoute({
  method: 'get',
  path: '/status',
  summary: 'The state of everything, in figures',
  responses: {
    200: json(
      statusSchema,
      'Hits by dataset, and how far the engine is; alarms for who may read all datasets.',
    ),
    ...otherwise,
  },
});

export function statusRoutes({
  engine,
  datasets,
  version,
  startedAt,
  hitCounts,
  alarms,
  disk,
}: StatusOptions) {
  return newRoutes().openapi(statusRoute, async (c) => {
    const counts = await hitCounts();
    const all = (await datasets.list()).filter(({ slug }) => mayDo(c, 'read', slug));
    // What an alarm says may name any dataset.
    const hearsAlarms = mayDo(c, 'read', everything);
    const figures = await Promise.all(all.map(({ slug }) => engine.figures(slug)));
    const room = disk();
    const status: Status = {
      unassigned: counts.get('') ?? none,
      version,
      startedAt,
      alarms: hearsAlarms ? alarms() : [],
      waitingHits: await engine.waitingHits(),
      ...(await engine.load()),
      commits: describeCommits((await engine.measures()).commits),
      ...(room === undefined ? {} : { disk: room }),
      datasets: all.map(({ slug }, index) => {
        const { lastHitAt, ...rest } = figures[index] ?? {
          activeSessions: 0,
          storedSessions: 0,
          storedHits: 0,
          lastHitAt: undefined,
        };
        return {
          slug,
          counts: counts.get(slug) ?? none,
          ...rest,
          ...(lastHitAt === undefined ? {} : { lastHitAt }),
        };
      }),
    };
    return c.json(status, 200);
  });
}

function describeCommits({ count, sumSeconds, withinBounds }: Durations): CommitDurations {
  const within = durationBoundsSeconds.map((boundSeconds, index) => ({
    boundSeconds,
    count: withinBounds[index] ?? 0,
  }));
  return { count, sumSeconds, within };
}
