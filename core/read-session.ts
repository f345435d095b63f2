/** One session whole, with all its hits as they are held: while it is active from memory, afterwards from the canister. */
import { Problem } from './contract/problem.ts';
import type { WholeSession } from './contract/session.ts';
import type { DatasetEngine } from './dataset-engine.ts';

/**
 * @param id 32 hex digits
 * @throws Problem `session_unknown`; `key_missing` or `file_unreadable` when the stored record does not open
 */
export async function readSession(dataset: DatasetEngine, id: string): Promise<WholeSession> {
  const open = dataset.active.byId(id);
  if (open) return open.session;
  const ended = dataset.ended.find(({ session }) => session.id === id);
  if (ended) return { ...ended.session, endReason: ended.endReason };
  const { rows } = await dataset.analytics.query(
    'SELECT segment_day, segment_offset, segment_length FROM store.sessions WHERE session_id = $1::UUID',
    [id],
  );
  const [row] = rows;
  if (row === undefined)
    throw new Problem('session_unknown', `The dataset has no session of the id ${id}.`);
  const [day, offset, length] = row;
  return await dataset.canister.read(id, {
    day: String(day),
    offset: Number(offset),
    length: Number(length),
  });
}
