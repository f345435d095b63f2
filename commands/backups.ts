/** `canister backup`: a copy of the data folder as it is at one moment, also while a server runs. */

import { setTimeout as sleep } from 'node:timers/promises';
import { type Backup, type Backups, backupLimits } from '../core/contract/backup.ts';
import { countedNoun } from '../core/contract/counted-noun.ts';
import { metricWords } from '../core/contract/metric-words.ts';
import { Problem } from '../core/contract/problem.ts';
import type { ApiClient } from '../core/http/api-client.ts';
import { alignColumns } from '../reports/run/align-columns.ts';
import { numberUpTo } from './option-values.ts';
import type { CommandDesk } from './upkeep.ts';

const askEveryMsMax = 500;
const sayEveryMs = 1_000;

export function addBackupCommands<O extends { json?: boolean }>(
  desk: CommandDesk<O>,
  note: (text: string) => void,
): void {
  const { group, withApi, out, outJson } = desk;
  const backups = group('backup', 'copies of the data folder, made while it is in use');

  backups('create', 'copy the data folder as it is now')
    .option(
      '--keep <number>',
      'afterwards keep only so many of the newest',
      numberUpTo(backupLimits.keepMax),
    )
    .action(async (options: O & { keep?: number }) => {
      const { keep } = options;
      const { backup, folder } = await withApi(options, (api) => create(api, keep, note));
      if (options.json) outJson({ ...backup, path: `${folder}/${backup.name}` });
      else
        out(
          `${describe(backup)}, in ${folder}/${backup.name}\nmaster.key is not in it: keep a copy of the key in another place.`,
        );
    });

  backups('list', 'list the backups, newest first').action(async (options: O) => {
    const found = await withApi(options, (api) => api.json<Backups>('GET', '/api/backups'));
    if (options.json) return outJson(found);
    if (found.backups.length === 0)
      return out(`There is no backup in ${found.folder}. Make one with: canister backup create`);
    const head = ['name', 'datasets', 'sessions', 'hits', 'size'];
    const rows = found.backups.map(({ name, datasets, bytes }) => [
      name,
      String(datasets.length),
      String(sumOf(datasets.map(({ sessions }) => sessions))),
      String(sumOf(datasets.map(({ hits }) => hits))),
      metricWords(bytes, 'bytes', 'en'),
    ]);
    out([...alignColumns([head, ...rows], (index) => index > 0), `in ${found.folder}`].join('\n'));
  });
}

/** @throws why it could not be made; there is none then */
async function create(
  api: ApiClient,
  keep: number | undefined,
  note: (text: string) => void,
): Promise<{ backup: Backup; folder: string }> {
  let found = await api.json<Backups>('POST', '/api/backups', keep === undefined ? {} : { keep });
  const name = found.running?.name ?? found.backups[0]?.name;
  let saidAt = performance.now();
  for (
    let waitMs = 10;
    found.running?.name === name;
    waitMs = Math.min(waitMs * 2, askEveryMsMax)
  ) {
    if (performance.now() - saidAt >= sayEveryMs) {
      saidAt = performance.now();
      note(`Copying: ${metricWords(found.running?.bytes ?? 0, 'bytes', 'en')} …`);
    }
    await sleep(waitMs);
    found = await api.json<Backups>('GET', '/api/backups');
  }
  const backup = found.backups.find((one) => one.name === name);
  if (backup !== undefined) {
    if (found.failed !== undefined && found.failed.name === name) note(found.failed.reason);
    return { backup, folder: found.folder };
  }
  const why = found.failed?.reason ?? 'the server was started again.';
  throw new Problem('data_unusable', `No backup was made: ${why}`);
}

const sumOf = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0);

function describe({ datasets, bytes }: Backup): string {
  const sessions = sumOf(datasets.map((one) => one.sessions));
  const hits = sumOf(datasets.map((one) => one.hits));
  return `Copied: ${countedNoun(sessions, 'session')} with ${countedNoun(hits, 'hit')} (${countedNoun(datasets.length, 'dataset')}), ${metricWords(bytes, 'bytes', 'en')}`;
}
