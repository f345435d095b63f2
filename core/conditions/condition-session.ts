/** A session as it is held → as conditions look at it: with its events, those that fired and those that its pages sent. */
import type { WholeSession } from '../contract/session.ts';
import type { ConditionSession, EventOccurrence } from './field-values.ts';
import { numberOf, textOf } from './folded-text.ts';

export function conditionSession(session: WholeSession): ConditionSession {
  const sent = session.hits.flatMap((hit, index): EventOccurrence[] =>
    hit.type === 'event' && hit.name !== undefined
      ? [
          {
            name: hit.name,
            number: 0,
            hitNumber: index + 1,
            at: hit.at,
            ...sentValue(hit.properties?.value),
          },
        ]
      : [],
  );
  const fired = (session.facts ?? [])
    .filter(({ buildingBlock }) => buildingBlock !== true)
    .map(
      ({ event, number, hitNumber, at, valueNumber, valueText }): EventOccurrence => ({
        name: event,
        number,
        hitNumber,
        at,
        value: valueNumber,
        text: valueText,
      }),
    );
  return { ...session, events: [...sent, ...fired] };
}

/** What a page sent with its event as `value`, as a text, and as a number where it reads as one. */
function sentValue(value: string | number | boolean | undefined) {
  if (value === undefined) return {};
  const text = textOf(value);
  return { text, value: numberOf(text) };
}
