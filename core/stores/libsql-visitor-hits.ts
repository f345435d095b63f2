/** The hits of one visitor in `hits.db`, and the messages of `control.db` that name them. */
import type { InStatement, InValue } from '@libsql/client';
import type { InboxCommand } from '../sources/inbox-source.ts';
import type { VisitorHits, WaitingHit } from '../sources/visitor-hits.ts';
import type { Scrubbed, SqlBatch } from './libsql-file.ts';

const rowsPerRead = 1_000;
const rowsPerStatement = 500;
const hourMs = 3_600_000;

const addUp =
  'ON CONFLICT (dataset, hour, outcome, reason) DO UPDATE SET count = count + excluded.count';

export function openLibsqlVisitorHits(
  hits: SqlBatch & Scrubbed,
  control: SqlBatch & Scrubbed,
): VisitorHits {
  async function* rowsOf(table: 'hit_inbox' | 'set_aside', dataset: string) {
    const isHit = table === 'hit_inbox' ? 'AND hit_id IS NOT NULL' : '';
    for (let after = -1; ; ) {
      const sql = `SELECT seq, body FROM ${table} WHERE dataset = ? AND seq > ? ${isHit} ORDER BY seq LIMIT ${rowsPerRead}`;
      const [result] = await hits.batch([{ sql, args: [dataset, after] }], 'read');
      const rows = result?.rows ?? [];
      for (const row of rows) yield toWaiting(row.seq, row.body, table === 'set_aside');
      const last = rows.at(-1);
      if (last === undefined) return;
      after = Number(last.seq);
    }
  }

  /** @returns how many went */
  async function eraseMessages(texts: readonly string[]): Promise<number> {
    const [result] = await control.batch(
      [{ sql: "SELECT id, title, payload FROM outbox WHERE payload <> ''", args: [] }],
      'read',
    );
    const named = (result?.rows ?? []).filter(({ title, payload }) =>
      texts.some((text) => `${title} ${payload}`.includes(text)),
    );
    const statements = named.map(({ id }) => ({
      sql: 'DELETE FROM outbox WHERE id = ?',
      args: [id as InValue],
    }));
    if (statements.length > 0) await control.batch(statements, 'write');
    return statements.length;
  }

  return {
    async *all(dataset) {
      yield* rowsOf('hit_inbox', dataset);
      yield* rowsOf('set_aside', dataset);
    },
    async erase(dataset, { inbox, setAside, hitIds, sessionIds, texts }) {
      const waiting = inbox.filter(({ isStored }) => !isStored).map(({ seq }) => seq);
      const ids = hitIds.map((id) => Buffer.from(id.replaceAll('-', ''), 'hex'));
      const statements = [
        ...recount(dataset, 'hit_inbox', waiting, 'excluded', 'erased'),
        ...recount(dataset, 'set_aside', setAside, 'bad', 'set_aside_deleted'),
        ...removal('set_aside', 'seq', dataset, setAside),
        ...removal('hit_inbox', 'seq', dataset, [...inbox.map(({ seq }) => seq), ...setAside]),
        ...removal('recent_hit', 'hit_id', dataset, ids),
        ...removal('hit_inbox', 'body', dataset, sessionIds.map(endCommand)),
      ];
      if (statements.length > 0) await hits.batch(statements, 'write');
      const messages = await eraseMessages(texts);
      return { inboxHits: waiting.length, setAsideHits: setAside.length, messages };
    },
    async scrub() {
      await hits.scrub();
      await control.scrub();
    },
  };
}

/** The row that ends a session by hand, which no hit can be: it has no id. */
const endCommand = (sessionId: string) =>
  Buffer.from(JSON.stringify({ do: 'end_session', sessionId } satisfies InboxCommand));

function toWaiting(seq: unknown, body: unknown, isSetAside: boolean): WaitingHit {
  let hit: WaitingHit['hit'] = {};
  try {
    hit = JSON.parse(new TextDecoder().decode(body as ArrayBuffer)) as WaitingHit['hit'];
  } catch {
    // What is no JSON names nobody.
  }
  return { seq: Number(seq), isSetAside, hit: hit ?? {} };
}

/** In the hours in which they came: accepted hits become something else. */
function recount(
  dataset: string,
  table: 'hit_inbox' | 'set_aside',
  seqs: readonly number[],
  outcome: string,
  reason: string,
): InStatement[] {
  return inPieces(seqs).flatMap((some) => {
    const chosen = `FROM ${table} WHERE dataset = ? AND seq IN (${places(some)}) GROUP BY 2`;
    const count = (name: string, why: string, sign: string): InStatement => ({
      sql: `INSERT INTO hit_count (dataset, hour, outcome, reason, count)
        SELECT dataset, received_at / ${hourMs}, ?, ?, ${sign}count(*) ${chosen} ${addUp}`,
      args: [name, why, dataset, ...some],
    });
    return [count('accepted', '', '-'), count(outcome, reason, '')];
  });
}

function removal(
  table: 'hit_inbox' | 'set_aside' | 'recent_hit',
  column: 'seq' | 'hit_id' | 'body',
  dataset: string,
  values: readonly (number | Buffer)[],
): InStatement[] {
  return inPieces(values).map((some) => ({
    sql: `DELETE FROM ${table} WHERE dataset = ? AND ${column} IN (${places(some)})`,
    args: [dataset, ...some],
  }));
}

const places = (values: readonly unknown[]) => values.map(() => '?').join(', ');

function inPieces<T>(values: readonly T[]): T[][] {
  const pieces: T[][] = [];
  for (let from = 0; from < values.length; from += rowsPerStatement)
    pieces.push(values.slice(from, from + rowsPerStatement));
  return pieces;
}
