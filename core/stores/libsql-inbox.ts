/** The engine's side of `hit_inbox`, over the libSQL owner. The collector's side is in collector-edge. */

import type { InStatement } from '@libsql/client';
import { receiptTimeSql } from '../contract/receipt-time.ts';
import { failPoint } from '../fail-point.ts';
import type { InboxCommand, InboxSource } from '../sources/inbox-source.ts';
import type { SqlBatch } from './libsql-file.ts';
import { packedRowsSql, unpackRows } from './packed-rows.ts';
import { openWaitingHits } from './waiting-hits.ts';

/** A test build prunes by little, so that it can be killed in the midst of it. */
const pruneRowsMax = __FAIL_POINTS__ ? 20 : 10_000;

const hourMs = 3_600_000;
/** Hits that are excluded by one statement. */
const seqsPerStatement = 500;

const accountSql = `SELECT
  (SELECT coalesce(sum(count), 0) FROM hit_total WHERE dataset = ?1 AND outcome = 'accepted' AND imported = 0) AS accepted,
  (SELECT count(*) FROM set_aside WHERE seq <= ?2 AND dataset = ?1) AS set_aside`;

/** Appends a row that is no hit; like hits, it is never older than the row before it. */
const appendRow = `INSERT INTO hit_inbox (dataset, hit_id, received_at, body)
  SELECT ?1, NULL, coalesce((SELECT ${receiptTimeSql('?2', 'received_at')} FROM hit_inbox ORDER BY seq DESC LIMIT 1), ?2), ?3`;

/**
 * Rows lie as they came: what is older than the first row that is young enough goes, and that many rows are read. Where a
 * clock was ahead and is set right, its rows go with those before them as soon as there are others.
 */
const firstYoung = (others: string) =>
  `(SELECT rowid FROM recent_hit WHERE received_at >= ?1 ${others} ORDER BY rowid LIMIT 1)`;
const aheadMs = 30 * 24 * hourMs;
const forgetSql = `DELETE FROM recent_hit WHERE rowid < coalesce(
  ${firstYoung(`AND received_at < ?1 + ${aheadMs}`)}, ${firstYoung('')}, ${Number.MAX_SAFE_INTEGER})`;

export function openLibsqlInboxSource(hits: SqlBatch): InboxSource {
  const read = async (sql: string, args: (number | string)[]) =>
    (await hits.batch([{ sql, args }], 'read'))[0]?.rows ?? [];
  const write = async (sql: string, args: (number | string | Uint8Array | null)[]) =>
    (await hits.batch([{ sql, args }], 'write'))[0]?.rowsAffected ?? 0;
  const waitingHits = openWaitingHits(hits);

  return {
    async take(after, limit) {
      const [packed] = await read(packedRowsSql, [after, limit]);
      return unpackRows(packed);
    },
    async waiting(after) {
      const counted = await waitingHits.count([{ dataset: undefined, after }]);
      return counted.waiting[0] ?? 0;
    },
    countAnew: () => waitingHits.forget(),
    async account(readThrough) {
      const positions = [...readThrough];
      const { waiting, results } = await waitingHits.count(
        positions.map(([dataset, after]) => ({ dataset, after })),
        positions.map(([dataset, seq]) => ({ sql: accountSql, args: [dataset, seq] })),
      );
      return new Map(
        positions.map(([dataset], index) => {
          const row = results[index]?.rows[0];
          return [
            dataset,
            {
              accepted: Number(row?.accepted ?? 0),
              waiting: waiting[index] ?? 0,
              setAside: Number(row?.set_aside ?? 0),
            },
          ];
        }),
      );
    },
    async waitingSince(after) {
      const [row] = await read(
        'SELECT received_at FROM hit_inbox WHERE seq > ? AND hit_id IS NOT NULL ORDER BY seq LIMIT 1',
        [after],
      );
      return row === undefined ? undefined : Number(row.received_at);
    },
    async heartbeat(nowMs) {
      await write(appendRow, [null, nowMs, null]);
    },
    async command(dataset, command, nowMs) {
      await write(appendRow, [dataset, nowMs, Buffer.from(JSON.stringify(command))]);
    },
    async useEvents(dataset, version, nowMs) {
      const command: InboxCommand = { do: 'use_events', version };
      await hits.batch(
        [
          { sql: appendRow, args: [dataset, nowMs, Buffer.from(JSON.stringify(command))] },
          {
            sql: 'INSERT INTO event_version (dataset, from_seq, version) SELECT ?, max(seq), ? FROM hit_inbox',
            args: [dataset, version],
          },
        ],
        'write',
      );
    },
    async eventVersions(dataset, atSeq) {
      const rows = await read(
        'SELECT from_seq, version FROM event_version WHERE dataset = ? ORDER BY from_seq',
        [dataset],
      );
      const versionOf = (row: (typeof rows)[number] | undefined) =>
        row === undefined ? undefined : Number(row.version);
      const before = rows.filter(({ from_seq }) => Number(from_seq) <= atSeq);
      return { inForce: versionOf(before.at(-1)), last: versionOf(rows.at(-1)) };
    },
    async exclude(dataset, sessions) {
      const statements = sessions.flatMap(({ event, seqs }) => excludeHits(dataset, event, seqs));
      if (statements.length > 0) await hits.batch(statements, 'write');
    },
    async startAbove(seq) {
      await write(
        `INSERT INTO hit_inbox (seq, dataset, hit_id, received_at, body)
         SELECT ?, NULL, NULL, coalesce((SELECT received_at FROM hit_inbox ORDER BY seq DESC LIMIT 1), 0), NULL
         WHERE ? > coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'hit_inbox'), 0)`,
        [seq, seq],
      );
    },
    async setAside({ seq, dataset, receivedAt, body }, reason) {
      await write(
        'INSERT OR REPLACE INTO set_aside (seq, dataset, received_at, reason, body) VALUES (?, ?, ?, ?, ?)',
        [seq, dataset ?? '', receivedAt, reason, body ?? new Uint8Array()],
      );
    },
    async prune(dataset, through) {
      const which = dataset === undefined ? 'dataset IS NULL' : 'dataset = ?';
      const args = dataset === undefined ? [through] : [dataset, through];
      const sql = `DELETE FROM hit_inbox WHERE seq IN
        (SELECT seq FROM hit_inbox WHERE ${which} AND seq <= ? ORDER BY seq LIMIT ${pruneRowsMax})`;
      if (__FAIL_POINTS__) failPoint('inbox-before-prune');
      for (let rows = pruneRowsMax; rows === pruneRowsMax; ) {
        rows = await write(sql, args);
        if (__FAIL_POINTS__) failPoint('inbox-mid-prune');
      }
      if (__FAIL_POINTS__) failPoint('inbox-after-prune');
    },
    async forgetIds(beforeMs) {
      await write(forgetSql, [beforeMs]);
    },
  };
}

/** Counts first, by the hours in which the hits came, and then takes them out. */
function excludeHits(dataset: string, event: string, seqs: readonly number[]): InStatement[] {
  const statements: InStatement[] = [];
  for (let start = 0; start < seqs.length; start += seqsPerStatement) {
    const some = seqs.slice(start, start + seqsPerStatement);
    const chosen = `FROM hit_inbox WHERE dataset = ? AND seq IN (${some.map(() => '?').join(', ')})`;
    const count = (outcome: string, reason: string, sign: string): InStatement => ({
      sql: `INSERT INTO hit_count (dataset, hour, outcome, reason, count)
        SELECT dataset, received_at / ${hourMs}, ?, ?, ${sign}count(*) ${chosen} GROUP BY 2
        ON CONFLICT (dataset, hour, outcome, reason) DO UPDATE SET count = count + excluded.count`,
      args: [outcome, reason, dataset, ...some],
    });
    statements.push(count('accepted', '', '-'), count('excluded', `event: ${event}`, ''), {
      sql: `DELETE ${chosen}`,
      args: [dataset, ...some],
    });
  }
  return statements;
}
