import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLibsqlFile } from './libsql-file.ts';
import { controlMigrations, hitsMigrations } from './migrations/migrations.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'canister-libsql-'));
  file = join(folder, 'test.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What another connection to the file sees. */
async function seenElsewhere(sql: string): Promise<unknown[]> {
  const other = createClient({ url: `file:${file}` });
  try {
    return (await other.execute(sql)).rows.map((row) => row[0]);
  } finally {
    other.close();
  }
}

const makeTable = 'CREATE TABLE a (x INTEGER PRIMARY KEY)';
const fillTable = 'INSERT INTO a (x) VALUES (7)';

describe('migrations', () => {
  test('run in order, once, each in one transaction', async () => {
    (await openLibsqlFile(file, [makeTable])).close();
    (
      await openLibsqlFile(file, [
        makeTable,
        `${fillTable};--> statement-breakpoint\nALTER TABLE a ADD y`,
      ])
    ).close();
    (
      await openLibsqlFile(file, [
        makeTable,
        `${fillTable};--> statement-breakpoint\nALTER TABLE a ADD y`,
      ])
    ).close();
    expect(await seenElsewhere('SELECT x FROM a WHERE y IS NULL')).toEqual([7]);
    expect(await seenElsewhere('PRAGMA user_version')).toEqual([2]);
  });

  test('that fail half way leave nothing', async () => {
    const failing = `${makeTable};--> statement-breakpoint\nINSERT INTO nowhere VALUES (1)`;
    await expect(openLibsqlFile(file, [failing])).rejects.toThrow('nowhere');
    expect(await seenElsewhere('SELECT name FROM sqlite_schema')).toEqual([]);
    (await openLibsqlFile(file, [makeTable])).close();
    expect(await seenElsewhere('PRAGMA user_version')).toEqual([1]);
  });

  test('of a newer version are refused, and the file stays as it is', async () => {
    (await openLibsqlFile(file, [makeTable, fillTable])).close();
    await expect(openLibsqlFile(file, [makeTable])).rejects.toMatchObject({ code: 'data_newer' });
    expect(await seenElsewhere('PRAGMA user_version')).toEqual([2]);
  });

  test('of this version make the tables that collectors and core name', async () => {
    (await openLibsqlFile(file, hitsMigrations)).close();
    const tables = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name`;
    expect(await seenElsewhere(tables)).toEqual([
      'dataset_directory',
      'event_version',
      'hit_count',
      'hit_inbox',
      'hit_total',
      'recent_hit',
      'set_aside',
    ]);
    file = join(folder, 'control.db');
    (await openLibsqlFile(file, controlMigrations)).close();
    expect(await seenElsewhere(tables)).toEqual([
      'access_grant',
      'access_link',
      'access_user',
      'alert_channel',
      'alert_history',
      'alert_rule',
      'api_key',
      'audit',
      'audit_trimmed',
      'backfill',
      'campaign_cost',
      'data_key',
      'dataset',
      'dataset_position',
      'digest_delivery',
      'digest_edition',
      'erasure',
      'event_change',
      'event_draft',
      'event_set',
      'outbox',
      'read_token',
      'recovery_code',
      'report_definition',
      'saved_query',
      'saved_search',
      'server_setting',
      'shared_link',
      'sign_in',
      'source',
      'source_file',
      'source_run',
      'subscription',
      'unsubscription',
    ]);
  });
});

describe('a batch', () => {
  test('is all or nothing', async () => {
    const opened = await openLibsqlFile(file, [makeTable]);
    await expect(opened.batch([fillTable, fillTable], 'write')).rejects.toThrow('UNIQUE');
    expect(await seenElsewhere('SELECT count(*) FROM a')).toEqual([0]);
    opened.close();
  });

  test('that was acknowledged after a lock held it up is there for everyone', async () => {
    const opened = await openLibsqlFile(file, [makeTable], 20);
    const locker = createClient({ url: `file:${file}` });
    const insert = (x: number) =>
      opened.batch([{ sql: 'INSERT INTO a (x) VALUES (?)', args: [x] }], 'write');
    const acknowledged: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const lock = await locker.transaction('write');
      await expect(insert(round * 100)).rejects.toMatchObject({
        code: expect.stringMatching(/^SQLITE_BUSY/),
      });
      await lock.rollback();
      for (let next = 1; next <= 5; next += 1) {
        await insert(round * 100 + next);
        acknowledged.push(round * 100 + next);
        expect(await seenElsewhere('SELECT x FROM a ORDER BY x')).toEqual(acknowledged);
      }
    }
    locker.close();
    opened.close();
    expect(await seenElsewhere('SELECT x FROM a ORDER BY x')).toEqual(acknowledged);
  });

  test('survives that the file is copied as a killed process leaves it', async () => {
    const opened = await openLibsqlFile(file, [makeTable]);
    await opened.batch([fillTable], 'write');
    expect(existsSync(`${file}-wal`)).toBe(true);
    expect(await seenElsewhere('PRAGMA journal_mode')).toEqual(['wal']);
    expect(await seenElsewhere('SELECT x FROM a')).toEqual([7]);
    opened.close();
  });
});
