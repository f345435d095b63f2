/** Sessions that a search has found: in short, in order, and by their most frequent values. */
import type { FacetCounts, SearchRange } from '../analytics/search-tables.ts';
import { spanOf } from '../conditions/instants.ts';
import {
  type FacetField,
  type FoundSession,
  facetFields,
  type Highlight,
  type SearchAnswer,
  type SearchRequest,
  searchLimits,
} from '../contract/search.ts';
import type { WholeSession } from '../contract/session.ts';

const minuteMs = 60_000;

/** What puts found sessions in order: the newest start first. */
export interface Ordered {
  id: string;
  startedAt: number;
}

export const newestFirst = (one: Ordered, other: Ordered) =>
  other.startedAt - one.startedAt || (other.id < one.id ? -1 : 1);

export const cursorOf = ({ id, startedAt }: Ordered) => `${startedAt}.${id}`;

export function readCursor(cursor: string | undefined): Ordered | undefined {
  const [startedAt, id] = cursor?.split('.') ?? [];
  return id === undefined ? undefined : { startedAt: Number(startedAt), id };
}

export const isBehind = (one: Ordered, after: Ordered | undefined) =>
  after === undefined || newestFirst(after, one) < 0;

/** @param nowMs the clock */
export function rangeOf(
  { from, to, latestMinutes }: SearchRequest,
  timeZone: string,
  nowMs: number,
): SearchRange {
  return {
    fromMs: from && spanOf(from, timeZone).startMs,
    toMs: to && spanOf(to, timeZone).startMs,
    lastHitFromMs: latestMinutes && nowMs - latestMinutes * minuteMs,
  } as SearchRange;
}

export const isWithin = ({ startedAt, endedAt }: WholeSession, range: SearchRange) =>
  startedAt >= (range.fromMs ?? 0) &&
  startedAt < (range.toMs ?? Infinity) &&
  endedAt >= (range.lastHitFromMs ?? 0);

export function inShort(session: WholeSession, highlights: Highlight[]): FoundSession {
  const { id, startedAt, endedAt, endReason, hits, visitor, userId, country } = session;
  const pages = hits.filter((hit) => hit.type === 'page_view');
  const { referrerHost, source } = session.acquisition;
  return {
    id,
    active: endReason === undefined,
    startedAt,
    endedAt,
    endReason,
    hits: hits.length,
    pageViews: pages.length,
    visitor,
    userId,
    entryPath: pages[0]?.path,
    exitPath: pages.at(-1)?.path,
    referrerHost,
    source,
    country,
    technology: session.technology,
    highlights,
  };
}

const facetValues: Record<FacetField, (session: WholeSession) => string | undefined> = {
  browser: ({ technology }) => technology.browser,
  system: ({ technology }) => technology.system,
  'device.type': ({ technology }) => technology.device,
  country: ({ country }) => country,
  source: ({ acquisition }) => acquisition.source,
  'entry.path': ({ hits }) => hits.find(({ type }) => type === 'page_view')?.path,
  'session.end_reason': ({ endReason }) => endReason,
};

/** @param counts what the tables have counted; sessions that were found elsewhere are added */
export function facetsOf(
  counts: FacetCounts,
  sessions: readonly WholeSession[],
): NonNullable<SearchAnswer['facets']> {
  return facetFields.map((field) => {
    const sums = new Map(counts.get(field));
    for (const session of sessions) {
      const value = facetValues[field](session) ?? null;
      sums.set(value, (sums.get(value) ?? 0) + 1);
    }
    const values = [...sums]
      .map(([value, count]) => ({ value, sessions: count }))
      .sort(
        (one, other) =>
          other.sessions - one.sessions || (String(one.value) < String(other.value) ? -1 : 1),
      )
      .slice(0, searchLimits.facetValuesMax);
    return { field, values };
  });
}
