/** The values of each field in a session, a hit or a step: none, one or several. The twin of field-sql.ts. */
import type { Session, SessionHit } from '../contract/session.ts';
import type { Step } from '../contract/step.ts';
import type { FieldName } from './fields.ts';
import { textOf } from './folded-text.ts';
import { siteSearchTerm } from './site-search.ts';

/** A firing of an event in a session. `number` counts the firings of the session from 1, `hitNumber` the hits. */
export interface EventOccurrence {
  name: string;
  number: number;
  hitNumber: number;
  at: number;
  value?: number | undefined;
  text?: string | undefined;
}

/** A hit with what only capture sees of it. Header names are in lower case; bodies are texts, masked already. */
export type ConditionHit = SessionHit;

/** A session as conditions look at it, active or ended. */
export interface ConditionSession extends Omit<Session, 'hits'> {
  endReason?: string | undefined;
  /** The tables know it; a session that is not stored yet has been compared with none. */
  seenByTag?: boolean | undefined;
  hits: readonly ConditionHit[];
  events?: readonly EventOccurrence[] | undefined;
}

/** What a test looks at. In the scope of a session there is no hit, in the scope of a hit no step. */
export interface View {
  session: ConditionSession;
  hit?: ConditionHit | undefined;
  /** Place of the hit in its session, from 1. */
  hitNumber?: number | undefined;
  step?: Step | undefined;
  event?: EventOccurrence | undefined;
  /** Gives the values of hit and step attributes, where definitions of them are at hand. */
  taken?: TakenValues | undefined;
}

/** Values that attributes take out of one hit and its steps. */
export interface TakenValues {
  ofHit(name: string): readonly string[];
  ofStep(name: string, step: Step): readonly string[];
}

export type FieldValue = string | number | boolean;
/** What a field is in a view: one value, several, or none. */
export type Found = FieldValue | readonly FieldValue[] | undefined;
export type Read = (view: View, parameter: string) => Found;

const ofHit =
  (read: (hit: ConditionHit, parameter: string) => Found): Read =>
  ({ hit }, parameter) =>
    hit === undefined ? undefined : read(hit, parameter);
const ofSession =
  (read: (session: ConditionSession) => Found): Read =>
  ({ session }) =>
    read(session);

/** Own keys only: `constructor` is the name of a header that nobody sent. */
function entryOf<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

const pageViews = (session: ConditionSession) =>
  session.hits.filter((hit) => hit.type === 'page_view');
const isBounce = (session: ConditionSession) =>
  pageViews(session).length <= 1 && session.hits.every((hit) => hit.type !== 'event');

const readers: Record<FieldName, Read> = {
  'request.method': ofHit((hit) => hit.method),
  'request.host': ofHit((hit) => hit.host || undefined),
  'request.path': ofHit((hit) => hit.path),
  'request.query': ofHit((hit) => hit.query),
  'request.query.NAME': ofHit((hit, name) => queryValues(hit.query, name)),
  site_search: ofHit((hit) => siteSearchTerm(hit.query, decodeComponent)),
  'request.protocol': ofHit((hit) => hit.protocol),
  'request.referrer': ofHit((hit) => hit.referrer),
  'request.header.NAME': ofHit((hit, name) => entryOf(hit.requestHeaders, name)),
  'request.form.NAME': ofHit((hit, name) => entryOf(hit.form, name)),
  'request.body': ofHit((hit) => hit.requestBody),
  'response.status': ofHit((hit) => hit.status),
  'response.bytes': ofHit((hit) => hit.responseBytes),
  'response.duration': ofHit((hit) => hit.durationMs),
  'response.header.NAME': ofHit((hit, name) => entryOf(hit.responseHeaders, name)),
  'response.body': ofHit((hit) => hit.responseBody),
  'page.title': ofHit((hit) => hit.title),
  'hit.type': ofHit((hit) => hit.type),
  'hit.time': ofHit((hit) => hit.at),
  'hit.number': ({ hitNumber }) => hitNumber,
  'custom.name': ofHit((hit) => hit.name),
  'property.NAME': ofHit((hit, name) => {
    const value = entryOf(hit.properties, name);
    return value === undefined ? undefined : textOf(value);
  }),
  'hit_attribute.NAME': ({ taken }, name) => taken?.ofHit(name),
  'step_attribute.NAME': ({ taken, step }, name) => step && taken?.ofStep(name, step),
  'step.kind': ({ step }) => step?.kind,
  'step.target': ({ step }) => step?.target,
  'step.value': ({ step }) => step?.value,
  'step.time': ({ step }) => step?.at,
  'event.value': ({ event }) => event?.value,
  'event.text': ({ event }) => event?.text,
  'session.id': ofSession((session) => session.id),
  'session.origin': ofSession((session) => session.origin),
  'session.start': ofSession((session) => session.startedAt),
  'session.end': ofSession((session) => session.endedAt),
  'session.duration': ofSession((session) => session.endedAt - session.startedAt),
  'session.hits': ofSession((session) => session.hits.length),
  'session.page_views': ofSession((session) => pageViews(session).length),
  'session.bounce': ofSession(isBounce),
  'session.end_reason': ofSession((session) => session.endReason),
  'session.seen_by_tag': ofSession((session) => session.seenByTag === true),
  'session.continues': ofSession((session) => session.continues),
  'attribute.NAME': ({ session }, name) => entryOf(session.attributes, name),
  visitor: ofSession((session) => session.visitor),
  user: ofSession((session) => session.userId),
  robot: ofSession((session) => session.technology.robot !== undefined),
  'robot.name': ofSession((session) => session.technology.robot),
  'robot.purpose': ofSession((session) => session.technology.purpose),
  'robot.behaviour': ofSession((session) => session.technology.behaviour),
  browser: ofSession((session) => session.technology.browser),
  'browser.version': ofSession((session) => session.technology.browserVersion),
  system: ofSession((session) => session.technology.system),
  'device.type': ofSession((session) => session.technology.device),
  user_agent: ofSession((session) => session.userAgent),
  country: ofSession((session) => session.country),
  region: ofSession((session) => session.region),
  city: ofSession((session) => session.city),
  language: ofSession((session) => session.language),
  'screen.width': ofSession((session) => session.screenWidth),
  'address.prefix': ofSession((session) => session.addressPrefix),
  'address.key': ofSession((session) => session.addressKey),
  'entry.host': ofSession((session) => pageViews(session)[0]?.host || undefined),
  'entry.path': ofSession((session) => pageViews(session)[0]?.path),
  'exit.path': ofSession((session) => pageViews(session).at(-1)?.path),
  'referrer.host': ofSession((session) => session.acquisition.referrerHost),
  'referrer.path': ofSession((session) => session.acquisition.referrerPath),
  channel: ofSession((session) => session.acquisition.channel),
  source: ofSession((session) => session.acquisition.source),
  medium: ofSession((session) => session.acquisition.medium),
  campaign: ofSession((session) => session.acquisition.campaign),
  term: ofSession((session) => session.acquisition.term),
  content: ofSession((session) => session.acquisition.content),
  click_id: ofSession((session) => session.acquisition.clickId),
};

/** How a field is read. */
export const readerOf = (name: FieldName): Read => readers[name];

/** All values of a field in a view; missing ones are left out. */
export function readValues(name: FieldName, parameter: string, view: View): readonly FieldValue[] {
  return listed(readers[name](view, parameter));
}

/** What was found as a list. */
export function listed(found: Found): readonly FieldValue[] {
  if (found === undefined || found === null) return noValues;
  return typeof found === 'object' ? found : [found];
}

const noValues: readonly FieldValue[] = [];

/** The decoded values of one parameter of a query. */
export function queryValues(query: string | undefined, name: string): readonly string[] {
  if (query === undefined) return [];
  const values: string[] = [];
  for (const pair of query.split('&')) {
    const equals = pair.indexOf('=');
    const key = equals < 0 ? pair : pair.slice(0, equals);
    if (decodeComponent(key) === name)
      values.push(equals < 0 ? '' : decodeComponent(pair.slice(equals + 1)));
  }
  return values;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Decodes `+` and `%41`; a `%` without two digits stays, and so does all of what is no UTF-8 in the end. */
export function decodeComponent(component: string): string {
  const text = component.replaceAll('+', ' ');
  if (!text.includes('%')) return text;
  const given = encoder.encode(text);
  const bytes: number[] = [];
  for (let index = 0; index < given.length; index += 1) {
    const digits =
      given[index] === 0x25 ? String.fromCharCode(...given.slice(index + 1, index + 3)) : '';
    const isCode = /^[0-9a-f]{2}$/i.test(digits);
    bytes.push(isCode ? Number.parseInt(digits, 16) : Number(given[index]));
    if (isCode) index += 2;
  }
  try {
    return utf8.decode(Uint8Array.from(bytes));
  } catch {
    return text;
  }
}
