/** One session whole, with all its hits as they are held: while it is active from memory, afterwards from the canister. */
import { Problem } from '../contract/problem.ts';
import { type ClosedSession, continuedReasons, type WholeSession } from '../contract/session.ts';
import type { DatasetEngine } from './dataset-engine.ts';

/**
 * @param id 32 hex digits
 * @throws Problem `session_unknown`; `key_missing` or `file_unreadable` when the stored record does not open
 */
export async function readSession(dataset: DatasetEngine, id: string): Promise<WholeSession> {
  const open = dataset.active.byId(id);
  if (open) return open.session;
  const session = await readEnded(dataset, id);
  if (!continuedReasons.includes(session.endReason)) return session;
  const continuedBy = await findNext(dataset, id);
  return continuedBy === undefined ? session : { ...session, continuedBy };
}

async function readEnded(dataset: DatasetEngine, id: string): Promise<ClosedSession> {
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

/** The session that continues another: active, ended a moment ago, or stored. Undefined where its visitor did not come back. */
async function findNext({ active, ended, analytics }: DatasetEngine, id: string) {
  for (const { session } of active.values()) if (session.continues === id) return session.id;
  const waiting = ended.find(({ session }) => session.continues === id);
  if (waiting) return waiting.session.id;
  const { rows } = await analytics.query(
    'SELECT session_id::VARCHAR FROM store.sessions WHERE continues_session_id = $1::UUID LIMIT 1',
    [id],
  );
  const [found] = rows[0] ?? [];
  return typeof found === 'string' ? found.replaceAll('-', '') : undefined;
}
