/**
 * What has happened in one session, as its conditions ask for it: counts and the state of sequences, brought forward
 * by each event that fires. It takes memory only for conditions of which something has happened.
 */
import type { ConditionSession, EventOccurrence } from '../conditions/field-values.ts';
import { compareCounts, type History, type HistoryCondition } from '../conditions/history.ts';
import type { SequenceCondition } from '../contract/condition.ts';
import type { HistoryPart, HistoryPlan } from './history-plan.ts';

/** The latest places of a stage, as far as later stages need them. */
interface Reached {
  lastHit: number;
  lastAt: number;
}

interface Place {
  hitNumber: number;
  at: number;
}

interface Progress {
  count: number;
  /** Of a sequence: what each stage has reached. */
  reached: (Reached | undefined)[];
  /** Of a sequence that ends in "then not": the places before it that nothing has followed yet. */
  unfollowed: Place[];
  /** One of these can no longer be followed in time. */
  isSettled: boolean;
}

export class SessionHistory implements History {
  readonly #plan: HistoryPlan;
  readonly #progress: (Progress | undefined)[] = [];

  constructor(plan: HistoryPlan) {
    this.#plan = plan;
  }

  holds(condition: HistoryCondition): boolean | undefined {
    const number = this.#plan.numbers.get(condition);
    if (number === undefined) return undefined;
    const progress = this.#progress[number];
    if (condition.op === 'count') {
      return compareCounts(progress?.count ?? 0, condition.compare, condition.value);
    }
    if (progress === undefined) return false;
    if (condition.op === 'event') return progress.count > 0;
    if (endsInNot(condition)) return progress.isSettled || progress.unfollowed.length > 0;
    return progress.reached[condition.stages.length - 1] !== undefined;
  }

  /**
   * Takes an occurrence that has just fired.
   * @param replaces whether it takes the place of the one before, where only the last of a session counts
   * @param completed gets the number of each condition of which something new has come about
   */
  occur(
    session: ConditionSession,
    occurrence: EventOccurrence,
    replaces: boolean,
    completed: (condition: number) => void,
  ): void {
    for (const part of this.#plan.parts.get(occurrence.name) ?? []) {
      const isMet = part.meets?.(session, occurrence) ?? true;
      if (isMet || replaces) this.#bring(part, occurrence, isMet, replaces, completed);
    }
  }

  #bring(
    part: HistoryPart,
    place: EventOccurrence,
    isMet: boolean,
    replaces: boolean,
    completed: (condition: number) => void,
  ): void {
    const condition = this.#plan.conditions[part.condition] as HistoryCondition;
    const progress = this.#progressOf(part.condition);
    if (condition.op !== 'sequence') {
      if (replaces) progress.count = isMet ? 1 : 0;
      else progress.count += 1;
      if (isMet) completed(part.condition);
      return;
    }
    if (!isMet) return;
    if (part.not) {
      follow(progress, part, place);
      return;
    }
    const before = part.stage === 0 ? place : progress.reached[part.stage - 1];
    if (before === undefined) return;
    if (part.stage > 0 && !isNear(before as Reached, place, part)) return;
    reach(progress, part.stage, place);
    if (isLastStage(condition, part.stage)) {
      if (endsInNot(condition)) wait(progress, condition, place);
      completed(part.condition);
    }
  }

  #progressOf(number: number): Progress {
    let progress = this.#progress[number];
    if (progress === undefined) {
      progress = { count: 0, reached: [], unfollowed: [], isSettled: false };
      this.#progress[number] = progress;
    }
    return progress;
  }
}

const endsInNot = ({ stages }: SequenceCondition) => stages.at(-1)?.not === true;

/** The last stage that has to come. */
const isLastStage = (condition: SequenceCondition, stage: number) =>
  stage === condition.stages.length - (endsInNot(condition) ? 2 : 1);

function isNear(before: Reached, place: Place, { within }: HistoryPart): boolean {
  if (within === undefined) return true;
  return 'ms' in within
    ? place.at - before.lastAt <= within.ms
    : place.hitNumber - before.lastHit <= within.hits;
}

function reach({ reached }: Progress, stage: number, { hitNumber, at }: Place): void {
  const known = reached[stage];
  if (known === undefined) reached[stage] = { lastHit: hitNumber, lastAt: at };
  else {
    known.lastHit = Math.max(known.lastHit, hitNumber);
    known.lastAt = Math.max(known.lastAt, at);
  }
}

/** A place that must not be followed: kept until it is, or cannot be any more. */
function wait(progress: Progress, condition: SequenceCondition, { hitNumber, at }: Place): void {
  if (progress.isSettled) return;
  const within = condition.stages.at(-1)?.within;
  // What comes later follows them all, where there is no limit.
  if (within === undefined) progress.unfollowed = [];
  progress.unfollowed.push({ hitNumber, at });
  // Hits are counted up, so that the distance of a place in hits only grows. Times may come late.
  const [first] = progress.unfollowed;
  if (first === undefined || within === undefined || 'ms' in within) return;
  if (hitNumber - first.hitNumber > within.hits) settle(progress);
}

function settle(progress: Progress): void {
  progress.isSettled = true;
  progress.unfollowed = [];
}

/** What must not come has come: it follows the places before it that are near enough. */
function follow(progress: Progress, { within }: HistoryPart, place: Place): void {
  progress.unfollowed = progress.unfollowed.filter((before) => {
    if (within === undefined) return false;
    return 'ms' in within
      ? place.at - before.at > within.ms
      : place.hitNumber - before.hitNumber > within.hits;
  });
}
