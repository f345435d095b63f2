/** A session: the hits of one visitor until idle timeout, limit or close. */
import type { HitType } from './hit.ts';
import type { Step } from './step.ts';

/** Why a session ended. `end_of_log`: the imported log had no later line. */
export const endReasons = [
  'idle',
  'hits_limit',
  'bytes_limit',
  'duration_limit',
  'end_of_log',
] as const;
export type EndReason = (typeof endReasons)[number];

/** What a session may hold before it is closed and continued under a new id. */
export const sessionLimits = {
  hitsMax: 2_048,
  bytesMax: 5 * 1024 * 1024,
  durationMsMax: 24 * 60 * 60 * 1000,
} as const;

export type HitOrigin = 'tracker' | 'log';

/**
 * A hit after normalization: canonical, cut and typed. Instants are epoch milliseconds, ids are 32 hex digits.
 * It holds no whole client address. This is the form that sessions, canisters and tables hold.
 * Absent fields may be there as `undefined`: objects of one shape are built and read faster.
 */
export interface SessionHit {
  id: string;
  at: number;
  type: HitType;
  origin: HitOrigin;
  method: string;
  host: string;
  path: string;
  /** Without the leading `?`; absent when empty. */
  query?: string | undefined;
  /** HTTP protocol, such as `HTTP/1.1`, where the source names it. */
  protocol?: string | undefined;
  status?: number | undefined;
  responseBytes?: number | undefined;
  durationMs?: number | undefined;
  referrer?: string | undefined;
  title?: string | undefined;
  name?: string | undefined;
  properties?: Record<string, string | number | boolean> | undefined;
  steps?: Step[] | undefined;
  number?: number | undefined;
}

/** Where a session came from, taken at its first hit. */
export interface Acquisition {
  referrerHost?: string | undefined;
  referrerPath?: string | undefined;
  source?: string | undefined;
  medium?: string | undefined;
  campaign?: string | undefined;
  term?: string | undefined;
  content?: string | undefined;
}

/** What the user agent says. */
export interface Technology {
  browser?: string | undefined;
  browserVersion?: string | undefined;
  system?: string | undefined;
  device: 'desktop' | 'mobile' | 'tablet' | 'tv' | 'robot' | 'unknown';
  robot?: string | undefined;
}

/** A session whole, open or ended. `endedAt` is the time of its last hit so far. */
export interface Session {
  id: string;
  dataset: string;
  visitor: string;
  userId?: string | undefined;
  startedAt: number;
  endedAt: number;
  origin: HitOrigin;
  userAgent: string;
  addressPrefix?: string | undefined;
  addressKey?: string | undefined;
  country?: string | undefined;
  language?: string | undefined;
  screenWidth?: number | undefined;
  technology: Technology;
  acquisition: Acquisition;
  /** The id of the session that a limit closed and that this one continues. */
  continues?: string | undefined;
  hits: SessionHit[];
}

/** A session after its end. */
export interface ClosedSession extends Session {
  endReason: EndReason;
}

/** One row of the live list: an active session in short. */
export interface ActiveSession {
  id: string;
  startedAt: number;
  lastHitAt: number;
  hits: number;
  pageViews: number;
  entryPath: string;
  lastPath: string;
  lastTitle?: string | undefined;
  referrerHost?: string | undefined;
  source?: string | undefined;
  country?: string | undefined;
  technology: Technology;
}

export interface ActiveSessions {
  /** How many sessions are active; `sessions` may hold fewer. Newest activity first. */
  total: number;
  robots: number;
  sessions: ActiveSession[];
}
