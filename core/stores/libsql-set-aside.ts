/** The hits that were set aside, in `hits.db`. What moves or goes does so in one batch with its row of the inbox. */
import { randomBytes } from 'node:crypto';
import type { InStatement, Row } from '@libsql/client';
import { Problem } from '../contract/problem.ts';
import type { SetAsideChoice, SetAsideHit } from '../contract/status.ts';
import type { SetAside } from '../engine/set-aside.ts';
import type { SqlBatch } from './libsql-file.ts';

/** Hits that go back or go away in one batch; more are taken batch after batch. */
const hitsPerBatchMax = 500;
const hourMs = 3_600_000;
const hitIdBytes = 16;

interface Kept {
  number: number;
  receivedAt: number;
  body: Uint8Array;
}

export function openLibsqlSetAside(hits: SqlBatch): SetAside {
  async function read(sql: string, args: (string | number)[]): Promise<Row[]> {
    return (await hits.batch([{ sql, args }], 'read'))[0]?.rows ?? [];
  }

  async function choose(slug: string, choice: SetAsideChoice): Promise<number[]> {
    const rows = await read('SELECT seq FROM set_aside WHERE dataset = ? ORDER BY seq', [slug]);
    const there = rows.map(({ seq }) => Number(seq));
    if ('all' in choice) return there;
    const known = new Set(there);
    const unknown = choice.numbers.find((number) => !known.has(number));
    if (unknown !== undefined) throw hitUnknown(slug, unknown);
    return [...new Set(choice.numbers)].sort((a, b) => a - b);
  }

  /** Does something with the chosen hits, a batch of them after the other. */
  async function forEach(
    slug: string,
    choice: SetAsideChoice,
    statementsOf: (hit: Kept) => InStatement[],
  ): Promise<number> {
    const numbers = await choose(slug, choice);
    for (let start = 0; start < numbers.length; start += hitsPerBatchMax) {
      const some = numbers.slice(start, start + hitsPerBatchMax);
      const places = some.map(() => '?').join(', ');
      const rows = await read(
        `SELECT seq, received_at, body FROM set_aside WHERE dataset = ? AND seq IN (${places}) ORDER BY seq`,
        [slug, ...some],
      );
      await hits.batch(rows.map(toKept).flatMap(statementsOf), 'write');
    }
    return numbers.length;
  }

  return {
    async list(slug, limit) {
      const [counted] = await read('SELECT count(*) AS hits FROM set_aside WHERE dataset = ?', [
        slug,
      ]);
      const rows = await read(
        'SELECT seq, received_at, reason, length(body) AS bytes FROM set_aside WHERE dataset = ? ORDER BY seq DESC LIMIT ?',
        [slug, limit],
      );
      return { total: Number(counted?.hits ?? 0), hits: rows.map(toHit) };
    },
    async show(slug, number) {
      const [row] = await read(
        'SELECT seq, received_at, reason, length(body) AS bytes, body FROM set_aside WHERE dataset = ? AND seq = ?',
        [slug, number],
      );
      if (row === undefined) throw hitUnknown(slug, number);
      return { ...toHit(row), content: new TextDecoder().decode(row.body as ArrayBuffer) };
    },
    replay: (slug, choice, nowMs) => forEach(slug, choice, (hit) => putBack(slug, hit, nowMs)),
    remove: (slug, choice) =>
      forEach(slug, choice, (hit) => [
        ...forget(slug, hit),
        count(slug, hit, 'accepted', '', -1),
        count(slug, hit, 'bad', 'set_aside_deleted', 1),
      ]),
  };
}

/** Of the inbox too: a start that takes its rows again would set it aside, or take it, a second time. */
function forget(slug: string, { number }: Kept): InStatement[] {
  return [
    { sql: 'DELETE FROM set_aside WHERE dataset = ? AND seq = ?', args: [slug, number] },
    { sql: 'DELETE FROM hit_inbox WHERE dataset = ? AND seq = ?', args: [slug, number] },
  ];
}

function putBack(slug: string, hit: Kept, nowMs: number): InStatement[] {
  const { hitId, body } = withTime(hit);
  return [
    {
      sql: `INSERT INTO hit_inbox (dataset, hit_id, received_at, body)
        SELECT ?, ?, max(?, coalesce((SELECT received_at FROM hit_inbox ORDER BY seq DESC LIMIT 1), 0)), ?`,
      args: [slug, hitId, nowMs, body],
    },
    ...forget(slug, hit),
  ];
}

/** The hit with the time at which it was first received. What is no hit goes back as it is. */
function withTime({ receivedAt, body }: Kept): { hitId: Uint8Array; body: Uint8Array } {
  const hit = readHit(body);
  if (hit === undefined) return { hitId: randomBytes(hitIdBytes), body };
  const id = Buffer.from(hit.id.replaceAll('-', ''), 'hex');
  return {
    hitId: id.length === hitIdBytes ? id : randomBytes(hitIdBytes),
    body: Buffer.from(JSON.stringify({ receivedAt, ...hit })),
  };
}

function readHit(body: Uint8Array): { id: string } | undefined {
  try {
    const content = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return typeof content?.id === 'string' ? content : undefined;
  } catch {
    return undefined;
  }
}

function count(slug: string, hit: Kept, outcome: string, reason: string, by: number): InStatement {
  return {
    sql: `INSERT INTO hit_count (dataset, hour, outcome, reason, count) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (dataset, hour, outcome, reason) DO UPDATE SET count = count + excluded.count`,
    args: [slug, Math.floor(hit.receivedAt / hourMs), outcome, reason, by],
  };
}

const hitUnknown = (slug: string, number: number) =>
  new Problem(
    'hit_unknown',
    `No hit of the dataset ${slug} with the number ${number} is set aside. See: canister set-aside list --dataset ${slug}`,
  );

const toKept = (row: Row): Kept => ({
  number: Number(row.seq),
  receivedAt: Number(row.received_at),
  body: new Uint8Array(row.body as ArrayBuffer),
});

const toHit = (row: Row): SetAsideHit => ({
  number: Number(row.seq),
  reason: String(row.reason),
  receivedAt: Number(row.received_at),
  bytes: Number(row.bytes),
});
