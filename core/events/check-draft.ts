/** Whether a draft makes sense by itself. Whether it fits the others is asked when it is tried or published. */
import { parseCondition } from '../conditions/parse.ts';
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

/** A condition that is being written: how it reads, or what is wrong and where. */
export function judgeCondition(condition: string, trigger: EventTrigger): ConditionVerdict {
  try {
    return { valid: true, text: printCondition(parseCondition(condition, scopeOf(trigger))) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const at = error.cause instanceof FaultAt ? { at: error.cause.at } : {};
    const message = error.cause instanceof FaultAt ? error.cause.message : error.message;
    return { valid: false, fault: { message, ...at } };
  }
}
