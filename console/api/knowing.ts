/** What a change says of what it knows, so that nobody's change is overwritten unseen. */
import { revisionOf } from '../../core/contract/revision.ts';

/** @param known it as it was loaded; undefined says that there was none */
export const knowing = (known: unknown): Record<string, string> =>
  known === undefined ? { 'if-none-match': '*' } : { 'if-match': `"${revisionOf(known)}"` };

/** True for the refusal of a change because somebody else was faster. */
export const isConflict = ({ code }: { code: string }): boolean =>
  ['changed_meanwhile', 'event_changed', 'rules_changed'].includes(code);
