/** The datasets as this server has them: for the collector by write key, for the engine with the settings in force. */
import type { Config } from '../core/config.ts';
import type { Dataset, DatasetEntry } from '../core/contract/dataset.ts';
import { retentionRulesSchema } from '../core/contract/upkeep.ts';
import type { DatasetConfig, Datasets } from '../core/settings/datasets.ts';

export interface DatasetsInForce {
  /** Reads them anew, after a change, and gives them all for the engine. */
  read(): Promise<DatasetConfig[]>;
  find(writeKey: string): DatasetEntry | undefined;
  entries(): DatasetEntry[];
  timeZone(slug: string): string | undefined;
}

/** @param config with an idle timeout that goes before each dataset's own */
export function createDatasetsInForce(
  datasets: Pick<Datasets, 'list' | 'entries'>,
  config: Pick<Config, 'idleTimeoutMs'>,
): DatasetsInForce {
  const directory = new Map<string, DatasetEntry>();
  const timeZones = new Map<string, string>();
  const inForce = (entry: DatasetEntry, dataset: Dataset): DatasetConfig => ({
    slug: entry.slug,
    hosts: entry.hosts,
    addressSecret: entry.addressSecret,
    timeZone: dataset.timeZone,
    idleTimeoutMs: config.idleTimeoutMs ?? dataset.idleTimeoutMs,
    cutAtMidnight: dataset.cutAtMidnight,
    cutOnNewCampaign: dataset.cutOnNewCampaign,
    retention: retentionRulesSchema.parse(dataset),
    index: dataset.index,
    hitRules: dataset.hitRules,
  });
  return {
    async read() {
      const all = new Map((await datasets.list()).map((dataset) => [dataset.slug, dataset]));
      const entries = await datasets.entries();
      directory.clear();
      for (const entry of entries) directory.set(entry.writeKey, entry);
      timeZones.clear();
      for (const { slug, timeZone } of all.values()) timeZones.set(slug, timeZone);
      return entries.flatMap((entry) => {
        const dataset = all.get(entry.slug);
        return dataset ? [inForce(entry, dataset)] : [];
      });
    },
    find: (writeKey) => directory.get(writeKey),
    entries: () => [...directory.values()],
    timeZone: (slug) => timeZones.get(slug),
  };
}
