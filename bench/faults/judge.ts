/** Starts the real core on the files that a power cut has left, lets it work to the end, and reads what it has. */
import { verifyCanister } from '../../core/canisters/verify.ts';
import { openCore } from '../../core/testing/world.ts';

/** Long after the hits: all sessions have ended. */
const laterMs = 30 * 86_400_000;

export interface Verdict {
  /** Ids of the hits in the tables, without hyphens, as often as they are there. */
  stored: string[];
  /** Sessions whose canister record is gone or damaged. */
  mismatches: number;
  /** Why it did not open, or did not go on. */
  refused?: string;
}

export async function judge(folder: string, slug: string): Promise<Verdict> {
  try {
    const core = await openCore(folder, () => Date.now() + laterMs, {});
    try {
      // A step that finds nothing may write a heartbeat, which the next one reads.
      for (let quiet = 0; quiet < 2; quiet = (await core.engine.step()) ? 0 : quiet + 1);
      const stores = core.stores.get(slug);
      // Cut before the dataset was there.
      if (stores === undefined) return { stored: [], mismatches: 0 };
      const { rows } = await stores.analytics.query('SELECT hit_id::VARCHAR FROM store.hits', []);
      const { damagedCount, missingCount } = await verifyCanister(stores);
      return {
        stored: rows.map(([id]) => String(id).replaceAll('-', '')),
        mismatches: damagedCount + missingCount,
      };
    } finally {
      await core.close();
    }
  } catch (error) {
    return { stored: [], mismatches: 0, refused: (error as Error).message };
  }
}
