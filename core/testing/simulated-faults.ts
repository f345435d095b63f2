/** What goes wrong in a history: the process is killed, the power goes, disks fail or are full, calls are slow. */
import type { AnalyticsStore } from '../analytics/analytics-store.ts';
import type { Moment } from '../stores/memory-stores.ts';
import type { Random } from './seed/random.ts';

/** The process is gone in the middle of something. */
export class Crash extends Error {}

export const isDiskFault = (error: unknown, code: 'EIO' | 'ENOSPC') =>
  (error as { code?: string }).code === code;

const diskFault = (code: 'EIO' | 'ENOSPC', at: string) =>
  Object.assign(new Error(`${code}: ${at}`), { code });

/** Reading takes no room; and at the end of a transaction its room is there. */
const takesNoRoom = new Set(['inbox-before-take', 'tables-before-resume', 'tables-mid-commit']);

/**
 * @param isDead whether the process that passes a moment is gone already
 * @param meanwhile what happens elsewhere while a call is slow
 */
export function createFaults(options: {
  random: Random;
  counted: Map<string, number>;
  rate: number;
  isDead: () => boolean;
  meanwhile: () => void;
}): Moment {
  const { random, counted, rate, isDead, meanwhile } = options;
  let fullFor = 0;
  const count = (name: string) => counted.set(name, (counted.get(name) ?? 0) + 1);
  return async (name) => {
    if (isDead()) throw new Crash('this process is dead');
    if (rate === 0) return;
    if (random.chance(rate)) {
      count(name);
      throw new Crash(name);
    }
    if (random.chance(0.02)) {
      count('slow');
      await Promise.resolve();
      meanwhile();
    }
    // What is done is done: a failure comes before.
    if (name.includes('-after-')) return;
    if (random.chance(rate / 4)) {
      count('EIO');
      throw diskFault('EIO', name);
    }
    if (takesNoRoom.has(name)) return;
    if (fullFor === 0 && random.chance(rate / 4)) fullFor = random.whole(1, 6);
    if (fullFor === 0) return;
    fullFor -= 1;
    count('ENOSPC');
    throw diskFault('ENOSPC', name);
  };
}

/** A fault that can be planted, to show that the simulation would find it. */
export type PlantedBug =
  | 'acknowledge-first'
  | 'no-replay-guard'
  | 'forgets-devices'
  | 'prune-without-checkpoint'
  | 'low-ahead'
  | 'commit-without-rows'
  | 'swallows-the-error'
  | 'session-id-from-clock'
  | 'continues-nothing';

/** Plants a bug into the tables of a dataset. */
export function plant(
  bug: PlantedBug | undefined,
  analytics: AnalyticsStore,
  clock: () => number,
): void {
  const real = { ...analytics };
  if (bug === 'no-replay-guard')
    analytics.resume = async () => ({ ...(await real.resume()), closedThrough: new Map() });
  if (bug === 'forgets-devices')
    analytics.store = (sessions, low) =>
      real.store(
        sessions.map(({ devices: _, ...stored }) => stored),
        low,
      );
  if (bug === 'prune-without-checkpoint') analytics.checkpoint = async () => {};
  if (bug === 'low-ahead')
    analytics.store = (sessions, low) => real.store(sessions, low === undefined ? low : low + 1);
  if (bug === 'commit-without-rows')
    analytics.store = (sessions, low) => real.store(sessions.slice(1), low);
  if (bug === 'swallows-the-error')
    analytics.store = async (sessions, low) => {
      try {
        return await real.store(sessions, low);
      } catch (error) {
        if (error instanceof Crash) throw error;
        return { epoch: 0, low: low ?? 0 };
      }
    };
  if (bug === 'continues-nothing') analytics.unfinished = async () => new Map();
  if (bug === 'session-id-from-clock')
    analytics.store = (sessions, low) =>
      real.store(
        sessions.map((one) => ({
          ...one,
          session: { ...one.session, id: clock().toString(16).padStart(32, '0') },
        })),
        low,
      );
}
