/** The outbox in `control.db`. */
import type { InStatement, Row } from '@libsql/client';
import type { ClaimedItem, DeliveryKind, Outbox, OutboxItem } from '../alerts/outbox.ts';
import type { Clock } from '../clock.ts';
import type { Delivery } from '../contract/alert.ts';
import type { SqlBatch } from './libsql-file.ts';

/** Somebody who has not said after so long what became of a message will not do so any more. */
const claimMs = 600_000;
const perChannelMax = 2;

export function openLibsqlOutbox(control: SqlBatch, clock: Clock): Outbox {
  async function read(sql: string, args: (string | number)[]): Promise<Row[]> {
    return (await control.batch([{ sql, args }], 'read'))[0]?.rows ?? [];
  }
  const write = async (sql: string, args: (string | number)[]) =>
    await control.batch([{ sql, args }], 'write');

  return {
    async add(items) {
      if (items.length > 0) await control.batch(addStatements(items, clock()), 'write');
    },
    async releaseClaims() {
      await write("UPDATE outbox SET claimed_until = 0 WHERE state = 'waiting'", []);
    },
    async claim(nowMs, limit, exceptChannels) {
      const places = exceptChannels.map(() => '?').join(', ');
      const [result] = await write(
        `UPDATE outbox SET claimed_until = ?, tries = tries + 1 WHERE id IN (
           SELECT id FROM (
             SELECT id, due_at, row_number() OVER (PARTITION BY channel ORDER BY due_at, id) AS place
             FROM outbox WHERE state = 'waiting' AND due_at <= ? AND claimed_until <= ? AND channel NOT IN (${places})
           ) WHERE place <= ${perChannelMax} ORDER BY due_at, id LIMIT ?
         ) RETURNING id, kind, channel, title, payload, created_at, tries`,
        [nowMs + claimMs, nowMs, nowMs, ...exceptChannels, limit],
      );
      return (result?.rows ?? []).map(toClaimed);
    },
    async sent(id, nowMs) {
      // What was sent needs no second copy of itself.
      await write(
        "UPDATE outbox SET state = 'sent', sent_at = ?, claimed_until = 0, payload = '' WHERE id = ?",
        [nowMs, id],
      );
    },
    async failed(id, why, dueAt) {
      if (dueAt === undefined)
        await write(
          "UPDATE outbox SET state = 'given_up', last_error = ?, claimed_until = 0 WHERE id = ?",
          [why, id],
        );
      else
        await write(
          'UPDATE outbox SET last_error = ?, due_at = ?, claimed_until = 0 WHERE id = ?',
          [why, dueAt, id],
        );
    },
    async list(limit) {
      const rows = await read(
        'SELECT id, channel, title, state, tries, created_at, due_at, sent_at, last_error FROM outbox ORDER BY created_at DESC, id LIMIT ?',
        [limit],
      );
      return rows.map(toDelivery);
    },
    async lateChannels(beforeMs) {
      const rows = await read(
        "SELECT DISTINCT channel FROM outbox WHERE state = 'waiting' AND created_at < ? ORDER BY channel",
        [beforeMs],
      );
      return rows.map(({ channel }) => String(channel));
    },
  };
}

/** The statements that put items in, for a batch that writes more than them. An id that is there stays as it is. */
export function addStatements(items: readonly OutboxItem[], nowMs: number): InStatement[] {
  return items.map(({ id, kind, channel, title, payload }) => ({
    sql: `INSERT OR IGNORE INTO outbox (id, kind, channel, title, payload, state, tries, created_at, due_at, claimed_until)
      VALUES (?, ?, ?, ?, ?, 'waiting', 0, ?, ?, 0)`,
    args: [id, kind, channel, title, payload, nowMs, nowMs],
  }));
}

function toClaimed(row: Row): ClaimedItem {
  return {
    id: String(row.id),
    kind: String(row.kind) as DeliveryKind,
    channel: String(row.channel),
    title: String(row.title),
    payload: String(row.payload),
    createdAt: Number(row.created_at),
    tries: Number(row.tries),
  };
}

function toDelivery(row: Row): Delivery {
  return {
    id: String(row.id),
    channel: String(row.channel),
    title: String(row.title),
    state: String(row.state) as Delivery['state'],
    tries: Number(row.tries),
    createdAt: Number(row.created_at),
    dueAt: Number(row.due_at),
    ...(row.sent_at === null ? {} : { sentAt: Number(row.sent_at) }),
    ...(row.last_error === null ? {} : { lastError: String(row.last_error) }),
  };
}
