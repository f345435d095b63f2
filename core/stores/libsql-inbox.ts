/** The engine's side of `hit_inbox`, over the libSQL owner. The collector's side is in collector-edge. */
import type { InboxRow, InboxSource } from '../sources/inbox-source.ts';
import type { SqlBatch } from './libsql-file.ts';

const pruneRowsMax = 10_000;

export function openLibsqlInboxSource(hits: SqlBatch): InboxSource {
  const read = async (sql: string, args: (number | string)[]) =>
    (await hits.batch([{ sql, args }], 'read'))[0]?.rows ?? [];
  const write = async (sql: string, args: (number | string | Uint8Array)[]) =>
    (await hits.batch([{ sql, args }], 'write'))[0]?.rowsAffected ?? 0;

  return {
    async take(after, limit) {
      const rows = await read(
        'SELECT seq, dataset, received_at, body FROM hit_inbox WHERE seq > ? ORDER BY seq LIMIT ?',
        [after, limit],
      );
      return rows.map(
        (row): InboxRow => ({
          seq: Number(row.seq),
          dataset: row.dataset === null ? undefined : String(row.dataset),
          receivedAt: Number(row.received_at),
          body: row.body === null ? undefined : new Uint8Array(row.body as ArrayBuffer),
        }),
      );
    },
    async waiting(after) {
      const [row] = await read(
        'SELECT count(*) AS waiting FROM hit_inbox WHERE seq > ? AND dataset IS NOT NULL',
        [after],
      );
      return Number(row?.waiting ?? 0);
    },
    async heartbeat(nowMs) {
      await write(
        `INSERT INTO hit_inbox (dataset, hit_id, received_at, body)
         SELECT NULL, NULL, max(?, coalesce((SELECT received_at FROM hit_inbox ORDER BY seq DESC LIMIT 1), 0)), NULL`,
        [nowMs],
      );
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
      for (let rows = pruneRowsMax; rows === pruneRowsMax; ) rows = await write(sql, args);
    },
    async forgetIds(beforeMs) {
      await write('DELETE FROM recent_hit WHERE received_at < ?', [beforeMs]);
    },
  };
}
