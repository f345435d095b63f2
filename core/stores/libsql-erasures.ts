/** The erasures in `control.db`. */
import type { InValue, Row } from '@libsql/client';
import type { Clock } from '../clock.ts';
import { type Erasure, erasureSchema } from '../contract/erasure.ts';
import type { ErasureBook } from '../settings/erasures.ts';
import type { SqlBatch } from './libsql-file.ts';

const columns = 'number, state, report, reason, requested_at, changed_at';

export function openLibsqlErasures(control: SqlBatch, clock: Clock): ErasureBook {
  const run = async (sql: string, args: InValue[], mode: 'read' | 'write') =>
    (await control.batch([{ sql, args }], mode))[0]?.rows ?? [];
  return {
    list: async (dataset) =>
      (
        await run(
          `SELECT ${columns} FROM erasure WHERE dataset = ? ORDER BY number`,
          [dataset],
          'read',
        )
      ).map(toErasure),
    async add(dataset) {
      const now = clock();
      const [row] = await run(
        `INSERT INTO erasure (dataset, state, requested_at, changed_at) VALUES (?, 'running', ?, ?)
         RETURNING ${columns}`,
        [dataset, now, now],
        'write',
      );
      if (row === undefined) throw new Error('the new erasure has no row');
      return toErasure(row);
    },
    async end(number, how) {
      const report = 'report' in how ? JSON.stringify(how.report) : null;
      const reason = 'reason' in how ? how.reason : null;
      await run(
        'UPDATE erasure SET state = ?, report = ?, reason = ?, changed_at = ? WHERE number = ?',
        [report === null ? 'failed' : 'done', report, reason, clock(), number],
        'write',
      );
    },
  };
}

function toErasure(row: Row): Erasure {
  return erasureSchema.parse({
    number: Number(row.number),
    state: String(row.state),
    requestedAt: Number(row.requested_at),
    changedAt: Number(row.changed_at),
    ...(row.report === null ? {} : { report: JSON.parse(String(row.report)) }),
    ...(row.reason === null ? {} : { reason: String(row.reason) }),
  });
}
