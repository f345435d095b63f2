/** Backups of the data folder: one at a time, beside everything else. */
import type { BackupPlace } from '../canisters/backup-place.ts';
import type { Clock } from '../clock.ts';
import type { BackupInput, Backups } from '../contract/backup.ts';
import { Problem } from '../contract/problem.ts';
import type { Engine } from '../engine/engine.ts';

export interface BackupDesk {
  /**
   * Begins one. Gives how things are then: it is the one that is running.
   * @throws Problem `upkeep_busy`, `disk_low`
   */
  begin(input: BackupInput): Promise<Backups>;
  read(): Promise<Backups>;
  /** Waits for the one that is running. */
  stop(): Promise<void>;
}

export function createBackupDesk(options: {
  engine: Pick<Engine, 'copyStores'>;
  place: BackupPlace;
  clock: Clock;
}): BackupDesk {
  const { engine, place, clock } = options;
  let running: { name: string; begunAt: number; work: Promise<void> } | undefined;
  let failed: Backups['failed'];

  async function make(name: string, { keep }: BackupInput, root: string): Promise<void> {
    try {
      const datasets = await engine.copyStores(root);
      await place.finish(name, clock(), datasets);
      failed = undefined;
    } catch (error) {
      failed = { name, reason: (error as Error).message };
      // What stays of it goes with the next one.
      await place.giveUp(name).catch(() => undefined);
      return;
    }
    try {
      if (keep !== undefined) await place.keep(keep);
    } catch (error) {
      failed = { name, reason: `It is whole, but older ones stay: ${(error as Error).message}` };
    }
  }

  async function read(): Promise<Backups> {
    const now = running;
    const bytes = now && (await place.bytes(now.name));
    return {
      folder: place.folder,
      backups: await place.list(),
      ...(now === undefined || bytes === undefined
        ? {}
        : { running: { name: now.name, begunAt: now.begunAt, bytes } }),
      ...(failed === undefined ? {} : { failed }),
    };
  }

  return {
    read,
    async begin(input) {
      if (running !== undefined)
        throw new Problem(
          'upkeep_busy',
          `The backup ${running.name} is being made. Wait for it: GET /api/backups says how far it is.`,
        );
      const begunAt = clock();
      const name = new Date(begunAt).toISOString().replace(/[:.]/g, '-');
      const beginning = place.begin(name);
      const work = beginning
        .then((root) => make(name, input, root))
        .finally(() => {
          running = undefined;
        });
      running = { name, begunAt, work };
      // That it could not begin is thrown to whoever asked, below; what goes wrong later is in `failed`.
      work.catch(() => undefined);
      await beginning;
      return await read();
    },
    async stop() {
      await running?.work.catch(() => undefined);
    },
  };
}
