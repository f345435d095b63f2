/** The deliveries of digests: items of the outbox, with what they bring to whom. */
import type { InStatement, Row } from '@libsql/client';
import type { DigestDelivery } from '../contract/subscription.ts';

type Read = (sql: string, args: (string | number)[]) => Promise<Row[]>;

/** The newest first. */
export async function readDeliveries(
  read: Read,
  wanted: { id?: string; subscription?: string | undefined; limit: number },
): Promise<DigestDelivery[]> {
  const [column, value] =
    wanted.id !== undefined ? ['id', wanted.id] : ['subscription', wanted.subscription];
  const rows = await read(
    `SELECT d.id, d.recipient, d.reason, d.due_at AS digest_due_at, s.definition, o.title, o.state, o.tries,
       o.created_at, o.due_at, o.sent_at, o.last_error
     FROM digest_delivery d JOIN outbox o ON o.id = d.id JOIN subscription s ON s.id = d.subscription
     ${value === undefined ? '' : `WHERE d.${column} = ?`} ORDER BY o.created_at DESC, d.recipient, d.id LIMIT ?`,
    [...(value === undefined ? [] : [value]), wanted.limit],
  );
  return rows.map(toDelivery);
}

/** What was given up goes back among those that wait; of what was sent one more copy is put in. */
export function resendStatements(
  { id, state }: Pick<DigestDelivery, 'id' | 'state'>,
  newId: string,
  nowMs: number,
): InStatement[] {
  if (state === 'given_up')
    return [
      {
        sql: "UPDATE outbox SET state = 'waiting', tries = 0, created_at = ?1, due_at = ?1, claimed_until = 0, last_error = NULL WHERE id = ?2 AND state = 'given_up'",
        args: [nowMs, id],
      },
    ];
  return [
    {
      sql: `INSERT OR IGNORE INTO outbox (id, kind, channel, title, payload, state, tries, created_at, due_at, claimed_until)
        SELECT ?1, kind, channel, title, '', 'waiting', 0, ?2, ?2, 0 FROM outbox WHERE id = ?3`,
      args: [newId, nowMs, id],
    },
    {
      sql: `INSERT OR IGNORE INTO digest_delivery (id, edition, subscription, recipient, reason, due_at)
        SELECT ?1, edition, subscription, recipient, 'resend', due_at FROM digest_delivery WHERE id = ?2`,
      args: [newId, id],
    },
  ];
}

function toDelivery(row: Row): DigestDelivery {
  const state = String(row.state) as DigestDelivery['state'];
  return {
    id: String(row.id),
    subscription: (JSON.parse(String(row.definition)) as { name: string }).name,
    recipient: String(row.recipient),
    reason: String(row.reason) as DigestDelivery['reason'],
    dueAt: Number(row.digest_due_at),
    title: String(row.title),
    state,
    tries: Number(row.tries),
    createdAt: Number(row.created_at),
    ...(state === 'waiting' ? { triedAgainAt: Number(row.due_at) } : {}),
    ...(row.sent_at === null ? {} : { sentAt: Number(row.sent_at) }),
    ...(row.last_error === null ? {} : { lastError: String(row.last_error) }),
  };
}
