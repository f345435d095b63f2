/** The backfills of a dataset in `control.db`. */
import type { InValue, Row } from '@libsql/client';
import type { Clock } from '../clock.ts';
import type { JobState } from '../contract/event-life.ts';
import { standardEventSet } from '../events/standard-events.ts';
import type { PastStores } from '../past/past.ts';
import {
  type BackfillBook,
  type BackfillCounts,
  type BackfillRecord,
  nothingCounted,
} from '../settings/backfills.ts';
import { openLibsqlEvents } from './libsql-events.ts';
import type { SqlBatch } from './libsql-file.ts';

const columns =
  'number, kind, event, version, from_day, to_day, state, cursor_day, cursor_offset, counts, reason, requested_at, changed_at';

export function openLibsqlBackfills(control: SqlBatch, clock: Clock): BackfillBook {
  const run = async (sql: string, args: InValue[], mode: 'read' | 'write') =>
    (await control.batch([{ sql, args }], mode))[0]?.rows ?? [];
  return {
    list: async (slug) =>
      (
        await run(
          `SELECT ${columns} FROM backfill WHERE dataset = ? ORDER BY number`,
          [slug],
          'read',
        )
      ).map(toRecord),
    async add(slug, { kind, event, version, from, to }) {
      const now = clock();
      const [row] = await run(
        `INSERT INTO backfill (dataset, kind, event, version, from_day, to_day, state, counts, requested_at, changed_at)
         VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?, ?, ?) RETURNING ${columns}`,
        [
          slug,
          kind,
          event,
          version,
          from ?? null,
          to ?? null,
          JSON.stringify(nothingCounted),
          now,
          now,
        ],
        'write',
      );
      if (row === undefined) throw new Error('the new backfill has no row');
      return toRecord(row);
    },
    async save(slug, { number, state, cursor, counts, reason }) {
      await run(
        'UPDATE backfill SET state = ?, cursor_day = ?, cursor_offset = ?, counts = ?, reason = ?, changed_at = ? WHERE dataset = ? AND number = ?',
        [
          state,
          cursor?.day ?? null,
          cursor?.offset ?? null,
          JSON.stringify(counts),
          reason ?? null,
          clock(),
          slug,
          number,
        ],
        'write',
      );
    },
  };
}

/** What the engine needs to change the past of a dataset. */
export function openPastStores(control: SqlBatch, clock: Clock, slug: string): PastStores {
  const events = openLibsqlEvents(control, clock);
  return {
    backfills: openLibsqlBackfills(control, clock),
    readSet: async (version) =>
      version === standardEventSet.version
        ? standardEventSet
        : (await events.published(slug, version))?.set,
  };
}

function toRecord(row: Row): BackfillRecord {
  return {
    number: Number(row.number),
    kind: row.kind === 'remove' ? 'remove' : 'replay',
    event: String(row.event),
    version: Number(row.version),
    ...(row.from_day === null ? {} : { from: String(row.from_day) }),
    ...(row.to_day === null ? {} : { to: String(row.to_day) }),
    state: String(row.state) as JobState,
    ...(row.cursor_day === null
      ? {}
      : { cursor: { day: String(row.cursor_day), offset: Number(row.cursor_offset) } }),
    counts: { ...nothingCounted, ...(JSON.parse(String(row.counts)) as BackfillCounts) },
    ...(row.reason === null ? {} : { reason: String(row.reason) }),
    requestedAt: Number(row.requested_at),
    changedAt: Number(row.changed_at),
  };
}
