/**
 * Every field that a condition can speak of, once: its type, where it lives and what it means. Forms, completion,
 * docs and both compilers read this list; the values are taken by field-values.ts and field-sql.ts.
 */
import { ConditionFault } from './condition-fault.ts';
import { fieldSql } from './field-sql.ts';

/** `duration` is a number of milliseconds that is written with its unit; `time` an instant written as a day or clock time. */
export type FieldType = 'text' | 'number' | 'duration' | 'boolean' | 'time';
/** What one value belongs to. */
export type FieldHome = 'session' | 'hit' | 'step' | 'event';

export interface FieldSpec {
  type: FieldType;
  home: FieldHome;
  meaning: string;
  /** There may be several values; a test holds when one of them meets it. */
  list?: true;
  /** Confidential parts are masked before anything is written, so they cannot be found. */
  masked?: true;
}

const text = (home: FieldHome, meaning: string) => ({ type: 'text', home, meaning }) as const;
const number = (home: FieldHome, meaning: string) => ({ type: 'number', home, meaning }) as const;
const time = (home: FieldHome, meaning: string) => ({ type: 'time', home, meaning }) as const;
const duration = (home: FieldHome, meaning: string) =>
  ({ type: 'duration', home, meaning }) as const;
const boolean = (home: FieldHome, meaning: string) => ({ type: 'boolean', home, meaning }) as const;

/** A name that ends in `NAME` is a family: any name may stand there. */
export const fieldSpecs = {
  'request.method': text('hit', 'HTTP method, such as GET.'),
  'request.host': text('hit', 'Host of the URL; missing where a log does not say.'),
  'request.path': text('hit', 'Path of the URL.'),
  'request.query': text('hit', 'Whole query of the URL as sent, without the question mark.'),
  'request.query.NAME': {
    ...text('hit', 'Decoded values of one query parameter. Its name is exact.'),
    list: true,
  },
  site_search: text(
    'hit',
    'What was looked for on the site itself: the decoded value of q, query, s, search, keyword, suche, recherche or buscar in the query.',
  ),
  'request.protocol': text('hit', 'HTTP protocol, such as HTTP/1.1.'),
  'request.referrer': text('hit', 'Referrer of the hit as sent.'),
  'request.header.NAME': {
    ...text('hit', 'One header of the request; upper and lower case are the same.'),
    masked: true,
  },
  'request.form.NAME': {
    ...text('hit', 'Values of one form field of the request. Its name is exact.'),
    list: true,
    masked: true,
  },
  'request.body': { ...text('hit', 'Body of the request.'), masked: true },
  'response.status': number('hit', 'HTTP status code.'),
  'response.bytes': number('hit', 'Size of the response in bytes.'),
  'response.duration': duration('hit', 'Time that the response took.'),
  'response.header.NAME': {
    ...text('hit', 'One header of the response; upper and lower case are the same.'),
    masked: true,
  },
  'response.body': { ...text('hit', 'Text of the response.'), masked: true },
  'page.title': text('hit', 'Title of the page.'),
  'hit.type': text('hit', 'page_view, event, steps, request or web_vitals.'),
  'hit.time': time('hit', 'When the hit happened.'),
  'hit.number': number('hit', 'Place of the hit in its session, from 1.'),
  'custom.name': text('hit', 'Name of a custom event that the page sent.'),
  'property.NAME': text('hit', 'One property of a custom event, as text. Its name is exact.'),
  'hit_attribute.NAME': {
    ...text(
      'hit',
      'Values that a hit attribute takes out of request or response. For events only.',
    ),
    list: true,
  },
  'step_attribute.NAME': {
    ...text('step', 'Values that a step attribute takes out of a step. For events only.'),
    list: true,
  },
  'step.kind': text(
    'step',
    'click, input, submit, scroll, error, dead_click, rage_click, outbound or download.',
  ),
  'step.target': text('step', 'Element that the step was done on.'),
  'step.value': { ...text('step', 'Value or message of the step.'), masked: true },
  'step.time': time('step', 'When the step happened, by the clock of the page.'),
  'event.value': number('event', 'Number that the event recorded.'),
  'event.text': text('event', 'Text that the event recorded.'),
  'session.id': text('session', 'Id of the session: 32 hexadecimal digits.'),
  'session.origin': text('session', 'tracker or log.'),
  'session.start': time('session', 'Time of the first hit.'),
  'session.end': time('session', 'Time of the last hit so far.'),
  'session.duration': duration('session', 'Time from the first hit to the last.'),
  'session.hits': number('session', 'Number of hits.'),
  'session.page_views': number('session', 'Number of page views.'),
  'session.bounce': boolean('session', 'At most one page view and no custom event.'),
  'session.end_reason': text('session', 'Why the session ended; missing while it is active.'),
  'session.seen_by_tag': boolean(
    'session',
    'A log’s session of which the tracker saw every page view too; known once both are stored.',
  ),
  'session.continues': text('session', 'Id of the session that this one continues.'),
  'attribute.NAME': {
    ...text('session', 'Values of one session attribute that events have set. Its name is exact.'),
    list: true,
  },
  visitor: text('session', 'Visitor key.'),
  user: text('session', 'Id that the site gave for a signed-in user.'),
  robot: boolean('session', 'The user agent or the behaviour is a robot’s, or there is none.'),
  'robot.name': text('session', 'Name of the robot.'),
  'robot.purpose': text('session', 'What the robot is for, such as search engine.'),
  'robot.behaviour': text('session', 'The rule by whose behaviour the session is a robot’s.'),
  browser: text('session', 'Browser name.'),
  'browser.version': text('session', 'Major version of the browser.'),
  system: text('session', 'Operating system.'),
  'device.type': text('session', 'desktop, mobile, tablet, tv, robot or unknown.'),
  user_agent: text('session', 'User agent as sent, cut at 512 characters.'),
  country: text('session', 'Two-letter country.'),
  region: text('session', 'Region or state within the country.'),
  city: text('session', 'City.'),
  language: text('session', 'Preferred language of the client.'),
  'screen.width': number('session', 'Width of the screen in CSS pixels.'),
  'address.prefix': text('session', 'Client address, cut: v4 to /24, v6 to /48.'),
  'address.key': text('session', 'Keyed hash of the whole client address.'),
  'entry.host': text('session', 'Host of the first page view.'),
  'entry.path': text('session', 'Path of the first page view.'),
  'exit.path': text('session', 'Path of the last page view so far.'),
  'referrer.host': text('session', 'Host of the page that led to the session.'),
  'referrer.path': text('session', 'Path of that page.'),
  channel: text('session', 'Class of the source, such as organic search.'),
  source: text('session', 'utm_source, else what a click id says, else the name of the referrer.'),
  medium: text('session', 'utm_medium, else what a click id says, else the kind of the referrer.'),
  campaign: text('session', 'utm_campaign.'),
  term: text('session', 'utm_term, else the words that the search engine hands on.'),
  content: text('session', 'utm_content.'),
  click_id: text('session', 'Name of the parameter that marked the click, such as gclid.'),
} as const satisfies Record<string, FieldSpec>;

export type FieldName = keyof typeof fieldSpecs;
const specs: Record<FieldName, FieldSpec> = fieldSpecs;
const names = Object.keys(fieldSpecs) as FieldName[];
const families = names.filter((name) => name.endsWith('.NAME'));

/** A field as lists and forms show it. */
export interface FieldDescription extends FieldSpec {
  name: FieldName;
  /** Whether SQL over the tables can answer it. */
  inTables: boolean;
}

export const fieldList: readonly FieldDescription[] = names.map((name) => ({
  name,
  ...specs[name],
  inTables: fieldSql[name] !== undefined,
}));

/** A field as a condition names it: `parameter` is what stands for `NAME`. */
export interface Field extends FieldSpec {
  name: FieldName;
  parameter: string;
}

/** @throws ConditionFault when there is no such field; names the nearest one */
export function findField(given: string): Field {
  if (Object.hasOwn(specs, given) && !families.includes(given as FieldName)) {
    const name = given as FieldName;
    return { ...specs[name], name, parameter: '' };
  }
  for (const name of families) {
    const prefix = name.slice(0, -'NAME'.length);
    if (!given.startsWith(prefix) || given.length === prefix.length) continue;
    const parameter = given.slice(prefix.length);
    const isHeader = name.includes('.header.');
    return { ...specs[name], name, parameter: isHeader ? parameter.toLowerCase() : parameter };
  }
  const nearest = nearestName(given);
  const hint = nearest === undefined ? '' : ` Did you mean ${nearest}?`;
  throw new ConditionFault(`There is no field "${given.slice(0, 80)}".${hint}`);
}

/** Where to begin the part of a family's name that is free, or nothing for a plain field. */
export function familyPrefix(given: string): string | undefined {
  return families
    .map((name) => name.slice(0, -'NAME'.length))
    .find((prefix) => given.startsWith(prefix) && given.length > prefix.length);
}

function nearestName(given: string): string | undefined {
  const wanted = given.toLowerCase().slice(0, 80);
  const ranked = names
    .map((name) => ({ name, distance: distanceOf(wanted, name.toLowerCase()) }))
    .sort((one, other) => one.distance - other.distance);
  // Who knows the field from elsewhere knows its last part: `session.channel`, `geo.country`.
  const [last = wanted] = wanted.split('.').slice(-1);
  const same = names.find((name) => name === last || name.endsWith(`.${last}`));
  const best = ranked[0];
  if (same !== undefined && (best?.distance ?? 0) > 2) return same;
  if (best !== undefined && best.distance <= Math.max(2, wanted.length / 3)) return best.name;
  return same;
}

/** How many letters have to be changed, added or taken away to make one word of the other. */
function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const changed = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
