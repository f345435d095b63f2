/** One session: read whole, asked for news, ended by hand. */
import type { WholeSession } from '../../core/contract/session.ts';
import { request } from './client.ts';
import { datasetPath } from './datasets.ts';

const sessionPath = (slug: string, id: string) => `${datasetPath(slug)}/sessions/${id}`;

/** The id of a session as the API writes it, out of a UUID or of 32 hex digits; undefined for anything else. */
export function sessionIdOf(text: string): string | undefined {
  const id = text.replaceAll('-', '').toLowerCase();
  return /^[0-9a-f]{32}$/.test(id) ? id : undefined;
}

/**
 * A session with all its hits. `unlessHits` is how many are known: undefined where it is active and has no more.
 * @throws ApiError `session_unknown`, `dataset_unknown`, `key_missing`, `file_unreadable`
 */
export function readSession(
  slug: string,
  id: string,
  unlessHits?: number,
  signal?: AbortSignal,
): Promise<WholeSession | undefined> {
  const known = unlessHits === undefined ? '' : `?unlessHits=${unlessHits}`;
  return request<WholeSession | undefined>(`${sessionPath(slug, id)}${known}`, { signal });
}

/** Ends an active session behind the hits that came before. @throws ApiError `session_unknown` when it has ended */
export async function endSession(slug: string, id: string): Promise<void> {
  await request(`${sessionPath(slug, id)}/end`, { body: {} });
}
