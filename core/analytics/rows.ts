/** A stored session → its rows: one for `sessions`, one a hit for `hits`. Pure, so that tables can be made anew. */
import type { CanisterPlace } from '../canisters/long-term.ts';
import type { ClosedSession, SessionHit } from '../contract/session.ts';
import { channelOf } from '../hits/channel.ts';
import { technologyOf } from '../hits/user-agent.ts';

/** A session with its place in inbox and canister. */
export interface StoredSession {
  session: ClosedSession;
  firstSeq: number;
  lastSeq: number;
  place: CanisterPlace;
  /** The keys of the devices whose hits it holds; left out where it is the visitor key alone. */
  devices?: readonly string[];
}

/** A cell as the tables take it: UUIDs as 32 hex digits, instants as epoch milliseconds. */
export type Cell = string | number | boolean | undefined;

/**
 * The cells of the session's row, in the order of `storeTables.sessions`. What tracker and log both saw is marked later.
 * @param number of the session in the tables
 */
export function sessionRow(
  { session, firstSeq, lastSeq, place }: StoredSession,
  number: number,
): Cell[] {
  const { hits, technology, acquisition } = session;
  let pageViews = 0;
  let customEvents = 0;
  let entry: SessionHit | undefined;
  let exit: SessionHit | undefined;
  for (const hit of hits) {
    if (hit.type === 'event') customEvents += 1;
    if (hit.type !== 'page_view') continue;
    pageViews += 1;
    entry ??= hit;
    exit = hit;
  }
  return [
    session.id,
    session.visitor,
    session.userId,
    session.origin,
    session.startedAt,
    session.endedAt,
    session.endReason,
    session.endedAt - session.startedAt,
    hits.length,
    pageViews,
    customEvents,
    pageViews <= 1 && customEvents === 0,
    technology.robot !== undefined,
    technology.robot,
    technology.browser,
    technology.browserVersion,
    technology.system,
    technology.device,
    session.userAgent,
    entry?.host || undefined,
    entry?.path,
    exit?.path,
    acquisition.referrerHost,
    acquisition.referrerPath,
    acquisition.source,
    acquisition.medium,
    acquisition.campaign,
    acquisition.term,
    acquisition.content,
    session.country,
    session.language,
    session.screenWidth,
    session.addressPrefix,
    session.addressKey,
    session.continues,
    firstSeq,
    lastSeq,
    place.day,
    place.offset,
    place.length,
    acquisition.channel ?? channelOf(acquisition),
    acquisition.clickId,
    session.region,
    session.city,
    purposeOf(session),
    technology.behaviour,
    session.excludedHits?.length ?? 0,
    number,
    false,
  ];
}

/** Sessions of before do not hold it. */
const purposeOf = ({ technology, userAgent }: ClosedSession) =>
  technology.robot === undefined
    ? undefined
    : (technology.purpose ?? technologyOf(userAgent).purpose ?? 'other');

/** The cells of each excluded hit's row, in the order of `storeTables.excluded_hits`. */
export function excludedHitRows({ id, excludedHits = [] }: ClosedSession): Cell[][] {
  return excludedHits.map((hit) => [
    hit.id,
    id,
    hit.excludedBy,
    hit.at,
    hit.arrivedAt ?? hit.at,
    hit.origin,
    hit.host || undefined,
    hit.path,
  ]);
}

/** The cells of a row for each device that has another key than the visitor, in the order of `storeTables.session_devices`. */
export function deviceRows({ session, devices = [] }: StoredSession): Cell[][] {
  return devices
    .filter((device) => device !== session.visitor)
    .map((device) => [session.id, device]);
}

/**
 * The cells of each hit's row, in the order of `storeTables.hits`; its marks are made later, too.
 * @param number of the session in the tables
 */
export function hitRows(session: ClosedSession, number: number): Cell[][] {
  const { hits } = session;
  const isRobot = session.technology.robot !== undefined;
  const rows: Cell[][] = new Array(hits.length);
  let nextPageViewAt: number | undefined;
  const firstPageView = hits.findIndex((hit) => hit.type === 'page_view');
  for (let index = hits.length - 1; index >= 0; index -= 1) {
    const hit = hits[index] as SessionHit;
    const isPageView = hit.type === 'page_view';
    rows[index] = [
      hit.id,
      session.id,
      session.visitor,
      isRobot,
      index + 1,
      hit.at,
      hit.type,
      hit.origin,
      hit.method,
      hit.host || undefined,
      hit.path,
      hit.query,
      hit.protocol,
      hit.status,
      hit.responseBytes,
      hit.durationMs,
      hit.referrer,
      hit.title,
      hit.name,
      hit.properties === undefined ? undefined : JSON.stringify(hit.properties),
      index === firstPageView,
      isPageView && nextPageViewAt === undefined,
      isPageView && nextPageViewAt !== undefined ? nextPageViewAt - hit.at : undefined,
      number,
      false,
      false,
    ];
    if (isPageView) nextPageViewAt = hit.at;
  }
  return rows;
}

/** The cells of each fact's row, in the order of `storeTables.events`. */
export function eventRows({
  id,
  facts = [],
  eventsVersion,
}: Pick<ClosedSession, 'id' | 'facts' | 'eventsVersion'>): Cell[][] {
  return facts.map((fact) => [
    id,
    fact.event,
    fact.number,
    fact.hitNumber,
    fact.hitId,
    fact.at,
    fact.valueNumber,
    fact.valueText,
    fact.dimensions === undefined ? undefined : JSON.stringify(fact.dimensions),
    fact.alert,
    fact.buildingBlock === true,
    fact.version ?? eventsVersion,
    fact.backfilled === true,
  ]);
}

/** The cells of a row for each value of a session attribute, in the order of `storeTables.session_values`. */
export function sessionValueRows({
  id,
  attributes = {},
}: Pick<ClosedSession, 'id' | 'attributes'>): Cell[][] {
  return Object.entries(attributes).flatMap(([field, values]) =>
    values.map((value) => [id, field, value]),
  );
}
