/** The doctor on folders that are well, killed, running and damaged: what it says, and that it changes nothing. */
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { runCommand, startProduct } from '../console/testing/product.ts';
import { hitsMigrations } from '../core/stores/migrations/migrations.ts';

const idleTimeoutMs = 15_000;
const folder = mkdtempSync(join(tmpdir(), 'canister-doctor-test-'));
const stopped = join(folder, 'stopped');
const killed = join(folder, 'killed');
const data = join(folder, 'data');

interface Finding {
  check: string;
  level: string;
  says: string;
  advice?: string;
}

async function doctor(where: string): Promise<{ code: number | null; findings: Finding[] }> {
  const { code, out, notes } = await runCommand(['doctor', '--json', '--data', where]);
  if (out === '') throw new Error(notes);
  return { code, findings: (JSON.parse(out) as { findings: Finding[] }).findings };
}

const notWell = ({ findings }: { findings: Finding[] }) =>
  findings.filter(({ level }) => level !== 'well').map(({ check, level }) => `${level} ${check}`);

/** Every file with its content's fingerprint. */
function fingerprints(where: string): Record<string, string> {
  const files = readdirSync(where, { recursive: true, encoding: 'utf8' });
  return Object.fromEntries(
    files
      .filter((file) => statSync(join(where, file)).isFile())
      .map((file) => [
        file,
        createHash('sha256')
          .update(readFileSync(join(where, file)))
          .digest('hex'),
      ]),
  );
}

/** Three visitors whose sessions end and are stored, then two whose sessions do not, and a kill. */
beforeAll(async () => {
  const made = await runCommand(['dataset', 'create', 'shop', '--json', '--data', killed]);
  const { writeKey } = JSON.parse(made.out) as { writeKey: string };
  const product = await startProduct({
    data: killed,
    environment: { CANISTER_IDLE_TIMEOUT_MS: String(idleTimeoutMs) },
  });
  const send = async (...visitors: string[]) => {
    const hits = visitors.map((visitor) => ({
      dataset: writeKey,
      id: randomUUID(),
      type: 'page_view',
      visitor,
      url: 'https://shop.example/',
    }));
    const body = JSON.stringify(hits);
    const { status } = await fetch(`${product.baseUrl}/hits`, { method: 'POST', body });
    expect(status).toBe(202);
  };
  await send('anna', 'ben', 'carl', 'carl');
  const stored = async () => {
    const status = await (await fetch(`${product.baseUrl}/api/status`)).json();
    return (status as { datasets: { storedSessions: number }[] }).datasets[0]?.storedSessions;
  };
  await vi.waitFor(async () => expect(await stored()).toBe(3), { timeout: 45_000, interval: 200 });
  await send('dora', 'emil');
  const running = await doctor(killed);
  expect([running.code, notWell(running)]).toEqual([0, ['note tables']]);
  expect(running.findings.map(({ check }) => check)).toContain('server');
  expect(running.findings.find(({ check }) => check === 'tables')?.says).toMatch(
    /not read through while a server runs.* stop it and ask again/,
  );
  await product.kill();
  cpSync(killed, stopped, { recursive: true });
  const again = await startProduct({ data: stopped });
  expect(await again.stop()).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('A folder that is well', () => {
  test('is said to be well, with what it holds, and is not changed', async () => {
    const before = fingerprints(stopped);
    const result = await doctor(stopped);
    expect([result.code, notWell(result)]).toEqual([0, []]);
    const says = result.findings.map((finding) => finding.says).join('\n');
    expect(says).toMatch(/shop: 3 sessions are stored/);
    expect(says).toMatch(/shop: 2 hits are in sessions that have not ended/);
    expect(says).toMatch(/shop: all 6 accepted hits are accounted for/);
    expect(fingerprints(stopped)).toEqual(before);
    expect((await runCommand(['doctor', '--data', stopped])).out).toMatch(/All is well\.\n$/);
  });

  test('after a kill is well too: nothing has to be mended, and nothing is changed', async () => {
    const before = fingerprints(killed);
    const result = await doctor(killed);
    expect([result.code, notWell(result)]).toEqual([0, ['note lock']]);
    expect(result.findings.map((finding) => finding.says).join('\n')).toMatch(
      /all 6 accepted hits are accounted for/,
    );
    expect(fingerprints(killed)).toEqual(before);
  });
});

describe('A damaged folder', () => {
  const shop = join(data, 'datasets', 'shop');
  const segment = () => {
    const [name = ''] = readdirSync(join(shop, 'canister')).filter((one) => one.endsWith('.seg'));
    return join(shop, 'canister', name);
  };
  /** In a process of its own: the driver leaves a file when its memory is collected, which may be while the doctor looks. */
  async function hitsSql(sql: string): Promise<void> {
    const program = `import { createClient } from '@libsql/client';
      const [url, sql] = process.argv.slice(1);
      await createClient({ url }).batch([sql], 'write');`;
    const args = ['--input-type=module', '-e', program, `file:${join(data, 'hits.db')}`, sql];
    await promisify(execFile)(process.execPath, args);
  }

  beforeEach(() => {
    rmSync(data, { recursive: true, force: true });
    cpSync(stopped, data, { recursive: true });
  });

  test('is none for a command that waits in the inbox: it is no hit', async () => {
    await hitsSql(
      "INSERT INTO hit_inbox (dataset, hit_id, received_at, body) VALUES ('shop', NULL, 1, x'7b7d')",
    );
    const result = await doctor(data);
    expect([result.code, notWell(result)]).toEqual([0, []]);
  });

  const cases: [what: string, damage: () => void | Promise<void>, found: string[], code: number][] =
    [
      [
        'without its key',
        () => rmSync(join(data, 'master.key')),
        ['note key', 'attention data keys'],
        1,
      ],
      [
        'with a foreign key',
        () => writeFileSync(join(data, 'master.key'), Buffer.alloc(32, 7).toString('base64')),
        ['attention data keys'],
        1,
      ],
      [
        'whose segment was cut short',
        () => appendFileSync(segment(), Buffer.from([200, 0, 0, 0, 1, 2, 3])),
        ['note segments'],
        0,
      ],
      [
        'whose segment has a damaged record',
        () => {
          const bytes = readFileSync(segment());
          // All its sessions may lie in one block: the same again behind it, where the next one would begin.
          const again = Buffer.concat([Buffer.alloc(-bytes.length & 63), bytes.subarray(64)]);
          bytes[100] = (bytes[100] ?? 0) ^ 255;
          writeFileSync(segment(), Buffer.concat([bytes, again]));
        },
        ['attention segments'],
        1,
      ],
      [
        'with a write-ahead log that was set aside',
        () => writeFileSync(join(shop, 'analytics.duckdb.wal.unreadable'), 'x'),
        ['note set aside'],
        0,
      ],
      [
        'whose write-ahead log of DuckDB ends in zeros, as after a power cut',
        () => {
          rmSync(data, { recursive: true, force: true });
          cpSync(killed, data, { recursive: true });
          const wal = join(shop, 'analytics.duckdb.wal');
          truncateSync(wal, statSync(wal).size + 4_096);
        },
        ['note lock', 'note analytics'],
        0,
      ],
      [
        'whose analytics are of an older version, before the upgrade',
        async () => {
          const file = join(shop, 'analytics.duckdb');
          const instance = await DuckDBInstance.create(file);
          const connection = await instance.connect();
          await connection.run('UPDATE store.version SET version = version - 1');
          await connection.run('ALTER TABLE store.position RENAME TO position_before');
          connection.closeSync();
          instance.closeSync();
        },
        ['note analytics'],
        0,
      ],
      [
        'without its analytics',
        () => rmSync(join(shop, 'analytics.duckdb')),
        ['attention analytics'],
        1,
      ],
      [
        'whose analytics are no database',
        () => writeFileSync(join(shop, 'analytics.duckdb'), Buffer.alloc(20_000, 'x')),
        ['attention analytics'],
        1,
      ],
      [
        'whose hits.db is no database',
        () => {
          writeFileSync(join(data, 'hits.db'), Buffer.alloc(20_000, 'x'));
          rmSync(join(data, 'hits.db-wal'), { force: true });
        },
        ['attention databases'],
        1,
      ],
      ['without control.db', () => rmSync(join(data, 'control.db')), ['attention databases'], 1],
      [
        'of which a hit is lost',
        () =>
          hitsSql(
            'DELETE FROM hit_inbox WHERE seq = (SELECT max(seq) FROM hit_inbox WHERE dataset IS NOT NULL)',
          ),
        ['attention account'],
        1,
      ],
      [
        'whose counters do not add up',
        () => hitsSql("UPDATE hit_count SET count = count + 1 WHERE outcome = 'received'"),
        ['attention counters'],
        1,
      ],
      [
        'whose sums are not those of their hours',
        () => hitsSql('UPDATE hit_total SET count = count + 1'),
        ['attention counters'],
        1,
      ],
      [
        'whose hits.db is of an older version, before the upgrade',
        () =>
          hitsSql('DROP TABLE hit_total').then(() =>
            hitsSql(`PRAGMA user_version = ${hitsMigrations.length - 1}`),
          ),
        [],
        0,
      ],
      [
        'with a hit that was set aside',
        () =>
          hitsSql(
            "INSERT INTO set_aside (seq, dataset, received_at, reason, body) SELECT 0, 'shop', 1, 'fault: x', x'00'",
          ),
        ['attention hits', 'attention account'],
        1,
      ],
      [
        'whose hits.db is older than its analytics',
        () => hitsSql("UPDATE sqlite_sequence SET seq = 0 WHERE name = 'hit_inbox'"),
        ['attention inbox'],
        1,
      ],
      [
        'of a newer version',
        () => hitsSql('PRAGMA user_version = 999'),
        ['attention databases'],
        1,
      ],
    ];

  test.each(
    cases,
  )('%s is told, with what to do, and not changed', async (_, damage, found, code) => {
    await damage();
    const before = fingerprints(data);
    const result = await doctor(data);
    expect([result.code, notWell(result)]).toEqual([code, found]);
    for (const { level, advice } of result.findings)
      if (level === 'attention') expect(advice).toMatch(/\w+/);
    expect(fingerprints(data)).toEqual(before);
  });

  test('Damaged tables are told, and a rebuild makes others and keeps them beside', async () => {
    const file = join(shop, 'analytics.duckdb');
    const bytes = readFileSync(file);
    const place = bytes.indexOf('shop.example');
    bytes[place] = (bytes[place] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    const told = await doctor(data);
    expect(told.findings.find(({ level }) => level === 'attention')?.advice).toMatch(
      /canister rebuild --dataset shop/,
    );
    const rebuilt = await runCommand(['rebuild', '--dataset', 'shop', '--data', data]);
    expect([rebuilt.code, rebuilt.out]).toEqual([
      0,
      expect.stringMatching(/after +3 sessions(.|\n)*kept as .*analytics\.duckdb\.unreadable\.\n$/),
    ]);
    expect(readFileSync(`${file}.unreadable`)[place]).toBe(bytes[place]);
    const result = await doctor(data);
    expect([result.code, notWell(result)]).toEqual([0, []]);
    const says = result.findings.map((finding) => finding.says).join('\n');
    expect(says).toMatch(/shop: 3 sessions are stored/);
  });

  test('A folder that is not there is told, and not made', async () => {
    const { code, findings } = await doctor(join(folder, 'nowhere'));
    expect([code, findings[0]?.check]).toEqual([1, 'folder']);
    expect(readdirSync(folder)).not.toContain('nowhere');
  });
});
