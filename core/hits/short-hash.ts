/** Names made of a text: equal texts have equal names. */
import { hash } from 'node:crypto';

const shortBytes = 16;
const digest = Buffer.alloc(32);

/**
 * The first half of a text's SHA-256, as 32 hex digits. It is written out anew: a part that is cut out of a longer
 * text keeps the whole of it in memory, and there is one of these for each hit.
 */
export function shortHash(text: string): string {
  digest.write(hash('sha256', text, 'binary'), 'latin1');
  return digest.toString('hex', 0, shortBytes);
}
