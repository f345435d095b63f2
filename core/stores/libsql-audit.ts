/** The audit trail in `control.db`. One at a time, for each entry needs the hash of the one before. */
import type { InStatement, ResultSet, Row } from '@libsql/client';
import {
  type AuditTrail,
  auditText,
  chainHash,
  chainStart,
  type NewAuditEntry,
} from '../access/audit.ts';
import type { Clock } from '../clock.ts';
import type { AuditCheck, AuditEntry } from '../contract/access.ts';
import { inTurn } from '../in-turn.ts';
import type { SqlBatch } from './libsql-file.ts';

const verifiedAtOnce = 1_000;
const columns = 'number, at, actor, address, action, target, detail, hash';

export interface LibsqlAudit extends AuditTrail {
  /** Removes the entries up to this instant, from the first on, and makes an entry of it. */
  trim(beforeMs: number): Promise<void>;
  /** Writes what is done and its entry in one transaction: neither is there without the other. */
  appendWith(statements: readonly InStatement[], entry: NewAuditEntry): Promise<ResultSet[]>;
}

export function openLibsqlAudit(control: SqlBatch, clock: Clock): LibsqlAudit {
  let last: { number: number; hash: string } | undefined;
  const writing = inTurn();

  async function read(sql: string, args: (string | number)[] = []): Promise<Row[]> {
    return (await control.batch([{ sql, args }], 'read'))[0]?.rows ?? [];
  }

  async function readLast(): Promise<{ number: number; hash: string }> {
    const [row] = await read('SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1');
    return row
      ? { number: Number(row.number), hash: String(row.hash) }
      : { number: 0, hash: chainStart };
  }

  async function write(
    statements: readonly InStatement[],
    given: NewAuditEntry,
  ): Promise<ResultSet[]> {
    const before = last ?? (await readLast());
    const entry = {
      number: before.number + 1,
      at: clock(),
      actor: auditText(given.actor),
      address: auditText(given.address),
      action: auditText(given.action),
      target: auditText(given.target),
      detail: auditText(given.detail ?? ''),
    };
    const hash = chainHash(before.hash, entry);
    // What became of a write that failed is not known: the end is read again.
    last = undefined;
    const results = await control.batch(
      [
        ...statements,
        {
          sql: `INSERT INTO audit (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
          args: [...Object.values(entry), hash],
        },
      ],
      'write',
    );
    last = { number: entry.number, hash };
    return results;
  }

  const appendWith = (statements: readonly InStatement[], entry: NewAuditEntry) =>
    writing.run(() => write(statements, entry));

  /** The last entry that was trimmed: what is there begins behind it. */
  async function readTrimmed(): Promise<{ number: number; hash: string }> {
    const [row] = await read('SELECT number, hash FROM audit_trimmed ORDER BY number DESC LIMIT 1');
    return row
      ? { number: Number(row.number), hash: String(row.hash) }
      : { number: 0, hash: chainStart };
  }

  return {
    appendWith,
    async trim(beforeMs) {
      // The newest stays, whatever its age, and so does all behind one that is young enough.
      const [row] = await read(
        `SELECT number, hash FROM audit WHERE number < coalesce(
           (SELECT min(number) FROM audit WHERE at >= ?), (SELECT max(number) FROM audit))
         ORDER BY number DESC LIMIT 1`,
        [beforeMs],
      );
      if (row === undefined) return;
      const [number, hash] = [Number(row.number), String(row.hash)];
      const before = await readTrimmed();
      await appendWith(
        [
          { sql: 'INSERT INTO audit_trimmed (number, hash) VALUES (?, ?)', args: [number, hash] },
          { sql: 'DELETE FROM audit WHERE number <= ?', args: [number] },
        ],
        {
          actor: 'machine',
          address: '',
          action: 'trim audit trail',
          target: '',
          detail: `entries ${before.number + 1} to ${number}, by retention`,
        },
      );
    },
    append: async (entry) => {
      await appendWith([], entry);
    },
    async list({ before, limit }) {
      const rows = await read(
        `SELECT ${columns} FROM audit WHERE number < ? ORDER BY number DESC LIMIT ?`,
        [before ?? Number.MAX_SAFE_INTEGER, limit],
      );
      return rows.map(toEntry);
    },
    async verify() {
      const trimmed = await readTrimmed();
      const first = trimmed.number > 0 ? { firstNumber: trimmed.number + 1 } : {};
      const check: AuditCheck = { entries: 0, ...first, lastHash: trimmed.hash };
      let last = trimmed.number;
      for (;;) {
        const rows = await read(
          `SELECT ${columns} FROM audit WHERE number > ? ORDER BY number LIMIT ?`,
          [last, verifiedAtOnce],
        );
        if (rows.length === 0) return check;
        for (const { hash, ...entry } of rows.map(toEntry)) {
          const isNext = entry.number === last + 1;
          if (!isNext || chainHash(check.lastHash, entry) !== hash)
            return { ...check, brokenAt: last + 1 };
          last = entry.number;
          check.entries += 1;
          check.lastHash = hash;
        }
      }
    },
  };
}

function toEntry(row: Row): AuditEntry {
  return {
    number: Number(row.number),
    at: Number(row.at),
    actor: String(row.actor),
    address: String(row.address),
    action: String(row.action),
    target: String(row.target),
    detail: String(row.detail),
    hash: String(row.hash),
  };
}
