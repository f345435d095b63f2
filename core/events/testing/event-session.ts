/** Short ways to write event sets and sessions in tests. */
import {
  type EventDefinition,
  type EventDefinitionInput,
  type EventSet,
  eventSetSchema,
} from '../../contract/event.ts';
import type { ClosedSession, SessionHit } from '../../contract/session.ts';
import { compileEventSet } from '../compile.ts';
import { type Replayed, replaySession } from '../replay.ts';

export const startMs = Date.UTC(2026, 10, 21, 10);

export type TestEvent = Partial<EventDefinitionInput> & Pick<EventDefinition, 'name' | 'condition'>;
type AttributeInput = (typeof eventSetSchema)['_zod']['input']['attributes'][number];

/** An event of a test is of every hit, unless it says otherwise. */
export function eventSet(
  events: readonly TestEvent[],
  attributes: readonly AttributeInput[] = [],
): EventSet {
  return eventSetSchema.parse({
    version: 1,
    attributes,
    events: events.map((event) => ({ trigger: 'every_hit', ...event })),
  });
}

export const compile = (events: readonly TestEvent[], attributes?: readonly AttributeInput[]) =>
  compileEventSet(eventSet(events, attributes), { timeZone: 'UTC' });

/** Hits ten seconds apart, each a page view of its path unless it says otherwise. */
export function session(
  hits: readonly Partial<SessionHit>[],
  more: Partial<ClosedSession> = {},
): ClosedSession {
  const all = hits.map(
    (hit, index): SessionHit => ({
      id: (index + 1).toString(16).padStart(32, '0'),
      at: startMs + index * 10_000,
      type: 'page_view',
      origin: 'tracker',
      method: 'GET',
      host: 'shop.example',
      path: '/',
      ...hit,
    }),
  );
  return {
    id: 'f'.repeat(32),
    dataset: 'shop',
    visitor: 'v1',
    startedAt: Math.min(...all.map(({ at }) => at)),
    endedAt: Math.max(...all.map(({ at }) => at)),
    origin: 'tracker',
    userAgent: 'Firefox',
    technology: { device: 'desktop', browser: 'Firefox' },
    acquisition: {},
    hits: all,
    endReason: 'idle',
    ...more,
  };
}

export const paths = (...all: string[]) => session(all.map((path) => ({ path })));

/** What events fire over a session. */
export const fire = (
  events: readonly TestEvent[],
  over: ClosedSession,
  attributes?: readonly AttributeInput[],
): Replayed => replaySession(compile(events, attributes), over);

/** Firings in short: `A@2` is A on the second hit. */
export const brief = ({ facts }: Pick<Replayed, 'facts'>): string[] =>
  facts.map(({ event, hitNumber }) => `${event}@${hitNumber}`);
