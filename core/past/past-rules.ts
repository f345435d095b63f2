/**
 * Which facts of a stored session count now. Its record has those that fired while it was open; a backfill puts
 * others in the place of those of one event, and a removal takes them away. The same rules make the rows of a session
 * that is stored, run over the past, and make tables anew: so all of them give the same rows.
 */
import type { StoredSession } from '../analytics/rows.ts';
import { isWithin, type PastRange, rangeOf } from '../canisters/past.ts';
import type { EventSet } from '../contract/event.ts';
import { type CompiledEventSet, compileEventSet } from '../events/compile.ts';
import { behaviourOf, writesOf } from '../events/dependencies.ts';
import { replaySession } from '../events/replay.ts';
import type { BackfillRecord } from '../settings/backfills.ts';

export interface PastRules {
  /** The sessions with the facts and attributes that count, in their order. */
  apply(sessions: readonly StoredSession[]): Promise<StoredSession[]>;
}

export interface PastRulesOptions {
  changes: readonly BackfillRecord[];
  timeZone: string;
  /** Reads a published set; undefined for a version that was never published. */
  readSet: (version: number) => Promise<EventSet | undefined>;
}

/** A change to the past that is in force, wholly or up to a place. */
interface Change extends BackfillRecord {
  range: PastRange;
}

/** A set, as far as changes to the past need it. */
interface KnownSet {
  set: EventSet | undefined;
  compiled?: CompiledEventSet;
  behaviours: Map<string, string | undefined>;
}

/** Sessions of a time before there were events. */
const noVersion = -1;

export const versionOf = ({ session }: StoredSession) => session.eventsVersion ?? noVersion;

export function createPastRules({ changes, timeZone, readSet }: PastRulesOptions): PastRules {
  const inForce = changes.filter(isInForce).map((change): Change => {
    return { ...change, range: rangeOf(change, timeZone) };
  });
  const versionMax = inForce.reduce((most, { version }) => Math.max(most, version), noVersion);
  const known = new Map<number, KnownSet>();

  async function know(version: number): Promise<void> {
    if (known.has(version)) return;
    const set = version === noVersion ? undefined : await readSet(version);
    known.set(version, { set, behaviours: new Map() });
  }

  function behaviour(version: number, event: string): string | undefined {
    const { set, behaviours } = known.get(version) ?? {};
    if (set === undefined || behaviours === undefined) return undefined;
    if (!behaviours.has(event)) behaviours.set(event, behaviourOf(set, event));
    return behaviours.get(event);
  }

  function compiled(version: number): CompiledEventSet | undefined {
    const found = known.get(version);
    if (found?.set) found.compiled ??= compileEventSet(found.set, { timeZone });
    return found?.compiled;
  }

  /** The last change to each event that concerns a session. */
  function changesTo(stored: StoredSession): Map<string, Change> {
    const last = new Map<string, Change>();
    const version = versionOf(stored);
    if (version >= versionMax) return last;
    for (const change of inForce) {
      if (version >= change.version || !isWithin(stored.session.startedAt, change.range)) continue;
      if (isEnded(change) && !isUpTo(stored.place, change.cursor)) continue;
      last.set(change.event, change);
    }
    return last;
  }

  function applyTo(stored: StoredSession, changed: ReadonlyMap<string, Change>): StoredSession {
    const session = { ...stored.session };
    const replays = new Map<number, ReturnType<typeof replaySession> | undefined>();
    const replayBy = (version: number) => {
      const set = compiled(version);
      if (!replays.has(version)) replays.set(version, set && replaySession(set, session));
      return replays.get(version);
    };
    for (const [event, { kind, version }] of changed) {
      // What fires alike in both sets has fired so while the session was open.
      if (kind === 'replay' && behaviour(version, event) === behaviour(versionOf(stored), event))
        continue;
      const others = (session.facts ?? []).filter((fact) => fact.event !== event);
      const replay = kind === 'replay' ? replayBy(version) : undefined;
      const now = (replay?.facts ?? []).filter((fact) => fact.event === event);
      session.facts = [
        ...others,
        ...now.map((fact) => ({ ...fact, version, backfilled: true as const })),
      ];
      const definition = known.get(version)?.set?.events.find(({ name }) => name === event);
      for (const field of definition && replay ? writesOf(definition) : []) {
        const values = replay?.attributes[field];
        if (values !== undefined) session.attributes = { ...session.attributes, [field]: values };
      }
    }
    return { ...stored, session };
  }

  return {
    async apply(sessions) {
      if (inForce.length === 0) return [...sessions];
      const all = sessions.map((stored) => ({ stored, changed: changesTo(stored) }));
      for (const { stored, changed } of all) {
        if (changed.size === 0) continue;
        await know(versionOf(stored));
        for (const { version } of changed.values()) await know(version);
      }
      return all.map(({ stored, changed }) =>
        changed.size === 0 ? stored : applyTo(stored, changed),
      );
    },
  };
}

const isEnded = ({ state }: BackfillRecord) => state === 'cancelled' || state === 'failed';

const isInForce = (change: BackfillRecord) => !isEnded(change) || change.cursor !== undefined;

const isUpTo = (
  place: { day: string; offset: number },
  cursor: BackfillRecord['cursor'],
): boolean =>
  cursor !== undefined &&
  (place.day < cursor.day || (place.day === cursor.day && place.offset <= cursor.offset));
