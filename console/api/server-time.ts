/**
 * The server's clock: days such as "today", and how long ago something was, are counted by it, since the clock of a
 * reader's computer may be wrong.
 */
import { answeredAtHeader } from '../offline/kept-answers.ts';

/** The header has whole seconds and was under way: what differs less is no wrong clock. */
const differenceMsMin = 30_000;

let aheadMs = 0;

/** Now, in epoch milliseconds, by the clock of the server as far as it has told. */
export const serverNow = (): number => Date.now() + aheadMs;

/** Takes the server's time from an answer of it; one that this browser has kept says nothing about now. */
export function noteServerTime({ headers }: Response): void {
  const at = Date.parse(headers.get('date') ?? '');
  if (!Number.isFinite(at) || headers.has(answeredAtHeader)) return;
  const differenceMs = at - Date.now();
  aheadMs = Math.abs(differenceMs) < differenceMsMin ? 0 : differenceMs;
}
