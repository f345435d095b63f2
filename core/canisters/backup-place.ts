/** Where backups lie. One that is being made has another name until it is whole. */
import type { Backup, CopiedDataset } from '../contract/backup.ts';

export interface BackupPlace {
  readonly folder: string;
  /** Those that are whole, newest first. */
  list(): Promise<Backup[]>;
  /**
   * Begins one, and removes what those that were broken off have left. Gives the root of the new data folder.
   * @throws Problem `data_unusable` when nothing can be written there, `disk_low` when the disk has no room for it, `upkeep_busy` while the master key is being changed
   */
  begin(name: string): Promise<string>;
  /** How much was copied so far. */
  bytes(name: string): Promise<number>;
  /** Makes it whole. @throws Problem `upkeep_busy` when the master key was changed meanwhile */
  finish(name: string, madeAt: number, datasets: readonly CopiedDataset[]): Promise<void>;
  /** Gives one up that is not whole. */
  giveUp(name: string): Promise<void>;
  /** Removes all but the newest ones. */
  keep(newest: number): Promise<void>;
}
