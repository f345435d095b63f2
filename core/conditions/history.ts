/**
 * What happened in a session: events and hits in their order. A sequence holds when some chain of happenings fits,
 * each after the one before it and near enough.
 */
import type {
  Comparison,
  CountCondition,
  EventCondition,
  SequenceCondition,
  Within,
} from '../contract/condition.ts';

export type HistoryCondition = EventCondition | CountCondition | SequenceCondition;

/**
 * The port of the event engine: it keeps counts and the state of sequences while hits come in. It is asked with the very
 * objects that `histories` of the matcher lists. Without it they are counted out of the session's events each time.
 */
export interface History {
  /** Undefined where it does not keep what the condition asks for: then it is counted out of the session's events. */
  holds(condition: HistoryCondition): boolean | undefined;
}

/** Where something happened. A hit has the ordinal 0; the events that fire on it come after it, by their number. */
export interface Place {
  hitNumber: number;
  ordinal: number;
  at: number;
}

/** A stage with all its places, in their order. */
export interface StagePlaces {
  places: readonly Place[];
  not: boolean;
  within?: Within | undefined;
}

export function isAfter(one: Place, other: Place): boolean {
  if (one.hitNumber !== other.hitNumber) return one.hitNumber > other.hitNumber;
  return one.ordinal > other.ordinal;
}

/** Whether a chain through all stages exists. */
export function isSequence(stages: readonly StagePlaces[]): boolean {
  const [first, ...rest] = stages;
  let reached = first?.places ?? [];
  for (const stage of rest) {
    if (stage.not) return reached.some((place) => !isFollowed(place, stage));
    reached = following(reached, stage);
  }
  return reached.length > 0;
}

/** The places of a stage that come after one of the reached places, within the limit. */
function following(reached: readonly Place[], { places, within }: StagePlaces): Place[] {
  let passed = 0;
  let lastHit = -Infinity;
  let lastAt = -Infinity;
  return places.filter((place) => {
    for (; passed < reached.length; passed += 1) {
      const before = reached[passed] as Place;
      if (!isAfter(place, before)) break;
      lastHit = Math.max(lastHit, before.hitNumber);
      lastAt = Math.max(lastAt, before.at);
    }
    if (passed === 0) return false;
    if (within === undefined) return true;
    return 'ms' in within
      ? place.at - lastAt <= within.ms
      : place.hitNumber - lastHit <= within.hits;
  });
}

function isFollowed(place: Place, { places, within }: StagePlaces): boolean {
  return places.some((other) => {
    if (!isAfter(other, place)) return false;
    if (within === undefined) return true;
    return 'ms' in within
      ? other.at - place.at <= within.ms
      : other.hitNumber - place.hitNumber <= within.hits;
  });
}

export function compareCounts(count: number, compare: Comparison, value: number): boolean {
  if (compare === '=') return count === value;
  if (compare === '!=') return count !== value;
  if (compare === '<') return count < value;
  if (compare === '<=') return count <= value;
  return compare === '>' ? count > value : count >= value;
}
