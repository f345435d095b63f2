/** Where every accepted hit is: stored, active, waiting, or set aside. Called between two steps, while nothing moves. */
import type { HitAccount } from '../contract/status.ts';
import { heldHits } from '../sessions/excluded-hits.ts';
import type { InboxSource } from '../sources/inbox-source.ts';
import type { DatasetEngine } from './dataset-engine.ts';

/** Gives the account of each dataset; imports are left out, for their lines are counted when they end. */
export async function accountForHits(
  inbox: InboxSource,
  datasets: ReadonlyMap<string, DatasetEngine>,
): Promise<HitAccount[]> {
  const positions = new Map([...datasets].map(([slug, { readThrough }]) => [slug, readThrough]));
  const known = await inbox.account(positions);
  return await Promise.all(
    [...datasets].map(async ([slug, dataset]) => {
      const { rows } = await dataset.analytics.query(
        `SELECT (SELECT coalesce(sum(hits), 0) FROM store.all_sessions WHERE origin = 'tracker')
           + (SELECT coalesce(sum(hits), 0) FROM store.removed)`,
        [],
      );
      return {
        dataset: slug,
        accepted: 0,
        waiting: 0,
        setAside: 0,
        ...known.get(slug),
        stored: Number(rows[0]?.[0] ?? 0),
        active: hitsInMemory(dataset),
        known: isCaughtUp(dataset),
      };
    }),
  );
}

/** How many more hits are found than were accepted; fewer than none when some are missing, 0 while it cannot be known. */
export function unexplainedHits(account: HitAccount): number {
  const { accepted, stored, active, waiting, setAside, known } = account;
  return known ? stored + active + waiting + setAside - accepted : 0;
}

/** The sentence of what does not add up, or undefined when all does, or cannot be known now. */
export function explainAccount(account: HitAccount): string | undefined {
  const { dataset, accepted, stored, active, waiting, setAside } = account;
  const unexplained = unexplainedHits(account);
  if (unexplained === 0) return undefined;
  const figures = `${accepted} accepted, but ${stored} stored, ${active} active, ${waiting} waiting and ${setAside} set aside`;
  const difference = Math.abs(unexplained);
  const what = difference === 1 ? 'hit is' : 'hits are';
  return `${dataset}: ${difference} ${what} ${unexplained < 0 ? 'missing' : 'too many'} (${figures})`;
}

function hitsInMemory({ active, ended }: DatasetEngine): number {
  let hits = 0;
  for (const { session } of active.values()) hits += heldHits(session);
  for (const { session } of ended) hits += heldHits(session);
  return hits;
}

/** After a restart some hits behind the position are stored already: until they were passed they count twice. */
function isCaughtUp({ closedThrough, readThrough }: DatasetEngine): boolean {
  for (const seq of closedThrough.values()) if (seq > readThrough) return false;
  return true;
}
