/**
 * The canister as it is read under the hit rules by which the tables were made anew last: records stay as they were
 * written, and sessions that are older than those rules are changed while they are read.
 */
import type { ClosedSession } from '../contract/session.ts';
import type { Enrichment } from '../hits/enrichment.ts';
import { enrichSession, withPlace } from '../sessions/enrich-session.ts';
import type { LongTermCanister } from './long-term.ts';

/** The hit rules of a dataset while it is open. */
export interface RulesInForce {
  /** Hits that come now are taken by these. */
  current: Enrichment;
  /** The tables were made anew by these; absent where they are as they were collected. */
  tables: Enrichment | undefined;
}

/** @param rules may change meanwhile */
export function enrichedCanister(
  canister: LongTermCanister,
  rules: Readonly<RulesInForce>,
): LongTermCanister {
  function enrich(session: ClosedSession): ClosedSession {
    const { tables, current } = rules;
    const isOlder = tables !== undefined && (session.rulesVersion ?? 0) < tables.rules.version;
    return withPlace(isOlder ? enrichSession(session, tables) : session, current);
  }
  const within = <T extends { session: ClosedSession }>(stored: T): T => {
    const session = enrich(stored.session);
    return session === stored.session ? stored : { ...stored, session };
  };
  return {
    ...canister,
    read: async (id, place) => enrich(await canister.read(id, place)),
    readWhole: async (id, place) => within(await canister.readWhole(id, place)),
    async *scan() {
      for await (const stored of canister.scan()) yield within(stored);
    },
    async *pieces(day, places) {
      for await (const piece of canister.pieces(day, places))
        yield { ...piece, sessions: piece.sessions.map(within) };
    },
  };
}
