/**
 * Which days of a canister go, by age and by size, and their going: rows first, then the segment. Killed in between,
 * a segment without rows is left, which the next run takes; never rows that point to nothing.
 */
import type { AnalyticsStore } from '../analytics/analytics-store.ts';
import { dayOf } from '../contract/calendar.ts';
import type { RetentionResult, RetentionRules } from '../contract/upkeep.ts';
import type { LongTermCanister } from './long-term.ts';

const dayMs = 86_400_000;

export interface Segment {
  day: string;
  bytes: number;
}

export interface DueSegment extends Segment {
  reason: 'age' | 'size';
}

/**
 * The days that go, oldest first. Today and later days stay, whatever their size.
 * @param segments oldest first
 */
export function planRetention(
  segments: readonly Segment[],
  { keepSessionsDays, keepBytesMax }: RetentionRules,
  nowMs: number,
): DueSegment[] {
  const startOf = (day: string) => Date.parse(`${day}T00:00:00Z`);
  let total = segments.reduce((sum, { bytes }) => sum + bytes, 0);
  const due: DueSegment[] = [];
  for (const segment of segments) {
    const endMs = startOf(segment.day) + dayMs;
    if (endMs > nowMs) break;
    const isOld = keepSessionsDays !== undefined && endMs <= nowMs - keepSessionsDays * dayMs;
    if (!isOld && (keepBytesMax === undefined || total <= keepBytesMax)) break;
    due.push({ ...segment, reason: isOld ? 'age' : 'size' });
    total -= segment.bytes;
  }
  return due;
}

/** The first UTC day that a rule of so many days keeps; undefined where there is no rule. */
export const keptFrom = (days: number | undefined, nowMs: number): string | undefined =>
  days === undefined ? undefined : dayOf(nowMs - days * dayMs, 'UTC');

/** The first day, in the time zone of the dataset, that is published. */
export const publishedSince = (
  { keepPublishedDays: days }: RetentionRules,
  timeZone: string,
  nowMs: number,
): string | undefined => (days === undefined ? undefined : dayOf(nowMs - days * dayMs, timeZone));

/** What would go now, or has gone when `apply`. Commits must be paused to apply it. */
export async function retain(options: {
  canister: LongTermCanister;
  analytics: AnalyticsStore;
  rules: RetentionRules;
  nowMs: number;
  apply: boolean;
}): Promise<Omit<RetentionResult, 'indexDays' | 'publishedDays'>> {
  const { canister, analytics, rules, nowMs, apply } = options;
  const segments = await canister.segments();
  const stored = new Map((await analytics.storedDays()).map((one) => [one.day, one]));
  // What is needed goes in a later run, when the inbox has moved on or the later day has gone.
  const due = planRetention(segments, rules, nowMs).filter(({ day }) => !stored.get(day)?.isNeeded);
  const days = due.map(({ day, bytes, reason }) => {
    const { sessions = 0, hits = 0 } = stored.get(day) ?? {};
    return { day, bytes, sessions, hits, reason };
  });
  if (apply && days.length > 0) {
    const names = days.map(({ day }) => day);
    await analytics.removeDays(names);
    await analytics.checkpoint();
    for (const day of names) await canister.remove(day);
  }
  const sum = (name: 'bytes' | 'sessions' | 'hits') =>
    days.reduce((total, day) => total + day[name], 0);
  return {
    ...rules,
    applied: apply,
    days,
    bytes: sum('bytes'),
    sessions: sum('sessions'),
    hits: sum('hits'),
    bytesKept: segments.reduce((total, { bytes }) => total + bytes, 0) - sum('bytes'),
  };
}
