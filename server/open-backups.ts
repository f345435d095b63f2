/** What the data folder takes, and its backups. */
import type { Clock } from '../core/clock.ts';
import type { Config } from '../core/config.ts';
import type { StorageUsed } from '../core/contract/storage.ts';
import { type BackupDesk, createBackupDesk } from '../core/desks/backup-desk.ts';
import type { Engine } from '../core/engine/engine.ts';
import type { Datasets } from '../core/settings/datasets.ts';
import { openBackupFolder } from '../core/stores/backup-folder.ts';
import type { DataFolder } from '../core/stores/data-folder.ts';
import { measureStorage } from '../core/stores/folder-storage.ts';

export function openBackups(options: {
  folder: DataFolder;
  config: Pick<Config, 'backupFolder' | 'diskFreeBytesMin'>;
  datasets: Pick<Datasets, 'list'>;
  engine: Pick<Engine, 'copyStores'>;
  clock: Clock;
}): { storage: () => Promise<StorageUsed>; backups: BackupDesk } {
  const { folder, config, datasets, engine, clock } = options;
  const storage = async () => {
    const slugs = (await datasets.list()).map(({ slug }) => slug);
    return await measureStorage(folder, slugs);
  };
  const place = openBackupFolder({
    folder: config.backupFolder ?? folder.backups,
    masterKeyFile: folder.masterKeyFile,
    measure: storage,
    freeBytesMin: config.diskFreeBytesMin,
  });
  return { storage, backups: createBackupDesk({ engine, place, clock }) };
}
