/**
 * How much the short-term canister may hold, over all datasets together. It is measured in the bytes of the hits as
 * they came and in sessions, never in the memory of the process: the same hits always fill it alike.
 */
import type { OpenSession } from '../sessions/open-session.ts';
import type { ShortTermCanister } from './short-term.ts';

export interface ActiveLimits {
  bytesMax: number;
  sessionsMax: number;
}

/** In memory sessions take one to three times the bytes of their hits: a session of one hit about 1.5 kB. */
export const usualActiveLimits = { bytesMax: 512 * 1024 * 1024, sessionsMax: 250_000 } as const;

/** Above the high mark sessions are ended until the low mark is reached: shares of each limit. */
export const activeMarks = { high: 0.85, low: 0.7 } as const;

/** How much it holds now. */
export interface Fill {
  bytes: number;
  sessions: number;
}

/** @param datasets open ones, each with its active sessions */
export function fillOf(datasets: Iterable<{ active: ShortTermCanister }>): Fill {
  const fill = { bytes: 0, sessions: 0 };
  for (const { active } of datasets) {
    fill.bytes += active.bytes;
    fill.sessions += active.size;
  }
  return fill;
}

/** Whether one of the two is above a mark. */
export function isAbove({ bytes, sessions }: Fill, limits: ActiveLimits, mark: number): boolean {
  return bytes > limits.bytesMax * mark || sessions > limits.sessionsMax * mark;
}

/** The order in which sessions leave: longest idle, then largest, then oldest. A total order, so that it is always the same. */
export function evictionOrder(a: OpenSession, b: OpenSession): number {
  return a.lastAt - b.lastAt || b.bytes - a.bytes || a.firstSeq - b.firstSeq;
}
