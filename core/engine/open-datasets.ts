/**
 * The datasets that are open, and those that are held: a dataset whose stores cannot be opened, or fail while it is
 * in use, is put aside, and the others go on. Nothing of it is pruned: its hits wait in the inbox.
 */
import type { MakeAnew } from '../analytics/analytics-store.ts';
import type { Clock } from '../clock.ts';
import { Problem } from '../contract/problem.ts';
import type { SessionLimits } from '../contract/session.ts';
import { isDiskFull } from '../disk-full.ts';
import type { PlaceOf } from '../hits/enrichment.ts';
import type { Pipeline } from '../pipeline.ts';
import type { DatasetConfig } from '../settings/datasets.ts';
import type { InboxSource } from '../sources/inbox-source.ts';
import {
  type DatasetEngine,
  type DatasetPart,
  type OpenEvents,
  type OpenStores,
  openDatasetEngine,
  useHosts,
} from './dataset-engine.ts';
import type { SessionCommit } from './session-commit.ts';
import { Cancelled } from './upkeep-desk.ts';

/** How datasets are held. Without these rules one that fails stops the engine. */
export interface HoldingRules {
  /** A dataset that failed while it was in use is opened again after so long: a disk may be well again. */
  retryAfterMs: number;
  /** The inbox position up to which a dataset was stored at its last checkpoint; 0 without one. */
  lastLow: (slug: string) => Promise<number>;
}

export interface HeldDataset {
  slug: string;
  /** Why, and what to do. */
  reason: string;
  /** Epoch milliseconds. */
  since: number;
}

export interface OpenDatasets {
  /** The open ones by slug, as the pipeline drives them. */
  readonly open: Map<string, DatasetEngine>;
  /** Opens those that are there at the start. @throws what keeps all from being opened, such as `data_newer` */
  openAll(configs: readonly DatasetConfig[]): Promise<void>;
  /** Opens one, for the caller to put into the pipeline. */
  openOne(config: DatasetConfig): Promise<DatasetEngine>;
  /** Closes one that is open, or held, for good. @throws Problem `dataset_unknown` */
  close(slug: string, pipeline: Pipeline): Promise<void>;
  /** That of one that is open, or held. @throws Problem `dataset_unknown` */
  timeZone(slug: string): string;
  /** Gives one that is open, or held, other hosts of its own. Called between two steps. */
  useHosts(slug: string, hosts: readonly string[]): void;
  /** Opens one anew with other settings: what is active comes out of the inbox again. When that fails it is as it was. */
  openAnew(slug: string, pipeline: Pipeline, part: DatasetPart): Promise<void>;
  /** Opens one with other tables, made out of its canister. When that fails it is open, or held, as it was. */
  makeAnew(slug: string, pipeline: Pipeline, how: MakeAnew): Promise<DatasetEngine>;
  /** @throws Problem `dataset_unknown` or `dataset_held` */
  find(slug: string): DatasetEngine;
  held(): HeldDataset[];
  /** Makes sure that no new hit gets a position at which a dataset, open or held, has stored one already. */
  keepPositionsApart(inbox: InboxSource): Promise<void>;
  /** Puts aside what has failed, and opens again what is due. Called between two steps. */
  tend(pipeline: Pipeline): Promise<void>;
}

interface Held extends HeldDataset {
  config: DatasetConfig;
  retryAt?: number;
  /** Its tables would open, and fail again: others are made instead. */
  isDamaged: boolean;
}

const nextSteps = {
  retry: 'It is opened again by itself as soon as that works.',
  restart: 'When that is mended, stop Canister and start it again.',
  wait: '',
} as const;

const unaccepted: MakeAnew = { acceptLoss: false, kept: () => {} };

/** Of tables that cannot be read to their end. */
export const haveDamage = (error: unknown) =>
  error instanceof Problem && error.code === 'tables_damaged';

/** More hits than this are never stored between two checkpoints. */
const positionsSinceCheckpointMax = 1_000_000_000;

export function createOpenDatasets(options: {
  openStores: OpenStores;
  openEvents: OpenEvents;
  clock: Clock;
  holding: HoldingRules | undefined;
  /** Takes the time of storing. */
  timed: <T>(work: () => Promise<T>) => Promise<T>;
  /** What one session may hold, where it is not the usual. */
  sessionLimits: SessionLimits | undefined;
  /** Is told of a dataset that was opened, also of one that is opened again. */
  opened: (dataset: DatasetEngine) => void;
  /** Says where addresses are. */
  placeOf?: PlaceOf | undefined;
}): OpenDatasets {
  const { openStores, openEvents, clock, holding, timed, sessionLimits, opened, placeOf } = options;
  const open = new Map<string, DatasetEngine>();
  const held = new Map<string, Held>();

  async function openOne(config: DatasetConfig, anew?: MakeAnew): Promise<DatasetEngine> {
    const dataset = await openDatasetEngine(
      config,
      openStores,
      sessionLimits,
      openEvents,
      placeOf,
      anew,
    );
    dataset.commit = watch(dataset.commit, timed, (error) => {
      if (holding && !isDiskFull(error)) dataset.failure ??= error;
    });
    opened(dataset);
    return dataset;
  }

  function find(slug: string): DatasetEngine {
    const found = open.get(slug);
    if (found) return found;
    const { reason } = held.get(slug) ?? {};
    if (reason !== undefined) {
      throw new Problem(
        'dataset_held',
        `The dataset ${slug} is held, and its hits wait in the inbox: ${reason}`,
      );
    }
    throw unknown(slug);
  }

  function unknown(slug: string): Problem {
    const names = [...open.keys(), ...held.keys()].sort().join(', ');
    return new Problem(
      'dataset_unknown',
      `No dataset is called "${slug}". ${names ? `There are: ${names}.` : `Make it with: canister dataset create ${slug}`}`,
    );
  }

  /** Closed, it holds nothing that others have to wait for. */
  async function openAgain(
    slug: string,
    pipeline: Pipeline,
    how: { why: string; part?: DatasetPart; anew?: MakeAnew },
  ): Promise<DatasetEngine> {
    const { config } = find(slug);
    hold(config, new Error(how.why), 'wait');
    await pipeline.remove(slug);
    const openBy = async (asked: DatasetConfig, anew?: MakeAnew) => {
      const dataset = await openOne(asked, anew);
      await pipeline.add(dataset);
      held.delete(slug);
      return dataset;
    };
    try {
      return await openBy({ ...config, ...how.part }, how.anew);
    } catch (error) {
      await openBy(config).catch((why) => hold(config, why as Error, 'retry'));
      throw error;
    }
  }

  function hold(config: DatasetConfig, why: Error, next: keyof typeof nextSteps): void {
    const { slug } = config;
    const known = held.get(slug);
    const said = why.message.split('\n', 1)[0] ?? '';
    held.set(slug, {
      slug,
      config,
      reason: `${said}${said.endsWith('.') ? '' : '.'} ${nextSteps[next]}`.trim(),
      since: known?.since ?? clock(),
      isDamaged: known?.isDamaged === true || haveDamage(why),
      ...(next === 'retry' && holding ? { retryAt: clock() + holding.retryAfterMs } : {}),
    });
  }

  /** A newer version's folder is not for this one; and a full disk is the same for all. */
  const isOfAll = (error: unknown) =>
    isDiskFull(error) || (error instanceof Problem && error.code === 'data_newer');

  return {
    open,
    openOne,
    async openAll(configs) {
      for (const config of configs) {
        try {
          open.set(config.slug, await openOne(config));
        } catch (error) {
          if (holding === undefined || isOfAll(error)) throw error;
          hold(config, error as Error, 'restart');
        }
      }
    },
    find,
    async close(slug, pipeline) {
      const dataset = open.get(slug);
      if (!held.delete(slug) && dataset === undefined) throw unknown(slug);
      await pipeline.remove(slug);
      // What waits for its turn on it meets that.
      if (dataset) dataset.failure ??= unknown(slug);
    },
    timeZone(slug) {
      const { config } = open.get(slug) ?? held.get(slug) ?? {};
      if (config === undefined) throw unknown(slug);
      return config.timeZone;
    },
    useHosts(slug, hosts) {
      const dataset = open.get(slug);
      if (dataset) useHosts(dataset, hosts);
      const { config } = held.get(slug) ?? {};
      if (config) config.hosts = [...hosts];
    },
    async openAnew(slug, pipeline, part) {
      await openAgain(slug, pipeline, { why: 'It is being opened with another time zone.', part });
    },
    makeAnew: (slug, pipeline, anew) =>
      openAgain(slug, pipeline, { why: 'Its tables are being made anew.', anew }),
    held: () => [...held.values()].map(({ slug, reason, since }) => ({ slug, reason, since })),
    async keepPositionsApart(inbox) {
      for (const { low, closedThrough } of open.values())
        await inbox.startAbove([...closedThrough.values()].reduce((a, b) => Math.max(a, b), low));
      for (const slug of held.keys()) {
        const low = (await holding?.lastLow(slug)) ?? 0;
        if (low > 0) await inbox.startAbove(low + positionsSinceCheckpointMax);
      }
    },
    async tend(pipeline) {
      for (const { config, failure } of open.values()) {
        // One that is held is being made anew.
        if (failure === undefined || held.has(config.slug)) continue;
        await pipeline.remove(config.slug);
        hold(config, failure, 'retry');
      }
      for (const { slug, config, retryAt, isDamaged } of held.values()) {
        if (retryAt === undefined || clock() < retryAt) continue;
        try {
          const dataset = await openOne(config, isDamaged ? unaccepted : undefined);
          // Meanwhile it may have been closed for good.
          if (held.delete(slug)) await pipeline.add(dataset);
          else await dataset.close();
        } catch (error) {
          hold(config, error as Error, 'retry');
        }
      }
    },
  };
}

/** The commit protocol with an eye on it: stores that fail are told of, and what is refused by rule or cancelled is not. */
function watch(
  commit: SessionCommit,
  timed: <T>(work: () => Promise<T>) => Promise<T>,
  failed: (error: Error) => void,
): SessionCommit {
  async function watched<T>(work: () => Promise<T>, isRefusal = (_: unknown) => false): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isRefusal(error)) failed(error as Error);
      throw error;
    }
  }
  const isMeant = (error: unknown) => error instanceof Problem || error instanceof Cancelled;
  return {
    store: (...args) => watched(() => timed(() => commit.store(...args))),
    checkpoint: () => watched(() => commit.checkpoint()),
    rebuild: (...args) => watched(() => commit.rebuild(...args), isMeant),
    retain: (...args) => watched(() => commit.retain(...args), isMeant),
    changes: commit.changes,
    amend: (...args) => watched(() => commit.amend(...args), isMeant),
    alone: commit.alone,
    isPaused: () => commit.isPaused(),
  };
}
