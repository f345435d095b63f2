/** The server's rules of retention in `control.db`, and their work: the audit trail, the outbox, and digests. */
import type { ServerRetentionDesk } from '../access/server-retention.ts';
import type { Clock } from '../clock.ts';
import { type ServerRetention, serverRetentionSchema } from '../contract/server-retention.ts';
import type { LibsqlAudit } from './libsql-audit.ts';
import type { SqlBatch } from './libsql-file.ts';

const dayMs = 86_400_000;
const name = 'retention';

export function openLibsqlServerRetention(
  control: SqlBatch,
  audit: LibsqlAudit,
  clock: Clock,
): ServerRetentionDesk {
  async function get(): Promise<ServerRetention> {
    const sql = 'SELECT value FROM server_setting WHERE name = ?';
    const [found] = await control.batch([{ sql, args: [name] }], 'read');
    const value = found?.rows[0]?.value;
    return serverRetentionSchema.parse(value === undefined ? {} : JSON.parse(String(value)));
  }

  async function apply(): Promise<void> {
    const { keepAuditDays, keepDeliveriesDays } = await get();
    const before = [clock() - keepDeliveriesDays * dayMs];
    await control.batch(
      [
        {
          sql: "DELETE FROM outbox WHERE state <> 'waiting' AND created_at < ?",
          args: before,
        },
        // A digest is needed as long as somebody may still get it.
        'DELETE FROM digest_delivery WHERE id NOT IN (SELECT id FROM outbox)',
        {
          sql: 'DELETE FROM digest_edition WHERE due_at < ? AND id NOT IN (SELECT edition FROM digest_delivery)',
          args: before,
        },
      ],
      'write',
    );
    if (keepAuditDays !== undefined) await audit.trim(clock() - keepAuditDays * dayMs);
  }

  return {
    get,
    async set(input, entry) {
      const present: Record<string, unknown> = await get();
      for (const [rule, value] of Object.entries(input))
        if (value !== undefined) present[rule] = value ?? undefined;
      const rules = serverRetentionSchema.parse(present);
      const sql =
        'INSERT INTO server_setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value';
      const detail = JSON.stringify(rules);
      await audit.appendWith([{ sql, args: [name, detail] }], { ...entry, detail });
      await apply();
      return rules;
    },
    apply,
  };
}
