/** How an engine is doing, and what its datasets hold. */
import { type ActiveLimits, activeMarks, fillOf } from '../canisters/room.ts';
import type { Clock } from '../clock.ts';
import type { Pipeline } from '../pipeline.ts';
import type { InboxSource } from '../sources/inbox-source.ts';
import type { DatasetFigures, Engine } from './engine.ts';
import type { HeldDataset, OpenDatasets } from './open-datasets.ts';

export interface EngineFigures extends Pick<Engine, 'figures' | 'load' | 'waitingHits'> {
  /** How long the first unread hit has waited. */
  lagMs(): Promise<number>;
}

const none = { activeSessions: 0, storedSessions: 0, storedHits: 0, lastHitAt: undefined };

/** @param active what the active sessions of all datasets may hold together */
export function engineFigures(
  inbox: Pick<InboxSource, 'account' | 'waiting' | 'waitingSince'>,
  shelf: Pick<OpenDatasets, 'open' | 'find' | 'held'>,
  pipeline: Pick<Pipeline, 'readThrough' | 'isSpooling' | 'evictedSessions'>,
  active: ActiveLimits,
  clock: Clock,
): EngineFigures {
  /** What is stored of it cannot be asked; its hits can. */
  async function figuresOfHeld({ slug, reason, since }: HeldDataset): Promise<DatasetFigures> {
    const waitingHits = (await inbox.account(new Map([[slug, 0]]))).get(slug)?.waiting ?? 0;
    return { ...none, held: { reason, since, waitingHits } };
  }

  async function lagMs(): Promise<number> {
    const since = await inbox.waitingSince(pipeline.readThrough());
    return since === undefined ? 0 : Math.max(0, clock() - since);
  }

  return {
    lagMs,
    waitingHits: () => inbox.waiting(pipeline.readThrough()),
    async figures(slug) {
      const held = shelf.held().find((one) => one.slug === slug);
      if (held) return await figuresOfHeld(held);
      // It was made a moment ago, and its stores are being opened.
      if (!shelf.open.has(slug)) return none;
      const { analytics, active, ended, events } = shelf.find(slug);
      // Counted before: a session that is stored meanwhile is rather told of twice than not at all.
      const activeSessions = active.size + ended.length;
      const stored = await analytics.figures();
      const times = [stored.lastEndedAt, active.latestHitAt()].filter((time) => time !== undefined);
      return {
        activeSessions,
        storedSessions: stored.sessions,
        storedHits: stored.hits,
        ...(events === undefined ? {} : { events: events.figures() }),
        lastHitAt: times.length > 0 ? Math.max(...times) : undefined,
      };
    },
    async load() {
      const shortTerm = {
        ...fillOf(shelf.open.values()),
        ...active,
        highMark: activeMarks.high,
        lowMark: activeMarks.low,
        spooling: pipeline.isSpooling(),
        evictedSessions: pipeline.evictedSessions(),
      };
      return { shortTerm, lagMs: await lagMs() };
    },
  };
}
