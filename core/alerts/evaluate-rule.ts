/** From tallies to a notice: what a rule measures, whether that is beyond its bounds, and whether somebody is told. */
import type { AlertRule, AlertState } from '../contract/alert.ts';
import { countOf, type Sums } from './tally.ts';

const minuteMs = 60_000;

/** What a rule is judged by. */
export interface Evidence {
  tally: Sums;
  /** Of the base of a ratio. */
  base?: Sums | undefined;
  /** The usual count, for a deviation. */
  usual?: number | undefined;
  /** What a saved query gave. */
  value?: number | undefined;
}

/** The number that the rule is about; undefined where there is none, such as the mean of nothing. */
export function measureOf(
  rule: AlertRule,
  { tally, base, usual, value }: Evidence,
): number | undefined {
  switch (rule.measure) {
    case 'count':
    case 'no_data':
      return countOf(tally);
    case 'value':
      return value;
    case 'sum':
      return tally.sum;
    case 'mean':
      return tally.values === 0 ? undefined : tally.sum / tally.values;
    case 'min':
      return tally.values === 0 ? undefined : tally.min;
    case 'max':
      return tally.values === 0 ? undefined : tally.max;
    case 'ratio':
      return shareOf(countOf(tally), base === undefined ? 0 : countOf(base));
    case 'deviation':
      return usual === undefined ? undefined : shareOf(countOf(tally) - usual, usual);
  }
}

const shareOf = (part: number, whole: number) => (whole === 0 ? undefined : (100 * part) / whole);

/** Whether the number is beyond the rule's bounds. */
export function isBeyond(rule: AlertRule, value: number): boolean {
  const { measure, operator, bound = 0, boundTo = bound } = rule;
  if (measure === 'no_data') return value === 0;
  switch (operator) {
    case 'above':
      return value > bound;
    case 'at_least':
      return value >= bound;
    case 'below':
      return value < bound;
    case 'at_most':
      return value <= bound;
    case 'between':
      return value >= bound && value <= boundTo;
    case 'outside':
      return value < bound || value > boundTo;
    case undefined:
      return false;
  }
}

/** What is remembered of a rule between two looks. It is in the history, and so outlives a restart. */
export interface RuleMemory {
  firing: boolean;
  since?: number | undefined;
  lastFiredAt?: number | undefined;
  /** While it goes on to hold. */
  closed?: AlertState['closed'];
}

export interface Look {
  atMs: number;
  /** undefined: there is no number, and all stays as it is. */
  value: number | undefined;
  isBlackedOut: boolean;
}

export interface Step {
  memory: RuleMemory;
  change?: 'fired' | 'recovered';
}

/**
 * What a look makes of a rule. It fires when its number is beyond the bounds and nobody was told within the rearm
 * time, so one that goes on to hold fires again after that. In a blackout nothing fires; what still holds at its end
 * fires then. One that somebody has closed does not fire again before it has been over.
 */
export function stepRule(rule: AlertRule, memory: RuleMemory, look: Look): Step {
  const { atMs, value } = look;
  if (value === undefined) return { memory };
  if (!isBeyond(rule, value)) {
    if (!memory.firing) return { memory };
    return { memory: { firing: false, lastFiredAt: memory.lastFiredAt }, change: 'recovered' };
  }
  // A clock that had gone far ahead and was set right must not silence it until then.
  const isArmed =
    memory.lastFiredAt === undefined ||
    Math.abs(atMs - memory.lastFiredAt) >= rule.rearmMinutes * minuteMs;
  if (!isArmed || look.isBlackedOut || memory.closed !== undefined) return { memory };
  const since = memory.firing ? (memory.since ?? atMs) : atMs;
  return { memory: { firing: true, since, lastFiredAt: atMs }, change: 'fired' };
}
