/** The counters of `hits.db`: what became of hits, summed by dataset, and imports added to them. */
import type { Clock } from '../clock.ts';
import type { ImportProgress } from '../contract/import.ts';
import type { HitCounts, HourCounts } from '../contract/status.ts';
import type { SqlBatch } from './libsql-file.ts';

const hourMs = 3_600_000;

/** No hit is of this hour: what was lost is in no picture of an hour, only in the sum. */
const hourOfLosses = 0;

/** An hour whose counters do not add up. */
export interface BrokenHour {
  dataset: string;
  /** Beginning of the hour, epoch milliseconds. */
  at: number;
  received: number;
  /** Accepted, duplicate, excluded and bad together. */
  explained: number;
}

const brokenHoursMax = 100;
const hourRowsMax = 20_000;

export interface HitCounters {
  /** What became of the hits of a dataset in the hours that begin in a range of instants, `toMs` exclusive. */
  readHours(slug: string, fromMs: number, toMs: number): Promise<HourCounts[]>;
  /**
   * The hours in which `received = accepted + duplicate + excluded + bad` does not hold, the first hundred.
   * @param fromMs looks at the hours from then on, and at all of them only where the sums do not add up
   */
  findBroken(fromMs?: number): Promise<BrokenHour[]>;
  /** All counts since the beginning, by dataset. */
  read(): Promise<Map<string, HitCounts>>;
  /** Adds an ended import: all five counters in one transaction. */
  addImport(slug: string, progress: ImportProgress): Promise<void>;
  /**
   * Takes it as right that so many more hits are there than were counted as accepted, or so many fewer: the counts were
   * lost, or the hits were, and the administrator knows it.
   */
  acceptLoss(slug: string, unexplained: number): Promise<void>;
}

const bothSides = `sum(CASE WHEN outcome = 'received' THEN count ELSE 0 END) AS received,
  sum(CASE WHEN outcome = 'received' THEN 0 ELSE count END) AS explained`;
const areNotEqual = `HAVING received <> explained ORDER BY hour LIMIT ${brokenHoursMax}`;
const brokenHours = `SELECT dataset, hour, ${bothSides} FROM hit_count GROUP BY dataset, hour ${areNotEqual}`;
/** Dataset by dataset, because the hours lie behind it in the key. */
const brokenHoursSince = `SELECT c.dataset, c.hour, ${bothSides}
  FROM (SELECT DISTINCT dataset FROM hit_total) d CROSS JOIN hit_count c ON c.dataset = d.dataset AND c.hour >= ?
  GROUP BY c.dataset, c.hour ${areNotEqual}`;
const brokenSums = `SELECT dataset, ${bothSides} FROM hit_total GROUP BY dataset HAVING received <> explained LIMIT 1`;

export function openLibsqlCounts(hits: SqlBatch, clock: Clock): HitCounters {
  return {
    async read() {
      const [result] = await hits.batch(
        ['SELECT dataset, outcome, sum(count) AS count FROM hit_total GROUP BY dataset, outcome'],
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
    async readHours(slug, fromMs, toMs) {
      const [counted, aside] = await hits.batch(
        [
          {
            sql: `SELECT hour, outcome, reason, count FROM hit_count WHERE dataset = ? AND hour >= ? AND hour < ? ORDER BY hour LIMIT ${hourRowsMax}`,
            args: [slug, Math.ceil(fromMs / hourMs), Math.ceil(toMs / hourMs)],
          },
          {
            sql: `SELECT received_at / ${hourMs} AS hour, 'set_aside' AS outcome, reason, count(*) AS count FROM set_aside
              WHERE dataset = ? AND received_at >= ? AND received_at < ? GROUP BY 1, 3 ORDER BY 1 LIMIT ${hourRowsMax}`,
            args: [slug, fromMs, toMs],
          },
        ],
        'read',
      );
      return toHours([...(counted?.rows ?? []), ...(aside?.rows ?? [])]);
    },
    async findBroken(fromMs = 0) {
      const [sums] = fromMs === 0 ? [] : await hits.batch([brokenSums], 'read');
      const isWhole = sums === undefined || sums.rows.length > 0;
      const [result] = await hits.batch(
        [isWhole ? brokenHours : { sql: brokenHoursSince, args: [Math.floor(fromMs / hourMs)] }],
        'read',
      );
      return (result?.rows ?? []).map(({ dataset, hour, received, explained }) => ({
        dataset: String(dataset),
        at: Number(hour) * hourMs,
        received: Number(received),
        explained: Number(explained),
      }));
    },
    async acceptLoss(slug, unexplained) {
      await hits.batch(
        ['received', 'accepted'].map((outcome) => ({
          sql: `INSERT INTO hit_count (dataset, hour, outcome, reason, count) VALUES (?, ?, ?, 'loss', ?)
            ON CONFLICT (dataset, hour, outcome, reason) DO UPDATE SET count = count + excluded.count`,
          args: [slug, hourOfLosses, outcome, unexplained],
        })),
        'write',
      );
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

const noHits = { received: 0, accepted: 0, duplicate: 0, excluded: 0, bad: 0, setAside: 0 };

/** Rows of (hour, outcome, reason, count) as one entry an hour, oldest first. */
function toHours(rows: readonly Record<string, unknown>[]): HourCounts[] {
  const hours = new Map<number, HourCounts>();
  for (const row of rows) {
    const at = Number(row.hour) * hourMs;
    const hour = hours.get(at) ?? { at, ...noHits, reasons: [] };
    hours.set(at, hour);
    const outcome = String(row.outcome);
    const count = Number(row.count);
    hour[(outcome === 'set_aside' ? 'setAside' : outcome) as keyof typeof noHits] += count;
    if (row.reason !== '') hour.reasons.push({ outcome, reason: String(row.reason), count });
  }
  return [...hours.values()].sort((a, b) => a.at - b.at);
}

/** The sentence of what does not add up; undefined when all does. */
export function describeBroken(broken: readonly BrokenHour[]): string | undefined {
  const [first] = broken;
  if (first === undefined) return undefined;
  const { dataset, at, received, explained } = first;
  const more = broken.length > 1 ? `, and ${broken.length - 1} further hours` : '';
  const hour = new Date(at).toISOString().slice(0, 13);
  return `${dataset || 'without dataset'}, ${hour}:00 UTC: ${received} hits received, but ${explained} explained${more}`;
}
