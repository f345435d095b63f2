/**
 * What a recut remembers, so that nothing is lost by it: each of its sessions says of which collected sessions its
 * hits are, and a recut always begins with those. So rules may be changed as often as one likes, and back again.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ClosedSession, SessionHit } from '../contract/session.ts';
import type { SessionRules } from '../contract/session-rules.ts';

import { withAllHits } from './excluded-hits.ts';

/** A session as it was when it was collected, with the rules by which it ended. */
export interface CollectedSession {
  session: ClosedSession;
  firstSeq: number;
  lastSeq: number;
  devices: readonly string[];
  rules: SessionRules;
}

/** The part of a collected session that is in one session of a recut. */
export interface CollectedPart {
  /** The collected session without its hits. */
  session: Omit<ClosedSession, 'hits'>;
  firstSeq: number;
  lastSeq: number;
  devices: readonly string[];
  rules: SessionRules;
  /** Which of the collected session's hits are here: so many from this one on, out of so many. */
  from: number;
  count: number;
  total: number;
  /** Where they are among the hits of the session they are in: ranges of first place and length. */
  runs: readonly (readonly [first: number, length: number])[];
}

/** What stands beside a session that a recut wrote. Without parts the session is as it was collected. */
export interface Lineage {
  rules: SessionRules;
  parts?: readonly CollectedPart[];
}

/** A stored session with all that is kept beside it. */
export interface StoredWhole extends Omit<CollectedSession, 'rules'> {
  lineage?: Lineage | undefined;
}

interface Piece {
  part: CollectedPart;
  hits: SessionHit[];
  /** The stored session that it is in now. */
  presentId: string;
}

/** A collected session, and in which stored sessions its hits are at present, hit by hit. */
export interface Regained extends CollectedSession {
  presentIds: readonly string[];
}

/** Puts collected sessions together again out of stored ones. */
export class Collector {
  readonly #rules: SessionRules;
  readonly #pieces = new Map<string, Piece[]>();

  /** @param rules of sessions that no recut has touched */
  constructor(rules: SessionRules) {
    this.#rules = rules;
  }

  /** Takes a stored session and gives the collected ones that are complete with it, in their order. */
  take(stored: StoredWhole): Regained[] {
    const { lineage, ...kept } = stored;
    const session = withAllHits(stored.session);
    if (lineage?.parts === undefined) {
      const rules = lineage?.rules ?? this.#rules;
      return [{ ...kept, session, rules, presentIds: session.hits.map(() => session.id) }];
    }
    return lineage.parts.flatMap((part) => {
      const hits = part.runs.flatMap(([first, length]) =>
        session.hits.slice(first, first + length),
      );
      const pieces = this.#pieces.get(part.session.id) ?? [];
      pieces.push({ part, hits, presentId: session.id });
      this.#pieces.set(part.session.id, pieces);
      const found = pieces.reduce((sum, { part: { count } }) => sum + count, 0);
      return found === part.total ? [this.#join(part.session.id, pieces)] : [];
    });
  }

  /** What is left when all was taken: sessions of which retention has removed some hits. */
  rest(): Regained[] {
    return [...this.#pieces].map(([id, pieces]) => this.#join(id, pieces));
  }

  #join(id: string, pieces: Piece[]): Regained {
    this.#pieces.delete(id);
    pieces.sort((a, b) => a.part.from - b.part.from);
    const [first] = pieces;
    if (first === undefined) throw new Error(`the collected session ${id} has no piece`);
    const { session, firstSeq, lastSeq, devices, rules } = first.part;
    const all = pieces
      .flatMap(({ hits, presentId }) => hits.map((hit) => ({ hit, presentId })))
      .sort((a, b) => a.hit.at - b.hit.at);
    return {
      session: { ...session, hits: all.map(({ hit }) => hit) },
      firstSeq,
      lastSeq,
      devices,
      rules,
      presentIds: all.map(({ presentId }) => presentId),
    };
  }
}

/** Where in a session of a recut the hits of a collected one are. */
export function runsOf(places: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const place of places) {
    const last = runs.at(-1);
    if (last && last[0] + last[1] === place) last[1] += 1;
    else runs.push([place, 1]);
  }
  return runs;
}

/** Whether a session is a collected one, in all that is stored of it but for what its events made of it. */
export function isAsCollected(session: ClosedSession, collected: ClosedSession): boolean {
  return isDeepStrictEqual(present(session), present(collected));
}

/** Fields that are there as `undefined` are as good as absent. */
function present({
  facts: _facts,
  attributes: _attributes,
  eventsVersion: _version,
  eventFaults: _faults,
  course: _course,
  ...session
}: ClosedSession): unknown {
  return JSON.parse(JSON.stringify(session));
}
