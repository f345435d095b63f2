/**
 * The master key and the data keys under it. The master key is a file that only its owner can read; data keys lie
 * wrapped in `control.db`, one a dataset and day.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DataKeys } from '../canisters/long-term.ts';
import { unwrapKey, wrapKey } from '../canisters/seal.ts';
import type { Clock } from '../clock.ts';
import { Problem } from '../contract/problem.ts';
import type { SqlBatch } from './libsql-file.ts';

const keyBytes = 32;

/**
 * Reads the master key, making it on the first start.
 * @throws Problem `key_missing` when the file is not a key, or is gone although there is data that it opens
 */
export async function openMasterKey(file: string, control: SqlBatch): Promise<Buffer> {
  if (!existsSync(file)) {
    const [wrapped] = await control.batch(['SELECT count(*) AS keys FROM data_key'], 'read');
    if (Number(wrapped?.rows[0]?.keys) > 0) {
      throw new Problem(
        'key_missing',
        `${file} is gone, but there are stored sessions that only it opens. Put your backup of it back; nothing was changed.`,
      );
    }
    writeNewKey(file);
  }
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
  if (key.length !== keyBytes) {
    throw new Problem(
      'key_missing',
      `${file} does not hold a key of ${keyBytes} bytes in base64. Put your backup of it back.`,
    );
  }
  return key;
}

/** Durable before it is used: file and folder are synced. */
function writeNewKey(file: string): void {
  const handle = openSync(file, 'wx', 0o600);
  writeFileSync(handle, `${randomBytes(keyBytes).toString('base64')}\n`);
  fsyncSync(handle);
  closeSync(handle);
  const folder = openSync(dirname(file), 'r');
  fsyncSync(folder);
  closeSync(folder);
}

/** Data keys out of `control.db`, made at first use and durable before they are given out. */
export function openDataKeys(options: {
  control: SqlBatch;
  masterKey: Buffer;
  clock: Clock;
}): DataKeys {
  const { control, masterKey, clock } = options;
  const known = new Map<string, Promise<Buffer>>();
  let checked: Promise<void> | undefined;

  const unwrap = (wrapped: unknown, dataset: string, day: string): Buffer => {
    const key = unwrapKey(Buffer.from(wrapped as ArrayBuffer), masterKey, `${dataset}\0${day}`);
    if (key) return key;
    throw new Problem(
      'key_missing',
      `master.key does not open the data key of ${dataset}, ${day}: it is not the key this data was written with. Put the right master.key back; nothing was changed.`,
    );
  };

  /** A master key that does not open what is there must not seal anything new beside it. */
  async function check(): Promise<void> {
    const [found] = await control.batch(
      ['SELECT dataset, day, wrapped FROM data_key ORDER BY created_at DESC LIMIT 1'],
      'read',
    );
    const row = found?.rows[0];
    if (row) unwrap(row.wrapped, String(row.dataset), String(row.day));
  }

  async function load(dataset: string, day: string): Promise<Buffer> {
    checked ??= check();
    await checked;
    const fresh = wrapKey(randomBytes(keyBytes), masterKey, `${dataset}\0${day}`);
    const [, found] = await control.batch(
      [
        {
          sql: 'INSERT OR IGNORE INTO data_key (dataset, day, wrapped, created_at) VALUES (?, ?, ?, ?)',
          args: [dataset, day, fresh, clock()],
        },
        { sql: 'SELECT wrapped FROM data_key WHERE dataset = ? AND day = ?', args: [dataset, day] },
      ],
      'write',
    );
    return unwrap(found?.rows[0]?.wrapped, dataset, day);
  }

  return (dataset, day) => {
    const label = `${dataset}\0${day}`;
    const existing = known.get(label);
    if (existing) return existing;
    const loading = load(dataset, day);
    known.set(label, loading);
    loading.catch(() => known.delete(label));
    return loading;
  };
}
