/**
 * The book of one dataset: how often what is watched happened of late. It begins with what is stored and what is
 * active, and counts each hit on as it is read, so that asking costs the same however much there is.
 */
import { type CountedSubject, severitiesFrom } from '../contract/alert.ts';
import type { Fact } from '../contract/event.ts';
import type { Session, SessionHit } from '../contract/session.ts';
import type { LiveRequest, PastCell, SpanRequest } from './alert-facts.ts';
import { countsVisitors } from './occurrence-sql.ts';
import { addOccurrence, addTallies, cellMsOf, newTally, type Tally } from './tally.ts';

interface Watch {
  request: LiveRequest;
  cellMs: number;
  countVisitors: boolean;
  cells: Map<number, Tally>;
  askedAt: number;
}

/** What is there when a watch begins. Nothing may move while it is read. */
export interface BookSources {
  /** What is stored. */
  stored: (request: SpanRequest, cellMs: number) => Promise<PastCell[]>;
  /** The sessions that are not stored yet; `isOver` where they have ended. */
  unstored: () => Iterable<{ session: Session; isOver: boolean }>;
  idleTimeoutMs: number;
}

/** What nobody has asked for so long is watched no more. */
const forgottenAfterMs = 600_000;

export class WatchBook {
  readonly #watches = new Map<string, Watch>();

  /** How many firings of a session's events were taken. */
  readonly #firings = new WeakMap<Session, number>();

  /** Takes a hit that a session has just got, and what its events have recorded by it. */
  takeHit(session: Session, hit: SessionHit): void {
    if (this.#watches.size === 0) return;
    this.#takeFacts(session);
    const isFirst = session.hits.length === 1;
    for (const watch of this.#watches.values()) takeHit(watch, session, hit, isFirst);
  }

  /** Takes the end of a session. */
  takeEnd(session: Session, idleTimeoutMs: number): void {
    if (this.#watches.size === 0) return;
    this.#takeFacts(session);
    for (const watch of this.#watches.values()) takeEnd(watch, session, idleTimeoutMs);
  }

  /** Takes the facts that are new since it was looked at last. */
  #takeFacts(session: Session): void {
    const { facts } = session;
    if (facts === undefined || facts.length === 0) return;
    const taken = this.#firings.get(session) ?? 0;
    const fresh = facts.filter(({ number }) => number > taken);
    if (fresh.length === 0) return;
    this.#firings.set(session, lastFiring(facts));
    for (const watch of this.#watches.values())
      for (const fact of fresh) takeFact(watch, session, fact);
  }

  /** Whether these are watched already; those that are not need `begin`. */
  lacks(requests: readonly LiveRequest[]): boolean {
    return requests.some((request) => !this.#watches.has(keyOf(request)));
  }

  /** Begins to watch what is not watched yet. */
  async begin(
    requests: readonly LiveRequest[],
    nowMs: number,
    sources: BookSources,
  ): Promise<void> {
    for (const { session } of sources.unstored())
      this.#firings.set(session, lastFiring(session.facts ?? []));
    for (const request of requests) {
      if (!this.#watches.has(keyOf(request)))
        this.#watches.set(keyOf(request), await newWatch(request, nowMs, sources));
    }
  }

  /** What happened in the windows that end at `throughMs`. Call `begin` before. */
  read(requests: readonly LiveRequest[], throughMs: number): Tally[] {
    const tallies = requests.map((request) => {
      const watch = this.#watches.get(keyOf(request));
      if (watch === undefined) throw new Error('it is not watched');
      watch.askedAt = throughMs;
      return readWindow(watch, throughMs);
    });
    for (const [key, { askedAt }] of this.#watches)
      if (throughMs - askedAt > forgottenAfterMs) this.#watches.delete(key);
    return tallies;
  }

  /** Forgets everything: what is stored has changed beside it. */
  clear(): void {
    this.#watches.clear();
  }
}

const keyOf = ({ subject, robots, windowMs }: LiveRequest) =>
  JSON.stringify([subject, robots, windowMs]);

async function newWatch(
  request: LiveRequest,
  nowMs: number,
  { stored, unstored, idleTimeoutMs }: BookSources,
): Promise<Watch> {
  const cellMs = cellMsOf(request.windowMs);
  const { subject, robots } = request;
  const fromMs = firstCell(nowMs, cellMs, request.windowMs);
  // Hits may say that they come from a little later than now.
  const span = { subject, robots, fromMs, toMs: nowMs + request.windowMs };
  const cells = await stored(span, cellMs);
  const watch: Watch = {
    request,
    cellMs,
    countVisitors: countsVisitors(subject),
    cells: new Map(cells.map(({ at, tally }) => [at, tally])),
    askedAt: nowMs,
  };
  for (const { session, isOver } of unstored()) {
    for (const [index, hit] of session.hits.entries()) takeHit(watch, session, hit, index === 0);
    for (const fact of session.facts ?? []) takeFact(watch, session, fact);
    if (isOver) takeEnd(watch, session, idleTimeoutMs);
  }
  return watch;
}

/** The beginning of the first cell of the window that ends at `throughMs`. */
const firstCell = (throughMs: number, cellMs: number, windowMs: number) =>
  Math.floor((throughMs - windowMs) / cellMs) * cellMs;

function readWindow({ cells, cellMs, request }: Watch, throughMs: number): Tally {
  const fromMs = firstCell(throughMs, cellMs, request.windowMs);
  const inside: [number, Tally][] = [];
  for (const [at, tally] of cells) {
    if (at < fromMs) cells.delete(at);
    else if (at <= throughMs) inside.push([at, tally]);
  }
  inside.sort(([a], [b]) => a - b);
  return addTallies(inside.map(([, tally]) => tally));
}

function takeHit(watch: Watch, session: Session, hit: SessionHit, isFirst: boolean): void {
  const { subject, robots } = watch.request;
  if (!robots && session.technology.robot !== undefined) return;
  if (!isOccurrence(subject, hit, isFirst)) return;
  const value = subject.kind === 'event' ? numberOf(hit) : undefined;
  add(watch, hit.at, session, value);
}

function isOccurrence(subject: CountedSubject, hit: SessionHit, isFirst: boolean): boolean {
  if (subject.kind === 'event') return hit.type === 'event' && hit.name === subject.event;
  if (subject.kind === 'raised') return false;
  switch (subject.metric) {
    case 'hits':
    case 'visitors':
      return true;
    case 'page_views':
      return hit.type === 'page_view';
    case 'sessions':
      return isFirst;
    default:
      return false;
  }
}

const lastFiring = (facts: readonly Fact[]) =>
  facts.reduce((last, { number }) => Math.max(last, number), 0);

function takeFact(watch: Watch, session: Session, fact: Fact): void {
  const { subject, robots } = watch.request;
  if (subject.kind === 'metric' || (!robots && session.technology.robot !== undefined)) return;
  const isMeant =
    subject.kind === 'event'
      ? fact.event === subject.event
      : fact.alert !== undefined && severitiesFrom(subject.severity).includes(fact.alert);
  if (isMeant) add(watch, fact.at, session, fact.valueNumber);
}

function takeEnd(watch: Watch, session: Session, idleTimeoutMs: number): void {
  const { subject, robots } = watch.request;
  if (subject.kind !== 'metric' || (!robots && session.technology.robot !== undefined)) return;
  const value = endValue(subject.metric, session);
  if (value !== undefined) add(watch, session.endedAt + idleTimeoutMs, session, value);
}

function endValue(metric: string, { hits, startedAt, endedAt }: Session): number | undefined {
  const pageViews = hits.filter(({ type }) => type === 'page_view').length;
  if (metric === 'page_depth') return pageViews;
  if (metric === 'session_duration') return endedAt - startedAt;
  if (metric !== 'bounce_rate') return undefined;
  return pageViews <= 1 && !hits.some(({ type }) => type === 'event') ? 1 : 0;
}

/** The value that the page sent with the event, where it is a number. */
function numberOf({ properties }: SessionHit): number | undefined {
  const value = properties?.value;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function add(
  { cells, cellMs, countVisitors }: Watch,
  at: number,
  session: Session,
  value: number | undefined,
): void {
  const begins = Math.floor(at / cellMs) * cellMs;
  const tally = cells.get(begins) ?? newTally();
  cells.set(begins, tally);
  addOccurrence(
    tally,
    { at, value, sessionId: session.id, visitor: session.visitor },
    countVisitors,
  );
}
