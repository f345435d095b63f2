/** Datasets as administrators change them: made, renamed, given other hosts or another write key, and deleted. */
import type { Dataset, DatasetChange, DatasetInput } from '../contract/dataset.ts';
import { Problem } from '../contract/problem.ts';
import type { Source } from '../contract/source.ts';
import type { Subscription } from '../contract/subscription.ts';
import type { Engine } from '../engine/engine.ts';
import type { DatasetConfig, Datasets } from '../settings/datasets.ts';

export interface DatasetDesk {
  /** @throws Problem `dataset_exists` */
  create(input: DatasetInput): Promise<Dataset>;
  /** @throws Problem `upkeep_busy`, `dataset_held` for another time zone; nothing was changed then */
  change(slug: string, change: DatasetChange): Promise<Dataset>;
  renewWriteKey(slug: string): Promise<Dataset>;
  /**
   * Deletes a dataset with all that is kept of it. It is gone for everybody at once, and nothing is left of it when this
   * resolves; a start finishes what a crash has kept from it.
   * @throws Problem `dataset_in_use`, `upkeep_busy`; nothing was changed then
   */
  remove(slug: string): Promise<void>;
}

export function createDatasetDesk(options: {
  datasets: Datasets;
  engine: Pick<Engine, 'openDataset' | 'closeDataset' | 'changeDataset'>;
  /** Has the collector of this process know the datasets as they are now, and gives them all for the engine. */
  known: () => Promise<DatasetConfig[]>;
  /** Resolves when the hits that were taken so far are written. */
  written: () => Promise<void>;
  /** Removes what is kept of a dataset that is hidden and closed. */
  removal: { remove(slug: string): Promise<void> };
  /** Told of a dataset of which nothing is kept any more. */
  forgotten: (slug: string) => Promise<void>;
  sources: { list(): Promise<{ source: Pick<Source, 'name' | 'dataset'> }[]> };
  subscriptions: { list(): Promise<{ subscription: Pick<Subscription, 'name' | 'datasets'> }[]> };
}): DatasetDesk {
  const { datasets, engine, known, written, removal, forgotten, sources, subscriptions } = options;

  /** What names the dataset and would work no more without it. */
  async function needing(slug: string): Promise<string[]> {
    const ofSources = (await sources.list()).filter(({ source }) => source.dataset === slug);
    const digests = (await subscriptions.list()).filter(({ subscription }) =>
      subscription.datasets.includes(slug),
    );
    return [
      ...ofSources.map(({ source }) => `the source "${source.name}"`),
      ...digests.map(({ subscription }) => `the subscription "${subscription.name}"`),
    ];
  }

  async function open(slug: string): Promise<void> {
    const config = (await known()).find((one) => one.slug === slug);
    if (config) await engine.openDataset(config);
  }

  return {
    async create(input) {
      const dataset = await datasets.create(input);
      // Before the answer: hits of the new dataset find everything open.
      await open(dataset.slug);
      return dataset;
    },
    async change(slug, { hosts, ...rest }) {
      const before = await datasets.get(slug);
      const change = { ...rest, hosts: [...new Set(hosts)] };
      // Who may refuse it comes first: after a start all is as it is kept.
      await engine.changeDataset(slug, change);
      try {
        await datasets.change(slug, change);
      } catch (error) {
        await engine.changeDataset(slug, before);
        throw error;
      }
      await known();
      return await datasets.get(slug);
    },
    async renewWriteKey(slug) {
      await datasets.renewWriteKey(slug);
      await known();
      return await datasets.get(slug);
    },
    async remove(slug) {
      await datasets.get(slug);
      const needed = await needing(slug);
      if (needed.length > 0) {
        throw new Problem(
          'dataset_in_use',
          `The dataset ${slug} is needed by: ${needed.join(', ')}. Delete or change that first.`,
        );
      }
      await engine.closeDataset(slug);
      try {
        await datasets.hide(slug);
      } catch (error) {
        await open(slug);
        throw error;
      }
      await known();
      await written();
      await removal.remove(slug);
      await forgotten(slug);
    },
  };
}
