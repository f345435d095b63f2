/**
 * Copies everything that is stored, at one moment: until the last of it is copied, nothing is stored and nothing leaves
 * the inbox. Hits are taken meanwhile as ever. What changes seldom is copied before, so that the standstill is short.
 */
import type { CopiedDataset } from '../contract/backup.ts';
import { Problem } from '../contract/problem.ts';
import type { Pipeline } from '../pipeline.ts';
import type { DatasetEngine } from './dataset-engine.ts';
import type { OpenDatasets } from './open-datasets.ts';
import type { UpkeepDesk } from './upkeep-desk.ts';

export interface StoresToCopy {
  shelf: Pick<OpenDatasets, 'open' | 'held'>;
  pipeline: Pick<Pipeline, 'between'>;
  upkeep: Pick<UpkeepDesk, 'refuseBusy'>;
  /** Copies the databases of all datasets into the same folder. */
  copyDatabases: ((root: string) => Promise<void>) | undefined;
}

/**
 * @param root of the copy: a new data folder
 * @throws Problem `dataset_held`, `upkeep_busy`
 */
export async function copyStores(
  { shelf, pipeline, upkeep, copyDatabases }: StoresToCopy,
  root: string,
): Promise<CopiedDataset[]> {
  if (copyDatabases === undefined) throw new Error('stores in memory are not copied');
  const [held] = shelf.held();
  if (held !== undefined)
    throw new Problem(
      'dataset_held',
      `The dataset ${held.slug} is held, so that no backup would be whole: ${held.reason}`,
    );
  const datasets = [...shelf.open.values()].sort((one, other) =>
    one.config.slug < other.config.slug ? -1 : 1,
  );
  const refuseBusy = () => {
    for (const { config } of datasets) upkeep.refuseBusy(config.slug);
  };
  refuseBusy();
  for (const dataset of datasets) await copiesOf(dataset).segments(root);
  return await pipeline.between(() =>
    allAlone(datasets, async () => {
      refuseBusy();
      const copied: CopiedDataset[] = [];
      for (const dataset of datasets) copied.push(await copyDataset(dataset, root));
      await copyDatabases(root);
      return copied;
    }),
  );
}

async function copyDataset(dataset: DatasetEngine, root: string): Promise<CopiedDataset> {
  const { commit, analytics, config } = dataset;
  const { segments, tables } = copiesOf(dataset);
  await segments(root);
  await commit.checkpoint();
  await tables(root);
  const { rows } = await analytics.query(
    'SELECT count(*), coalesce(sum(hits), 0) FROM store.all_sessions',
    [],
  );
  const [sessions, hits] = rows[0] ?? [];
  return { dataset: config.slug, sessions: Number(sessions), hits: Number(hits) };
}

/** Does something while nothing is stored in any of them. */
function allAlone<T>(
  [first, ...others]: readonly DatasetEngine[],
  work: () => Promise<T>,
): Promise<T> {
  return first === undefined ? work() : first.commit.alone(() => allAlone(others, work));
}

function copiesOf({ copies }: DatasetEngine) {
  if (copies) return copies;
  throw new Error('stores in memory are not copied');
}
