/** What a change says of what it knows, so that nobody's change is overwritten unseen. */
import { revisionOf } from '../../core/contract/revision.ts';

/** @param known it as it was loaded; undefined says that there was none */
export const knowing = (known: unknown): Record<string, string> =>
  known === undefined ? { 'if-none-match': '*' } : { 'if-match': `"${revisionOf(known)}"` };
