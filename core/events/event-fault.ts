/** What is wrong with a definition, and what went wrong with one on a hit. */
import { Problem } from '../contract/problem.ts';

/** A definition failed on one hit: it is set aside for that hit, with this reason. */
export class EventFailure extends Error {
  override readonly name = 'EventFailure';
}

/** A Problem that names the event and the place in it. */
export function invalidEvent(event: string, where: string, what: string, cause?: unknown): Problem {
  const place = where === '' ? '' : `, ${where}`;
  return new Problem('event_invalid', `Event "${event}"${place}: ${what}`, { cause });
}

/** Does what may find a fault in a part of a definition, and says which part it was. */
export function inPlace<T>(event: string, where: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Problem && error.code === 'event_invalid') throw error;
    throw invalidEvent(event, where, (error as Error).message, error);
  }
}
