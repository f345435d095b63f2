/** The counters of `hits.db`: what became of hits, summed by dataset, and imports added to them. */
import type { Clock } from '../clock.ts';
import type { ImportProgress } from '../contract/import.ts';
import type { HitCounts } from '../contract/status.ts';
import type { SqlBatch } from './libsql-file.ts';

const hourMs = 3_600_000;

export interface HitCounters {
  /** All counts since the beginning, by dataset. */
  read(): Promise<Map<string, HitCounts>>;
  /** Adds an ended import: all five counters in one transaction. */
  addImport(slug: string, progress: ImportProgress): Promise<void>;
}

export function openLibsqlCounts(hits: SqlBatch, clock: Clock): HitCounters {
  return {
    async read() {
      const [result] = await hits.batch(
        ['SELECT dataset, outcome, sum(count) AS count FROM hit_count GROUP BY dataset, outcome'],
        'read',
      );
      const byDataset = new Map<string, HitCounts>();
      for (const { dataset, outcome, count } of result?.rows ?? []) {
        const counts = byDataset.get(String(dataset)) ?? {
          received: 0,
          accepted: 0,
          duplicate: 0,
          excluded: 0,
          bad: 0,
        };
        counts[String(outcome) as keyof HitCounts] = Number(count);
        byDataset.set(String(dataset), counts);
      }
      return byDataset;
    },
    async addImport(slug, { lines, accepted, duplicate, excluded, bad }) {
      const hour = Math.floor(clock() / hourMs);
      const outcomes = Object.entries({ received: lines, accepted, duplicate, excluded, bad });
      await hits.batch(
        outcomes.map(([outcome, count]) => ({
          sql: `INSERT INTO hit_count (dataset, hour, outcome, reason, count) VALUES (?, ?, ?, 'import', ?)
            ON CONFLICT (dataset, hour, outcome, reason) DO UPDATE SET count = count + excluded.count`,
          args: [slug, hour, outcome, count],
        })),
        'write',
      );
    },
  };
}
