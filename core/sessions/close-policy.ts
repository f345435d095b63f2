/** When a session ends. All rules look at hit times and sizes only, so that a replay ends the same sessions. */
import { dayFinder } from '../contract/calendar.ts';
import { type EndReason, sessionLimits } from '../contract/session.ts';
import type { HitContext } from '../hits/normalize-hit.ts';
import { heldHits } from './excluded-hits.ts';
import type { OpenSession } from './open-session.ts';

export interface ClosePolicy {
  idleTimeoutMs: number;
  hitsMax: number;
  bytesMax: number;
  durationMsMax: number;
  /** Gives the day of an instant, where sessions end with their day. */
  dayOf?: (instantMs: number) => string;
  cutOnNewCampaign?: boolean;
  /** Another user id does not end a session. */
  keepsFirstUser?: boolean;
}

/** What a dataset's settings say of when its sessions end, besides the idle timeout. */
export interface CutSettings {
  timeZone: string;
  cutAtMidnight: boolean;
  cutOnNewCampaign: boolean;
}

/** The usual policy with a dataset's idle timeout and its other settings. */
export function closePolicy(idleTimeoutMs: number, cuts?: CutSettings): ClosePolicy {
  return {
    idleTimeoutMs,
    ...sessionLimits,
    ...(cuts?.cutAtMidnight ? { dayOf: dayFinder(cuts.timeZone) } : {}),
    ...(cuts?.cutOnNewCampaign ? { cutOnNewCampaign: true } : {}),
  };
}

/** What a hit says that may end the session before it. */
export type CutContext = Pick<HitContext, 'campaign' | 'userId'>;

/**
 * Why an open session must end before it can take a hit of `atMs` and `bytes`; undefined when it takes the hit.
 * A hit from long before the session (logs are not always in order) does not belong to it either.
 */
export function reasonToClose(
  open: OpenSession,
  atMs: number,
  bytes: number,
  policy: ClosePolicy,
  context: CutContext = {},
): EndReason | undefined {
  if (isIdle(open, atMs, policy)) return 'idle';
  if (open.firstAt - atMs > policy.idleTimeoutMs) return 'idle';
  if (!policy.keepsFirstUser && isNewUser(open, context)) return 'user_changed';
  if (policy.cutOnNewCampaign && isNewCampaign(open, context)) return 'campaign';
  if (policy.dayOf && policy.dayOf(atMs) !== policy.dayOf(open.firstAt)) return 'midnight';
  if (heldHits(open.session) >= policy.hitsMax) return 'hits_limit';
  if (open.bytes + bytes > policy.bytesMax) return 'bytes_limit';
  if (atMs - open.firstAt > policy.durationMsMax) return 'duration_limit';
  return undefined;
}

/** Whether the session's idle timeout has passed at engine time `atMs`. An event may have given it one of its own. */
export const isIdle = (open: OpenSession, atMs: number, { idleTimeoutMs }: ClosePolicy): boolean =>
  atMs - open.lastAt > (open.idleTimeoutMs ?? idleTimeoutMs);

/** A hit without user id is no other user: pages do not always know. */
const isNewUser = ({ session }: OpenSession, { userId }: CutContext): boolean =>
  session.userId !== undefined && userId !== undefined && session.userId !== userId;

/** A hit without campaign is a click on the site itself; a part that it names and the session has not is another campaign. */
function isNewCampaign({ session }: OpenSession, { campaign }: CutContext): boolean {
  if (campaign === undefined) return false;
  return (['source', 'medium', 'campaign'] as const).some(
    (part) => campaign[part] !== undefined && campaign[part] !== session.acquisition[part],
  );
}
