import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient, type InStatement } from '@libsql/client';
import { afterAll, describe, expect, it } from 'vitest';
import { hitsTables } from '../testing/hits-tables.ts';
import { hit, type InboxUnderTest, inboxSuite, startMs } from './inbox.suite.ts';
import type { InboxLimits } from './inbox.ts';
import { createLibsqlInbox } from './libsql-inbox.ts';
import { createMemoryInbox } from './memory-inbox.ts';

const folder = mkdtempSync(join(tmpdir(), 'canister-inbox-'));
const clients: Client[] = [];
afterAll(() => {
  for (const client of clients) client.close();
  rmSync(folder, { recursive: true });
});

type Batch = Client['batch'];

/** An inbox on a file of its own; `wrap` may stand between it and the driver. */
async function onFile(
  wrap: (batch: Batch) => Batch = (batch) => batch,
  limits: Partial<InboxLimits> = {},
): Promise<InboxUnderTest & { client: Client }> {
  const client = createClient({
    url: `file:${join(folder, `${clients.length}.db`)}`,
    concurrency: 1,
  });
  clients.push(client);
  await client.execute('PRAGMA journal_mode = WAL');
  await client.batch(hitsTables, 'write');
  let now = startMs;
  const batch: Batch = (statements, mode) => client.batch(statements, mode);
  const inbox = createLibsqlInbox({
    client: { batch: wrap(batch) },
    clock: () => now,
    limits: { countFlushMs: 20, ...limits },
  });
  const query = async (sql: string) => (await client.batch([sql], 'read'))[0]?.rows ?? [];
  return {
    client,
    inbox,
    setClock: (atMs) => {
      now = atMs;
    },
    async rows() {
      const rows = await query(
        'SELECT dataset, hit_id, received_at, body FROM hit_inbox ORDER BY seq',
      );
      return rows.map((row) => ({
        dataset: String(row.dataset),
        id: Buffer.from((row.hit_id ?? new ArrayBuffer(0)) as ArrayBuffer).toString('hex'),
        receivedAt: Number(row.received_at),
        text: new TextDecoder().decode((row.body ?? new ArrayBuffer(0)) as ArrayBuffer),
      }));
    },
    async counts() {
      const rows = await query(
        'SELECT dataset, outcome, reason, sum(count) AS n FROM hit_count GROUP BY 1, 2, 3',
      );
      return Object.fromEntries(
        rows.map((row) => [`${row.dataset} ${row.outcome} ${row.reason}`, Number(row.n)]),
      );
    },
  };
}

function inMemory(): InboxUnderTest {
  let now = startMs;
  const inbox = createMemoryInbox({ clock: () => now });
  return {
    inbox,
    setClock: (atMs) => {
      now = atMs;
    },
    rows: async () =>
      inbox.rows.map((row) => ({
        dataset: row.dataset,
        id: Buffer.from(row.hitId).toString('hex'),
        receivedAt: row.receivedAt,
        text: new TextDecoder().decode(row.body),
      })),
    counts: async () =>
      Object.fromEntries(
        inbox.counts().map((one) => [`${one.dataset} ${one.outcome} ${one.reason}`, one.count]),
      ),
  };
}

inboxSuite('the inbox in memory', async () => inMemory());
inboxSuite('the inbox over libSQL', () => onFile());

/** A gate that holds every batch until it is opened. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const wrap =
    (batch: Batch): Batch =>
    async (statements, mode) => {
      await opened;
      return batch(statements, mode);
    };
  return { open, wrap };
}

describe('the group commit over libSQL', () => {
  it('gathers what arrives while a batch is under way, at most so many hits a batch', async () => {
    const sizes: number[] = [];
    const { inbox, rows } = await onFile(
      (batch) => (statements, mode) => {
        const [, store] = statements as { args: unknown[] }[];
        // Behind batch and time it is bound how many there are.
        sizes.push(Number(store?.args[2]));
        return batch(statements, mode);
      },
      { hitsPerBatchMax: 40 },
    );
    await Promise.all(Array.from({ length: 100 }, (_, index) => inbox.append([hit(index)])));
    expect(sizes).toEqual([40, 40, 20]);
    expect(await rows()).toHaveLength(100);
  });

  it('goes the short way with new hits, and the long way with duplicates and for a while after them', async () => {
    const ways: string[] = [];
    const { inbox, rows, counts } = await onFile((batch) => (statements, mode) => {
      const [first, second] = (statements as { sql: string }[]).map(({ sql }) => sql.split(' ')[0]);
      ways.push(first !== 'INSERT' ? 'ask' : second === 'WITH' ? 'short' : 'long');
      return batch(statements, mode);
    });
    const texts = ['', 'é', '{"t":"\\ud800"}', 'x'.repeat(70_000)];
    await inbox.append(
      texts.map((text, number) => hit(number, text, number === 2 ? 'shop' : `site-${number}`)),
    );
    expect(ways.splice(0)).toEqual(['short']);
    expect((await rows()).map(({ dataset, text }) => [dataset, text])).toEqual(
      texts.map((text, number) => [number === 2 ? 'shop' : `site-${number}`, text]),
    );
    expect(await inbox.append([hit(4), hit(2), hit(5)])).toEqual([
      'accepted',
      'duplicate',
      'accepted',
    ]);
    expect(ways.splice(0)).toEqual(['short', 'long', 'ask']);
    for (let number = 10; number < 62; number += 1) await inbox.append([hit(number)]);
    expect(ways.splice(0)).toEqual([...Array(50).fill('long'), 'short', 'short']);
    await inbox.append([hit(70, 'y'.repeat(1_000_000))]);
    expect(ways).toEqual(['long']);
    expect((await rows()).at(-1)?.text).toHaveLength(1_000_000);
    expect(await counts()).toMatchObject({
      'shop received ': 57,
      'shop accepted ': 56,
      'shop duplicate ': 1,
      'site-3 received ': 1,
      'site-3 accepted ': 1,
    });
  });

  it('takes more hits in one call than one batch may hold', async () => {
    const { inbox, rows } = await onFile(undefined, { hitsPerBatchMax: 40 });
    const outcomes = await inbox.append(Array.from({ length: 100 }, (_, index) => hit(index)));
    expect(outcomes).toHaveLength(100);
    expect(await rows()).toHaveLength(100);
  });

  it('stores a batch of the greatest size', async () => {
    const { inbox, rows, counts } = await onFile();
    await inbox.append(Array.from({ length: 1_000 }, (_, index) => hit(index % 900)));
    expect(await rows()).toHaveLength(900);
    expect(await counts()).toEqual({
      'shop received ': 1_000,
      'shop accepted ': 900,
      'shop duplicate ': 100,
    });
  });

  it('keeps the time of receipt at or above a row that another writer left', async () => {
    const { inbox, client, rows } = await onFile();
    const heartbeat = {
      sql: 'INSERT INTO hit_inbox (received_at) VALUES (?)',
      args: [startMs + 900],
    };
    await client.batch([heartbeat], 'write');
    await inbox.append([hit(1)]);
    expect((await rows()).map((row) => row.receivedAt)).toEqual([startMs + 900, startMs + 900]);
  });

  it('refuses with inbox_full when too many hits wait, and counts them', async () => {
    const { open, wrap } = gate();
    const { inbox, counts } = await onFile(wrap, { waitingHitsMax: 3 });
    const first = [1, 2, 3].map((number) => inbox.append([hit(number)]));
    await expect(inbox.append([hit(4)])).rejects.toMatchObject({ code: 'inbox_full' });
    open();
    await Promise.all(first);
    await inbox.flush();
    expect(await counts()).toEqual({
      'shop received ': 4,
      'shop accepted ': 3,
      'shop bad inbox_full': 1,
    });
  });

  it('refuses with inbox_full when too many bytes wait', async () => {
    const { open, wrap } = gate();
    const { inbox } = await onFile(wrap, { waitingBytesMax: 10 });
    const first = inbox.append([hit(1, '12345678')]);
    await expect(inbox.append([hit(2, '123')])).rejects.toMatchObject({ code: 'inbox_full' });
    open();
    await first;
  });

  it('refuses with inbox_full when the oldest has waited too long', async () => {
    const { open, wrap } = gate();
    const { inbox, setClock } = await onFile(wrap);
    const underWay = inbox.append([hit(1)]);
    await new Promise((resolve) => setImmediate(resolve));
    const waits = inbox.append([hit(2)]);
    setClock(startMs + 2_001);
    await expect(inbox.append([hit(3)])).rejects.toMatchObject({ code: 'inbox_full' });
    open();
    expect(await Promise.all([underWay, waits])).toEqual([['accepted'], ['accepted']]);
  });

  it('tries a failed batch once more', async () => {
    let failures = 1;
    const { inbox, rows, counts } = await onFile((batch) => async (statements, mode) => {
      if (failures-- > 0) throw new Error('disk full');
      return batch(statements, mode);
    });
    expect(await inbox.append([hit(1)])).toEqual(['accepted']);
    expect(await rows()).toHaveLength(1);
    expect(await counts()).toEqual({ 'shop received ': 1, 'shop accepted ': 1 });
  });

  it('W21: applies a batch once whose answer was lost after its commit, and still knows the outcomes', async () => {
    let lose = false;
    const { inbox, rows, counts } = await onFile((batch) => async (statements, mode) => {
      const results = await batch(statements, mode);
      if (!lose) return results;
      lose = false;
      throw new Error('connection reset');
    });
    await inbox.append([hit(1)]);
    lose = true;
    inbox.count([{ dataset: '', outcome: 'received', reason: '', count: 1 }]);
    inbox.count([{ dataset: '', outcome: 'bad', reason: 'not_json', count: 1 }]);
    expect(await inbox.append([hit(1), hit(2)])).toEqual(['duplicate', 'accepted']);
    lose = true;
    expect(await inbox.append([hit(2)])).toEqual(['duplicate']);
    expect(await rows()).toHaveLength(2);
    expect(await counts()).toEqual({
      'shop received ': 4,
      'shop accepted ': 2,
      'shop duplicate ': 2,
      ' received ': 1,
      ' bad not_json': 1,
    });
  });

  it('rejects with inbox_failed when the store is down, keeps the counters, and goes on afterwards', async () => {
    let down = true;
    const { inbox, rows, counts } = await onFile((batch) => async (statements, mode) => {
      if (down) throw new Error('disk full');
      return batch(statements, mode);
    });
    inbox.count([{ dataset: 'shop', outcome: 'received', reason: '', count: 1 }]);
    inbox.count([{ dataset: 'shop', outcome: 'excluded', reason: 'host_not_allowed', count: 1 }]);
    await expect(inbox.append([hit(1), hit(2)])).rejects.toMatchObject({ code: 'inbox_failed' });
    await expect(inbox.flush()).rejects.toMatchObject({ code: 'inbox_failed' });
    expect(await rows()).toHaveLength(0);
    down = false;
    expect(await inbox.append([hit(1)])).toEqual(['accepted']);
    await inbox.flush();
    expect(await counts()).toEqual({
      'shop received ': 4,
      'shop accepted ': 1,
      'shop excluded host_not_allowed': 1,
      'shop bad inbox_failed': 2,
    });
  });

  it('writes counters within the flush time although no hit takes them along', async () => {
    const { inbox, counts } = await onFile();
    inbox.count([{ dataset: '', outcome: 'bad', reason: 'not_json', count: 2 }]);
    expect(await counts()).toEqual({});
    await expect.poll(counts).toEqual({ ' bad not_json': 2 });
  });

  it('looks every hit up by its key instead of reading all recent hits', async () => {
    const seen: InStatement[] = [];
    const { inbox, client } = await onFile((batch) => (statements, mode) => {
      seen.push(...(statements as InStatement[]));
      return batch(statements, mode);
    });
    await inbox.append([hit(1), hit(2), hit(1)]);
    const plans: string[] = [];
    for (const { sql, args } of seen as { sql: string; args: [] }[]) {
      // The driver gives no rows for an explained INSERT, so its query is explained alone.
      const query = /\b(WITH|SELECT) (?!received_at FROM hit_inbox).*/s
        .exec(sql)?.[0]
        .replace(/INSERT INTO .*?\) (?=SELECT)/, '');
      if (query === undefined || sql.includes("VALUES ('',")) continue;
      const explained = { sql: `EXPLAIN QUERY PLAN ${query.replace(/ ON CONFLICT.*/, '')}`, args };
      const [plan] = await client.batch([explained], 'read');
      plans.push(...(plan?.rows ?? []).map((row) => String(row.detail)));
    }
    const overRecentHits = plans.filter((line) => /^(SCAN|SEARCH) (recent_hit|r)\b/.test(line));
    const byWhat = overRecentHits.map((line) => line.replace(/INDEX \S+/, 'INDEX'));
    expect(new Set(byWhat)).toEqual(
      new Set([
        'SEARCH r USING INDEX (dataset=? AND hit_id=?)',
        'SEARCH recent_hit USING INTEGER PRIMARY KEY (rowid>?)',
        'SEARCH recent_hit USING INDEX (dataset=? AND hit_id=?)',
        'SEARCH recent_hit USING COVERING INDEX (dataset=? AND hit_id=?)',
      ]),
    );
  });
});
