/** The events that every dataset begins with. */
import { type EventSet, eventSetSchema } from '../contract/event.ts';

/** Version 0: in force until a set is published. */
export const standardEventSet: EventSet = eventSetSchema.parse({
  version: 0,
  attributes: [],
  events: [],
});
