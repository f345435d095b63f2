/** Whether a draft makes sense by itself. Whether it fits the others is asked when it is tried or published. */
import { parseCondition } from '../conditions/parse.ts';
import { parseSearch } from '../conditions/parse-search.ts';
import { printCondition } from '../conditions/print.ts';
import { FaultAt } from '../conditions/tokens.ts';
import type { EventDefinition, EventTrigger, HitAttribute } from '../contract/event.ts';
import type { ConditionVerdict } from '../contract/event-life.ts';
import { Problem } from '../contract/problem.ts';
import { compileAttribute } from './attributes.ts';
import { scopeOf } from './check-definition.ts';
import { inPlace } from './event-fault.ts';

/** @throws Problem `condition_invalid` with the place */
export function checkEventDraft({ condition, trigger }: EventDefinition): void {
  parseCondition(condition, scopeOf(trigger));
}

/** @throws Problem `event_invalid` */
export function checkAttributeDraft(attribute: HitAttribute): void {
  inPlace(attribute.name, `hit attribute ${attribute.name}`, () => compileAttribute(attribute));
}

/**
 * A condition that is being written: how it reads, or what is wrong and where.
 * @param indexed fields whose last word may stand for them; only searches have any
 */
export function judgeCondition(
  condition: string,
  trigger: EventTrigger | undefined,
  indexed: readonly string[],
): ConditionVerdict {
  const parse = () =>
    trigger === undefined
      ? parseSearch(condition, indexed)
      : parseCondition(condition, scopeOf(trigger));
  try {
    return { valid: true, text: printCondition(parse()) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (!(error.cause instanceof FaultAt))
      return { valid: false, fault: { message: error.message } };
    const { message, at } = error.cause;
    // Where short names were written out, the place is one of the longer text.
    const isPlace = trigger !== undefined || at === firstFaultAt(condition);
    return { valid: false, fault: { message, ...(isPlace && { at }) } };
  }
}

/** Where the text itself, without short names, is first not understood. */
function firstFaultAt(condition: string): number | undefined {
  try {
    parseCondition(condition, 'session');
    return undefined;
  } catch (error) {
    const fault = error instanceof Problem ? error.cause : undefined;
    return fault instanceof FaultAt ? fault.at : undefined;
  }
}
