/** Names of sessions: derived, so that building a session twice gives it the same name. */
import { shortHash } from '../hits/short-hash.ts';

/** The id of a session, 32 hex digits, from its dataset and the id of its first hit. */
export function sessionId(dataset: string, firstHitId: string): string {
  return shortHash(`session\0${dataset}\0${firstHitId}`);
}
