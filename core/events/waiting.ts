/**
 * Conditions that hold only after an event has fired. Where they say nothing of the present hit, the definition waits:
 * it is looked at when something has come about that it names, and fires once for that, not on each later hit.
 */
import { findField } from '../conditions/fields.ts';
import { compareCounts, type HistoryCondition } from '../conditions/history.ts';
import type { Condition } from '../contract/condition.ts';
import type { EventTrigger } from '../contract/event.ts';
import { isKept } from './history-plan.ts';
import { referencesOf } from './references.ts';

const evaluatedOnce: readonly EventTrigger[] = ['first_hit', 'last_hit', 'session_end'];

export function waitsFor(condition: Condition, trigger: EventTrigger): boolean {
  if (!needsHappening(condition)) return false;
  if (evaluatedOnce.includes(trigger)) return true;
  const { fields } = referencesOf(condition);
  return [...fields].every((field) => findField(field).home === 'session');
}

/** Whether it cannot hold unless an event that is kept count of has fired. */
function needsHappening(condition: Condition): boolean {
  switch (condition.op) {
    case 'and':
      return condition.of.some(needsHappening);
    case 'or':
      return condition.of.every(needsHappening);
    case 'event':
    case 'sequence':
      return isKept(condition);
    case 'count':
      return isKept(condition) && !compareCounts(0, condition.compare, condition.value);
    default:
      return false;
  }
}

/** What may make it true: all that has to have happened in it, but for what must not have. */
export function completionsOf(condition: Condition): HistoryCondition[] {
  switch (condition.op) {
    case 'and':
    case 'or':
      return condition.of.flatMap(completionsOf);
    case 'event':
    case 'count':
    case 'sequence':
      return [condition];
    default:
      return [];
  }
}
