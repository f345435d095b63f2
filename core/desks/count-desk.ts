/**
 * What became of hits, as it is shown: the collector counts what it took, and exclusions decide later. So the hits that
 * they keep out move from `accepted` to `excluded`, and back when rules change and tables are made anew.
 */
import type { HitCounts, HourCounts } from '../contract/status.ts';

/** Hits of one hour that an exclusion keeps out. */
interface ExcludedHour {
  at: number;
  rule: string;
  hits: number;
}

export interface CountDesk {
  /** All counts since the beginning, by dataset. */
  read(): Promise<Map<string, HitCounts>>;
  /** Those of one dataset in the hours between two instants, `toMs` exclusive. */
  readHours(slug: string, fromMs: number, toMs: number): Promise<HourCounts[]>;
}

/** @param excluded gives the excluded hits of a dataset; it may fail for one whose stores cannot be used */
export function createCountDesk(
  counts: CountDesk,
  excluded: (slug: string) => Promise<readonly ExcludedHour[]>,
): CountDesk {
  const excludedOf = async (slug: string) => (slug === '' ? [] : excluded(slug).catch(() => []));
  return {
    async read() {
      const all = await counts.read();
      for (const [slug, of] of all) {
        const hits = (await excludedOf(slug)).reduce((sum, one) => sum + one.hits, 0);
        const moved = Math.min(hits, of.accepted);
        all.set(slug, { ...of, accepted: of.accepted - moved, excluded: of.excluded + moved });
      }
      return all;
    },
    async readHours(slug, fromMs, toMs) {
      const hours = await counts.readHours(slug, fromMs, toMs);
      return (await excludedOf(slug)).reduce(moveExcluded, hours);
    },
  };
}

/** An hour never has fewer than no accepted hits: a clock may have named another one. */
function moveExcluded(hours: HourCounts[], { at, rule, hits }: ExcludedHour): HourCounts[] {
  return hours.map((hour) => {
    if (hour.at !== at) return hour;
    const moved = Math.min(hits, hour.accepted);
    const reason = { outcome: 'excluded', reason: `exclusion: ${rule}`, count: moved };
    return {
      ...hour,
      accepted: hour.accepted - moved,
      excluded: hour.excluded + moved,
      reasons: [...hour.reasons, reason],
    };
  });
}
