/** Rules, channels and history of alerts in `control.db`. */
import type { Row } from '@libsql/client';
import type { AlertStore } from '../alerts/alert-store.ts';
import type { Clock } from '../clock.ts';
import {
  type AlertChannel,
  type AlertEntry,
  type AlertRule,
  alertLimits,
} from '../contract/alert.ts';
import { Problem } from '../contract/problem.ts';
import type { SqlBatch } from './libsql-file.ts';
import { addStatements } from './libsql-outbox.ts';

const historyKeptMs = 400 * 86_400_000;
const entriesPerRead = 1_000;

export function openLibsqlAlerts(control: SqlBatch, clock: Clock): AlertStore {
  async function read(sql: string, args: (string | number)[] = []): Promise<Row[]> {
    return (await control.batch([{ sql, args }], 'read'))[0]?.rows ?? [];
  }
  const write = async (sql: string, args: (string | number)[]) =>
    (await control.batch([{ sql, args }], 'write'))[0]?.rowsAffected ?? 0;

  return {
    async rules(slug) {
      const rows = await read('SELECT definition FROM alert_rule WHERE dataset = ? ORDER BY name', [
        slug,
      ]);
      return rows.map((row) => definition<AlertRule>(row));
    },
    async allRules() {
      const rows = await read('SELECT dataset, definition FROM alert_rule ORDER BY dataset, name');
      return rows.map((row) => ({
        dataset: String(row.dataset),
        rule: definition<AlertRule>(row),
      }));
    },
    async saveRule(slug, rule) {
      const written = await write(
        `INSERT INTO alert_rule (dataset, name, definition) SELECT ?, ?, ?
         WHERE (SELECT count(*) FROM alert_rule WHERE dataset = ? AND name <> ?) < ${alertLimits.rulesMax}
         ON CONFLICT (dataset, name) DO UPDATE SET definition = excluded.definition`,
        [slug, rule.name, JSON.stringify(rule), slug, rule.name],
      );
      if (written === 0) tooMany(`A dataset has at most ${alertLimits.rulesMax} alerts`);
    },
    async deleteRule(slug, name) {
      await write('DELETE FROM alert_rule WHERE dataset = ? AND name = ?', [slug, name]);
    },
    async channels() {
      const rows = await read('SELECT definition FROM alert_channel ORDER BY name');
      return rows.map((row) => definition<AlertChannel>(row));
    },
    async saveChannel(channel) {
      const written = await write(
        `INSERT INTO alert_channel (name, definition) SELECT ?, ?
         WHERE (SELECT count(*) FROM alert_channel WHERE name <> ?) < ${alertLimits.channelsMax}
         ON CONFLICT (name) DO UPDATE SET definition = excluded.definition`,
        [channel.name, JSON.stringify(channel), channel.name],
      );
      if (written === 0) tooMany(`There are at most ${alertLimits.channelsMax} channels`);
    },
    async deleteChannel(name) {
      await write('DELETE FROM alert_channel WHERE name = ?', [name]);
    },
    async record(entries, items) {
      if (entries.length === 0) return;
      await control.batch(
        [
          ...entries.map((entry) => ({
            sql: 'INSERT OR IGNORE INTO alert_history (id, dataset, rule, change, at, entry) VALUES (?, ?, ?, ?, ?, ?)',
            args: [
              entry.id,
              entry.dataset,
              entry.rule,
              entry.change,
              entry.at,
              JSON.stringify(entry),
            ],
          })),
          ...addStatements(items, clock()),
          { sql: 'DELETE FROM alert_history WHERE at < ?', args: [clock() - historyKeptMs] },
        ],
        'write',
      );
    },
    async history(slug, { rule, limit }) {
      const rows = await read(
        `SELECT entry FROM alert_history WHERE dataset = ? ${rule === undefined ? '' : 'AND rule = ?'} ORDER BY at DESC, rowid DESC LIMIT ?`,
        [slug, ...(rule === undefined ? [] : [rule]), limit],
      );
      return rows.map(({ entry }) => JSON.parse(String(entry)) as AlertEntry);
    },
    async sessionsOf(slug, rule, sessionsMax) {
      const found = new Set<string>();
      for (let behind = 0; ; ) {
        const rows = await read(
          `SELECT rowid, entry FROM alert_history WHERE dataset = ? AND rule = ? AND change = 'fired' AND rowid > ?
           ORDER BY rowid LIMIT ${entriesPerRead}`,
          [slug, rule, behind],
        );
        for (const row of rows) {
          for (const id of (JSON.parse(String(row.entry)) as AlertEntry).sessions) found.add(id);
          behind = Number(row.rowid);
        }
        if (found.size > sessionsMax) tooManyNamed(rule, sessionsMax);
        if (rows.length < entriesPerRead) break;
      }
      if (found.size > 0) return [...found];
      const known = await read(
        `SELECT 1 FROM alert_rule WHERE dataset = ?1 AND name = ?2
         UNION ALL SELECT 1 FROM alert_history WHERE dataset = ?1 AND rule = ?2 LIMIT 1`,
        [slug, rule],
      );
      return known.length > 0 ? [] : undefined;
    },
    async lastEntries() {
      // By the order of writing, not by time. A firing that goes on has several entries: it is since the first one
      // after the last recovery.
      const rows = await read(
        `SELECT h.entry, max(h.rowid) AS newest, f.last_fired_at,
           (SELECT s.at FROM alert_history s WHERE s.dataset = h.dataset AND s.rule = h.rule
              AND s.change = 'fired' AND s.rowid > coalesce(r.recovered, 0) ORDER BY s.rowid LIMIT 1) AS since
         FROM alert_history h
         LEFT JOIN (SELECT dataset, rule, max(at) AS last_fired_at FROM alert_history WHERE change = 'fired' GROUP BY 1, 2) f
           ON f.dataset = h.dataset AND f.rule = h.rule
         LEFT JOIN (SELECT dataset, rule, max(rowid) AS recovered FROM alert_history WHERE change = 'recovered' GROUP BY 1, 2) r
           ON r.dataset = h.dataset AND r.rule = h.rule
         GROUP BY h.dataset, h.rule`,
      );
      return rows.map((row) => {
        const last = JSON.parse(String(row.entry)) as AlertEntry;
        return {
          last,
          lastFiredAt: row.last_fired_at === null ? undefined : Number(row.last_fired_at),
          since: row.since === null ? last.at : Number(row.since),
        };
      });
    },
  };
}

const definition = <T>(row: Row) => JSON.parse(String(row.definition)) as T;

function tooManyNamed(rule: string, sessionsMax: number): never {
  const why = `The alert ${rule} has named more than ${sessionsMax} sessions.`;
  throw new Problem('search_too_wide', `${why} Search for what it watches instead.`);
}

function tooMany(what: string): never {
  throw new Problem('alert_invalid', `${what}. Delete one that is not needed any more.`);
}
