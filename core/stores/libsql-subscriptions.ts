/** Subscriptions, digests and their deliveries in `control.db`. */
import { randomBytes } from 'node:crypto';
import type { InStatement, Row } from '@libsql/client';
import { noticeId } from '../alerts/notices.ts';
import type { Clock } from '../clock.ts';
import { Problem } from '../contract/problem.ts';
import {
  type DigestDelivery,
  type Edition,
  type KeptSubscription,
  type Subscription,
  subscriptionLimits,
} from '../contract/subscription.ts';
import { digestItem, type Subscriptions } from '../settings/subscriptions.ts';
import { readDeliveries, resendStatements } from './libsql-digest-deliveries.ts';
import type { SqlBatch } from './libsql-file.ts';
import { addStatements } from './libsql-outbox.ts';

const secretBytes = 32;
const keyOf = (name: string) => name.toLowerCase();

export function openLibsqlSubscriptions(control: SqlBatch, clock: Clock): Subscriptions {
  async function read(sql: string, args: (string | number)[] = []): Promise<Row[]> {
    return (await control.batch([{ sql, args }], 'read'))[0]?.rows ?? [];
  }
  const write = async (...statements: InStatement[]) => await control.batch(statements, 'write');

  async function find(where: string, args: string[]): Promise<KeptSubscription[]> {
    const rows = await read(`SELECT * FROM subscription ${where} ORDER BY key`, args);
    const gone = await read('SELECT subscription, recipient FROM unsubscription ORDER BY at');
    return rows.map((row) => toKept(row, gone));
  }

  async function get(name: string): Promise<KeptSubscription> {
    const [found] = await find('WHERE key = ?', [keyOf(name)]);
    if (found) return found;
    const names = (await find('', [])).map(({ subscription }) => subscription.name).join(', ');
    throw new Problem(
      'subscription_unknown',
      `There is no subscription called "${name}". ${names ? `There are: ${names}.` : 'There is none yet.'}`,
    );
  }

  return {
    list: () => find('', []),
    get,
    byId: async (id) => (await find('WHERE id = ?', [id]))[0],
    async save(subscription) {
      const [before] = await find('WHERE key = ?', [keyOf(subscription.name)]);
      const goesOn = before !== undefined && isSameTime(before.subscription, subscription);
      const recipients = subscription.recipients.map((one) => one.toLowerCase());
      const id = before?.id ?? randomBytes(16).toString('hex');
      const [saved] = await write(
        {
          sql: `INSERT INTO subscription (id, key, definition, secret, done_until, tries, retry_at)
            SELECT ?1, ?2, ?3, ?4, ?5, 0, 0 WHERE (SELECT count(*) FROM subscription WHERE key <> ?2) < ?6
            ON CONFLICT (key) DO UPDATE SET definition = excluded.definition, done_until = excluded.done_until,
              held_reason = NULL, tries = 0, retry_at = 0`,
          args: [
            id,
            keyOf(subscription.name),
            JSON.stringify(subscription),
            randomBytes(secretBytes).toString('base64url'),
            goesOn ? before.doneUntil : clock(),
            subscriptionLimits.subscriptionsMax,
          ],
        },
        // Who was taken off the list and is put on it again later is asked for anew.
        {
          sql: `DELETE FROM unsubscription WHERE subscription = ? AND recipient NOT IN (${recipients.map(() => '?').join(', ')})`,
          args: [id, ...recipients],
        },
      );
      if (saved?.rowsAffected !== 1)
        throw new Problem(
          'subscription_invalid',
          `There are at most ${subscriptionLimits.subscriptionsMax} subscriptions. Delete one that is not needed any more.`,
        );
      return await get(subscription.name);
    },
    async remove(name) {
      const { id } = await get(name);
      const own = (sql: string): InStatement => ({ sql, args: [id] });
      await write(
        own('DELETE FROM subscription WHERE id = ?'),
        own('DELETE FROM unsubscription WHERE subscription = ?'),
        own(
          'DELETE FROM outbox WHERE id IN (SELECT id FROM digest_delivery WHERE subscription = ?)',
        ),
        own('DELETE FROM digest_delivery WHERE subscription = ?'),
        own('DELETE FROM digest_edition WHERE subscription = ?'),
      );
    },
    async hold(id, { reason, tries, retryAt }) {
      const sql = 'UPDATE subscription SET held_reason = ?, tries = ?, retry_at = ? WHERE id = ?';
      const shown = reason.slice(0, subscriptionLimits.reasonLengthMax);
      await write({ sql, args: [shown, tries, retryAt, id] });
    },
    async setDoneUntil(id, instantMs) {
      await write({
        sql: 'UPDATE subscription SET done_until = ? WHERE id = ?',
        args: [instantMs, id],
      });
    },
    async edition(id) {
      const [row] = await read('SELECT * FROM digest_edition WHERE id = ?', [id]);
      return row && toEdition(row);
    },
    async publish(edition, deliveries, isScheduled) {
      const kept = (await find('WHERE id = ?', [edition.subscriptionId]))[0];
      // Somebody deleted it while its digest was made.
      if (kept === undefined) return;
      const items = deliveries.map((one) => digestItem(kept.subscription, one));
      await write(
        editionStatement(edition),
        ...addStatements(items, clock()),
        ...deliveries.map(({ id, recipient, reason }) => ({
          sql: 'INSERT OR IGNORE INTO digest_delivery (id, edition, subscription, recipient, reason, due_at) VALUES (?, ?, ?, ?, ?, ?)',
          args: [id, edition.id, edition.subscriptionId, recipient, reason, edition.dueAt],
        })),
        ...(isScheduled ? [doneStatement(edition)] : []),
      );
    },
    async deliveries({ name, limit }) {
      const id = name === undefined ? undefined : (await get(name)).id;
      return await readDeliveries(read, { subscription: id, limit });
    },
    async resend(id) {
      const [found] = await readDeliveries(read, { id, limit: 1 });
      if (found === undefined)
        throw new Problem(
          'delivery_unknown',
          `There is no digest of the id "${id}" among the deliveries of the last 30 days.`,
        );
      if (found.state === 'waiting')
        throw new Problem('delivery_waits', 'It waits to be sent already, and is tried again.');
      const newId = found.state === 'sent' ? noticeId(id, 'resend', clock()) : id;
      await write(...resendStatements(found, newId, clock()));
      return newId;
    },
    async toSend(deliveryId) {
      const [row] = await read(
        'SELECT d.recipient, d.reason, e.* FROM digest_delivery d JOIN digest_edition e ON e.id = d.edition WHERE d.id = ?',
        [deliveryId],
      );
      if (row === undefined) return undefined;
      const [kept] = await find('WHERE id = ?', [String(row.subscription)]);
      if (kept === undefined) return undefined;
      const reason = String(row.reason) as DigestDelivery['reason'];
      return { kept, edition: toEdition(row), recipient: String(row.recipient), reason };
    },
    async unsubscribe(id, recipient) {
      await write({
        sql: 'INSERT OR IGNORE INTO unsubscription (subscription, recipient, at) VALUES (?, ?, ?)',
        args: [id, recipient.toLowerCase(), clock()],
      });
    },
  };
}

/** What does not change when a digest is due. What is paused begins anew when it goes on. */
function isSameTime(before: Subscription, now: Subscription): boolean {
  const timeOf = ({ schedule, timeZone }: Subscription) => JSON.stringify([schedule, timeZone]);
  return timeOf(before) === timeOf(now) && !(before.paused && !now.paused);
}

function editionStatement({ id, subscriptionId, dueAt, outcome, ...mail }: Edition): InStatement {
  return {
    sql: 'INSERT OR IGNORE INTO digest_edition (id, subscription, due_at, outcome, mail) VALUES (?, ?, ?, ?, ?)',
    args: [id, subscriptionId, dueAt, outcome, JSON.stringify(mail)],
  };
}

function doneStatement({ subscriptionId, dueAt, outcome }: Edition): InStatement {
  return {
    sql: `UPDATE subscription SET done_until = max(done_until, ?1), last_due_at = ?1, last_outcome = ?2,
      held_reason = NULL, tries = 0, retry_at = 0 WHERE id = ?3`,
    args: [dueAt, outcome, subscriptionId],
  };
}

function toKept(row: Row, gone: readonly Row[]): KeptSubscription {
  return {
    id: String(row.id),
    secret: String(row.secret),
    subscription: JSON.parse(String(row.definition)) as Subscription,
    doneUntil: Number(row.done_until),
    lastDueAt: row.last_due_at === null ? undefined : Number(row.last_due_at),
    lastOutcome:
      row.last_outcome === null ? undefined : (String(row.last_outcome) as Edition['outcome']),
    held:
      row.held_reason === null
        ? undefined
        : {
            reason: String(row.held_reason),
            tries: Number(row.tries),
            retryAt: Number(row.retry_at),
          },
    unsubscribed: gone
      .filter(({ subscription }) => subscription === row.id)
      .map(({ recipient }) => String(recipient)),
  };
}

function toEdition(row: Row): Edition {
  return {
    ...(JSON.parse(String(row.mail)) as Pick<Edition, 'subject' | 'html' | 'text' | 'attachments'>),
    id: String(row.id),
    subscriptionId: String(row.subscription),
    dueAt: Number(row.due_at),
    outcome: String(row.outcome) as Edition['outcome'],
  };
}
