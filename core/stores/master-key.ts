/**
 * The master key and the data keys under it. The master key is a file that only its owner can read; data keys lie
 * wrapped in `control.db`, one a dataset and day. While the master key is being changed, the new one lies beside the
 * old one, and data keys under either of them open; a change that was killed is finished at the next start.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { DataKeys } from '../canisters/long-term.ts';
import { unwrapKey, wrapKey } from '../canisters/seal.ts';
import type { Clock } from '../clock.ts';
import { Problem } from '../contract/problem.ts';
import { inTurn } from '../in-turn.ts';
import { syncFolder } from './durable-folder.ts';
import type { SqlBatch } from './libsql-file.ts';
import { nextKeyDay } from './segment-erase.ts';

const keyBytes = 32;
const keysPerBatch = 200;
const keysCheckedMax = 20;

/** Where a change of the master key stands; tests end the process there. */
export type RotationStep = 'next key written' | 'batch wrapped' | 'all wrapped' | 'key in place';

export interface Keyring {
  keys: DataKeys;
  /** Destroys the data key of a day: what was sealed with it can be opened by nobody any more. */
  drop(dataset: string, day: string): Promise<void>;
  /** Puts the next key of a day in the place of its key, which is destroyed. */
  promote(dataset: string, day: string): Promise<void>;
  /** The days of a dataset that have a next key. */
  pending(dataset: string): Promise<string[]>;
  /** Makes a new master key and wraps all data keys under it. Gives their number. */
  rotate(reached?: (step: RotationStep) => void): Promise<number>;
}

/**
 * Opens the keys of a data folder, finishing a change of the master key that was killed.
 * @throws Problem `key_missing`
 */
export async function openKeyring(options: {
  file: string;
  control: SqlBatch;
  clock: Clock;
}): Promise<Keyring> {
  const { file, control, clock } = options;
  const next = `${file}.next`;
  // What was killed while it was written was never used.
  rmSync(`${next}.making`, { force: true });
  let masterKey = await openMasterKey(file, control);
  let nextKey: Buffer | undefined;
  const openKeys = () => openDataKeys({ control, masterKey, clock, alsoOpens: () => nextKey });
  let keys = openKeys();
  /** New data keys must not be wrapped under the old master key while it is being changed. */
  const { run: exclusively } = inTurn();

  async function finish(reached: (step: RotationStep) => void): Promise<void> {
    const key = readKey(next);
    nextKey = key;
    await wrapAnew(control, masterKey, key, () => reached('batch wrapped'));
    reached('all wrapped');
    renameSync(next, file);
    masterKey = key;
    nextKey = undefined;
    keys = openKeys();
    syncFolder(dirname(file));
    reached('key in place');
  }

  if (existsSync(next)) await finish(() => {});
  return {
    keys: (dataset, day) => exclusively(() => keys(dataset, day)),
    drop: (dataset, day) =>
      exclusively(async () => {
        await control.batch(
          [
            // The bytes themselves are overwritten, too: who finds the master key later must not find them.
            'PRAGMA secure_delete = ON',
            { sql: 'DELETE FROM data_key WHERE dataset = ? AND day = ?', args: [dataset, day] },
          ],
          'write',
        );
        // Its bytes are in the write-ahead log, too. A batch for reading holds no lock that would be in the way.
        await control.batch(['PRAGMA wal_checkpoint(TRUNCATE)'], 'read');
        keys = openKeys();
      }),
    promote: (dataset, day) =>
      exclusively(async () => {
        const next = nextKeyDay(day);
        const key = await keys(dataset, next);
        const wrapped = wrapKey(key, masterKey, `${dataset}\0${day}`);
        await control.batch(
          [
            'PRAGMA secure_delete = ON',
            {
              sql: 'UPDATE data_key SET wrapped = ? WHERE dataset = ? AND day = ?',
              args: [wrapped, dataset, day],
            },
            { sql: 'DELETE FROM data_key WHERE dataset = ? AND day = ?', args: [dataset, next] },
          ],
          'write',
        );
        await control.batch(['PRAGMA wal_checkpoint(TRUNCATE)'], 'read');
        keys = openKeys();
      }),
    async pending(dataset) {
      const ending = nextKeyDay('');
      const sql = 'SELECT day FROM data_key WHERE dataset = ? AND day LIKE ? ORDER BY day';
      const [found] = await control.batch([{ sql, args: [dataset, `%${ending}`] }], 'read');
      return (found?.rows ?? []).map(({ day }) => String(day).slice(0, -ending.length));
    },
    rotate: (reached = () => {}) =>
      exclusively(async () => {
        // A key that an earlier call left is gone on with: data keys may lie under it already.
        if (!existsSync(next)) writeNewKey(next, `${next}.making`);
        reached('next key written');
        await finish(reached);
        const [counted] = await control.batch(['SELECT count(*) AS keys FROM data_key'], 'read');
        return Number(counted?.rows[0]?.keys);
      }),
  };
}

/** Wraps every data key under the next master key, those that are already under it left as they are. */
async function wrapAnew(
  control: SqlBatch,
  masterKey: Buffer,
  nextKey: Buffer,
  batchDone: () => void,
): Promise<void> {
  const [found] = await control.batch(
    ['SELECT dataset, day, wrapped FROM data_key ORDER BY dataset, day'],
    'read',
  );
  const wrapped = (found?.rows ?? []).flatMap((row) => {
    const [dataset, day] = [String(row.dataset), String(row.day)];
    const label = `${dataset}\0${day}`;
    const old = Buffer.from(row.wrapped as ArrayBuffer);
    if (unwrapKey(old, nextKey, label)) return [];
    const key = unwrapKey(old, masterKey, label);
    if (key === undefined) throw wrongKey(dataset, day);
    return [{ dataset, day, wrapped: wrapKey(key, nextKey, label) }];
  });
  for (let from = 0; from < wrapped.length; from += keysPerBatch) {
    const statements = wrapped.slice(from, from + keysPerBatch).map((one) => ({
      sql: 'UPDATE data_key SET wrapped = ? WHERE dataset = ? AND day = ?',
      args: [one.wrapped, one.dataset, one.day],
    }));
    await control.batch(statements, 'write');
    batchDone();
  }
}

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
    writeNewKey(file, `${file}.making`);
  }
  return readKey(file);
}

function readKey(file: string): Buffer {
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
  if (key.length !== keyBytes) {
    throw new Problem(
      'key_missing',
      `${file} does not hold a key of ${keyBytes} bytes in base64. Put your backup of it back.`,
    );
  }
  return key;
}

/** Whole and durable before it has its name: file and folder are synced. */
function writeNewKey(file: string, aside: string): void {
  rmSync(aside, { force: true });
  const handle = openSync(aside, 'wx', 0o600);
  writeFileSync(handle, `${randomBytes(keyBytes).toString('base64')}\n`);
  fsyncSync(handle);
  closeSync(handle);
  renameSync(aside, file);
  syncFolder(dirname(file));
}

const wrongKey = (dataset: string, day: string) =>
  new Problem(
    'key_missing',
    `master.key does not open the data key of ${dataset}, ${day}: it is not the key this data was written with. Put the right master.key back; nothing was changed.`,
  );

/** Data keys out of `control.db`, made at first use and durable before they are given out. */
export function openDataKeys(options: {
  control: SqlBatch;
  masterKey: Buffer;
  clock: Clock;
  /** A second master key under which data keys may lie, while one is changed for the other. */
  alsoOpens?: () => Buffer | undefined;
}): DataKeys {
  const { control, masterKey, clock, alsoOpens = () => undefined } = options;
  const known = new Map<string, Promise<Buffer>>();
  let checked: Promise<void> | undefined;

  const unwrap = (wrapped: unknown, dataset: string, day: string): Buffer => {
    const [bytes, label] = [Buffer.from(wrapped as ArrayBuffer), `${dataset}\0${day}`];
    const second = alsoOpens();
    const key = unwrapKey(bytes, masterKey, label) ?? (second && unwrapKey(bytes, second, label));
    if (key) return key;
    throw wrongKey(dataset, day);
  };

  /**
   * A master key that does not open what is there must not seal anything new beside it. A single data key that is
   * damaged says nothing of the others.
   */
  async function check(): Promise<void> {
    const [found] = await control.batch(
      [
        `SELECT dataset, day, wrapped FROM data_key ORDER BY created_at DESC LIMIT ${keysCheckedMax}`,
      ],
      'read',
    );
    let refusal: unknown;
    for (const row of found?.rows ?? []) {
      try {
        unwrap(row.wrapped, String(row.dataset), String(row.day));
        return;
      } catch (error) {
        refusal ??= error;
      }
    }
    if (refusal !== undefined) throw refusal;
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
