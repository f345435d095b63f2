/**
 * A condition as it is written → the same with every hit and step named. The largest part that speaks of hits alone is
 * asked of one hit: `response.status = 404 and request.path = "/x"` holds for a session when one hit is both.
 */
import type { Condition } from '../contract/condition.ts';
import type { Scope } from './check-condition.ts';
import { findField } from './fields.ts';

/** Takes a checked condition. */
export function placeIn(condition: Condition, scope: Scope): Condition {
  if (scope !== 'step' && isWithin(condition, scope)) return quantify([condition], scope);
  switch (condition.op) {
    case 'and':
    case 'or':
      return placeParts(condition.op, condition.of, scope);
    case 'not':
      return { op: 'not', of: placeIn(condition.of, scope) };
    case 'hits':
      return { ...condition, of: placeIn(condition.of, 'hit') };
    case 'steps':
      return { ...condition, of: placeIn(condition.of, 'step') };
    case 'count':
      return condition.of.op === 'event'
        ? condition
        : { ...condition, of: { op: 'hit', of: placeIn(condition.of.of, 'hit') } };
    case 'sequence':
      return {
        op: 'sequence',
        stages: condition.stages.map((stage) =>
          stage.of.op === 'event'
            ? stage
            : { ...stage, of: { op: 'hit', of: placeIn(stage.of.of, 'hit') } },
        ),
      };
    default:
      return condition;
  }
}

/** Parts of hits alone stand together, where the first of them stood. */
function placeParts(op: 'and' | 'or', parts: readonly Condition[], scope: Scope): Condition {
  const inner = scope === 'step' ? [] : parts.filter((part) => isWithin(part, scope));
  const placed = parts.flatMap((part) => {
    if (scope === 'step' || !inner.includes(part)) return [placeIn(part, scope)];
    return part === inner[0] ? [quantify(inner, scope, op)] : [];
  });
  return { op, of: placed };
}

function quantify(
  parts: readonly Condition[],
  scope: 'session' | 'hit',
  op: 'and' | 'or' = 'and',
): Condition {
  const [first] = parts;
  const whole: Condition =
    first !== undefined && parts.length === 1 ? first : { op, of: [...parts] };
  return scope === 'session'
    ? { op: 'hits', which: 'any', of: placeIn(whole, 'hit') }
    : { op: 'steps', which: 'any', of: placeIn(whole, 'step') };
}

/** Whether all of a condition speaks of what is within the scope: of hits in a session, of steps in a hit. */
function isWithin(condition: Condition, scope: 'session' | 'hit'): boolean {
  switch (condition.op) {
    case 'and':
    case 'or':
      return condition.of.every((part) => isWithin(part, scope));
    case 'not':
      return isWithin(condition.of, scope);
    case 'steps':
      return scope === 'session';
    case 'hits':
    case 'event':
    case 'count':
    case 'sequence':
    case 'label':
    case 'alert':
      return false;
    default: {
      const { home } = findField(condition.field);
      return home === 'step' || (home === 'hit' && scope === 'session');
    }
  }
}
