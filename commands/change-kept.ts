/** Changes what was read a moment before: who was faster is not overwritten unseen. */
import { Problem } from '../core/contract/problem.ts';
import type { ApiClient } from '../core/http/api-client.ts';

/**
 * @param change.revision of what was read; undefined where there was nothing
 * @param change.look the command that shows it
 * @throws Problem `changed_meanwhile`, `event_changed`
 */
export async function changeKept<T>(
  api: ApiClient,
  change: { path: string; revision: string | undefined; wanted: unknown; look: string },
): Promise<T> {
  const { path, revision, wanted, look } = change;
  const known: Record<string, string> =
    revision === undefined ? { 'If-None-Match': '*' } : { 'If-Match': `"${revision}"` };
  try {
    return (await (await api.request('PUT', path, wanted, known)).json()) as T;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.code !== 'changed_meanwhile' && error.code !== 'event_changed') throw error;
    throw new Problem(
      error.code,
      `Somebody else has changed it at the same moment, so nothing was changed. See how it is now: canister ${look}. Then give the command again, if it is still needed.`,
    );
  }
}
