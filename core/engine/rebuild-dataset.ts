/** The tables of a running dataset made anew: beside the present ones, or in their place where those are damaged. */
import { fingerprintOf } from '../analytics/fingerprint.ts';
import type { Report } from '../canisters/long-term.ts';
import type { RebuildResult } from '../contract/upkeep.ts';
import type { Pipeline } from '../pipeline.ts';
import type { DatasetEngine } from './dataset-engine.ts';
import { rebuildByRules } from './hit-rules-desk.ts';
import type { ImportDesk } from './import-desk.ts';
import { haveDamage, type OpenDatasets } from './open-datasets.ts';

export async function rebuildDataset(
  dataset: DatasetEngine,
  options: {
    acceptLoss: boolean;
    report: Report | undefined;
    shelf: OpenDatasets;
    pipeline: Pipeline;
    imports: ImportDesk;
  },
): Promise<RebuildResult> {
  const { acceptLoss, report, shelf, pipeline, imports } = options;
  const { slug } = dataset.config;
  try {
    return await rebuildByRules(dataset, acceptLoss, report);
  } catch (error) {
    if (!haveDamage(error)) throw error;
  }
  let keptAs: string | undefined;
  const kept = (name: string) => {
    keptAs = name;
  };
  const made = await imports.alone(slug, () =>
    shelf.makeAnew(slug, pipeline, { acceptLoss, report, kept }),
  );
  const isRuled = made.rules.current.rules.version > 0;
  const after = isRuled
    ? (await rebuildByRules(made, acceptLoss)).after
    : await fingerprintOf(made.analytics.query);
  return { after, equal: false, ...(keptAs === undefined ? {} : { keptAs }) };
}
