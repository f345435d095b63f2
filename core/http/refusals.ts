/**
 * What is refused to callers that are known goes into the audit trail; a program that asks again and again must not
 * fill it, for entries are never taken out by themselves.
 */
import type { NewAuditEntry } from '../access/audit.ts';
import type { Clock } from '../clock.ts';

const windowMs = 10 * 60_000;
/** How many different requests of a caller are told one by one within the time. */
export const refusalsToldMax = 50;
const callersMax = 10_000;

/** Of a caller: since when, and how often each thing was refused. */
interface Window {
  since: number;
  times: Map<string, number>;
}

/**
 * Gives the entry to write, or nothing. The first refusal of a request is told, and again when it was the 10th, the
 * 100th, … within ten minutes: at once, so that a crash takes no count along. Requests beyond the first fifty
 * different ones of a caller are counted together.
 */
export function createRefusals(
  clock: Clock,
): (refusal: NewAuditEntry) => NewAuditEntry | undefined {
  const windows = new Map<string, Window>();

  function windowOf(caller: string): Window {
    const now = clock();
    for (const [key, { since }] of windows)
      if (now - since >= windowMs || windows.size >= callersMax) windows.delete(key);
      else break;
    const found = windows.get(caller);
    if (found !== undefined) return found;
    const fresh = { since: now, times: new Map() };
    windows.set(caller, fresh);
    return fresh;
  }

  return (refusal) => {
    const { times } = windowOf(`${refusal.actor} ${refusal.address}`);
    const isOwn = times.has(refusal.target) || times.size < refusalsToldMax;
    const target = isOwn ? refusal.target : '';
    const count = (times.get(target) ?? 0) + 1;
    times.set(target, count);
    if (!isPowerOfTen(count)) return undefined;
    const more = isOwn
      ? ''
      : `beyond ${refusalsToldMax} different requests, last ${refusal.target}`;
    const often = count === 1 ? '' : `${count} times within ten minutes`;
    return { ...refusal, target, detail: [often, more].filter((part) => part !== '').join(', ') };
  };
}

const isPowerOfTen = (count: number) => Number.isInteger(Math.log10(count));
