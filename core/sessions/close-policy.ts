/** When a session ends. All rules look at hit times and sizes only, so that a replay ends the same sessions. */
import { type EndReason, sessionLimits } from '../contract/session.ts';
import type { OpenSession } from './open-session.ts';

export interface ClosePolicy {
  idleTimeoutMs: number;
  hitsMax: number;
  bytesMax: number;
  durationMsMax: number;
}

/** The usual policy with a dataset's idle timeout. */
export function closePolicy(idleTimeoutMs: number): ClosePolicy {
  return { idleTimeoutMs, ...sessionLimits };
}

/**
 * Why an open session must end before it can take a hit of `atMs` and `bytes`; undefined when it takes the hit.
 * A hit from long before the session (logs are not always in order) does not belong to it either.
 */
export function reasonToClose(
  open: OpenSession,
  atMs: number,
  bytes: number,
  policy: ClosePolicy,
): EndReason | undefined {
  if (atMs - open.lastAt > policy.idleTimeoutMs) return 'idle';
  if (open.firstAt - atMs > policy.idleTimeoutMs) return 'idle';
  if (open.session.hits.length >= policy.hitsMax) return 'hits_limit';
  if (open.bytes + bytes > policy.bytesMax) return 'bytes_limit';
  if (atMs - open.firstAt > policy.durationMsMax) return 'duration_limit';
  return undefined;
}
