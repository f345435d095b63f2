/** The fields that formats speak of, and what becomes of each: text of the log → a draft → the finished line. */
import { mappedFields } from '../../contract/import.ts';
import { type BadLine, badLine, type LogLine } from './log-line.ts';
import { splitRequest, splitTarget } from './request-line.ts';
import type { TimeReader } from './time-text.ts';

/** Every field that a format can name. `skip` is text that nobody wants. */
const lineFields = [
  ...mappedFields,
  'firstAddress',
  'date',
  'time',
  'zone',
  'hostTarget',
  'skip',
] as const;
export type LineField = (typeof lineFields)[number];

/** A line half read: the line's fields, and those that only together make one. */
export interface LineDraft extends LogLine {
  hasTime: boolean;
  dateText: string;
  timeText: string;
  path: string | undefined;
  query: string | undefined;
}

export function newDraft(): LineDraft {
  return {
    address: '',
    forwardedFor: undefined,
    user: undefined,
    at: 0,
    method: '',
    target: '',
    protocol: undefined,
    host: undefined,
    status: 0,
    responseBytes: undefined,
    durationMs: undefined,
    referrer: undefined,
    userAgent: '',
    cookies: undefined,
    hasTime: false,
    dateText: '',
    timeText: '',
    path: undefined,
    query: undefined,
  };
}

/** Puts a field's text into the draft; gives the reason when it cannot be. */
export type FieldTaker = (draft: LineDraft, text: string) => string | undefined;

const isAbsent = (text: string) => text === '-' || text === '';
const zero = 48;

/** Whole numbers only, of at most 15 digits; undefined for anything else. */
function wholeNumber(text: string): number | undefined {
  if (text.length === 0 || text.length > 15) return undefined;
  let value = 0;
  for (let index = 0; index < text.length; index += 1) {
    const digit = text.charCodeAt(index) - zero;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

// HAProxy puts a + before figures that it logged before the end.
const durationShape = /^\+?\d{1,15}(?:\.\d{1,9})?$/;
const durationMsMax = 86_400_000;

/** An upstream that was never asked has the duration `-` or -1: that is none, not a bad line. */
const duration =
  (unitMs: number): FieldTaker =>
  (draft, text) => {
    if (isAbsent(text) || text === '-1' || text === '-1.000') return undefined;
    if (!durationShape.test(text)) return `the duration ${shown(text)} is no number`;
    draft.durationMs = Math.min(Math.round(Number(text) * unitMs), durationMsMax);
    return undefined;
  };

const shown = (text: string) => JSON.stringify(text.slice(0, 40));

/** How each field is taken. Times hang on the format, so their takers are made by `timeTaker`. */
export const fieldTakers: Record<
  Exclude<LineField, 'at' | 'date' | 'time' | 'zone'>,
  FieldTaker
> = {
  address(draft, text) {
    if (isAbsent(text)) return 'there is no client address';
    draft.address = text;
    return undefined;
  },
  // `client` is an address with its port behind it: `192.0.2.7:33317`, `[2001:db8::1]:33317`.
  client(draft, text) {
    const colon = text.lastIndexOf(':');
    const address = colon < 0 ? text : text.slice(0, colon);
    if (isAbsent(address)) return 'there is no client address';
    draft.address = address.startsWith('[') ? address.slice(1, -1) : address;
    return undefined;
  },
  // The first of a list that is an address: GoAccess's reading of a list of proxies.
  firstAddress(draft, text) {
    const found = text.split(/[^0-9A-Za-z.:%_-]+/).find((part) => /^[0-9A-Fa-f]*[.:]/.test(part));
    if (found === undefined) return `there is no client address in ${shown(text)}`;
    draft.address = found;
    return undefined;
  },
  forwardedFor(draft, text) {
    if (!isAbsent(text)) draft.forwardedFor = text;
    return undefined;
  },
  user(draft, text) {
    if (!isAbsent(text)) draft.user = text;
    return undefined;
  },
  request(draft, text) {
    const { method, target, protocol } = splitRequest(text);
    draft.method = method;
    draft.target = target;
    draft.protocol = protocol;
    return undefined;
  },
  method(draft, text) {
    if (!isAbsent(text)) draft.method = text;
    return undefined;
  },
  target(draft, text) {
    draft.target = text;
    return undefined;
  },
  hostTarget(draft, text) {
    const slash = text.indexOf('/');
    draft.host = text.slice(0, slash < 0 ? undefined : slash).toLowerCase();
    draft.target = slash < 0 ? '/' : text.slice(slash);
    return undefined;
  },
  path(draft, text) {
    draft.path = text;
    return undefined;
  },
  query(draft, text) {
    if (!isAbsent(text)) draft.query = text.startsWith('?') ? text.slice(1) : text;
    return undefined;
  },
  protocol(draft, text) {
    if (!isAbsent(text)) draft.protocol = text;
    return undefined;
  },
  status(draft, text) {
    const status = text.length === 3 ? wholeNumber(text) : undefined;
    if (status === undefined || status < 100) return `the status ${shown(text)} is no status code`;
    draft.status = status;
    return undefined;
  },
  responseBytes(draft, text) {
    if (isAbsent(text)) return undefined;
    const size = wholeNumber(text.startsWith('+') ? text.slice(1) : text);
    if (size === undefined) return `the size ${shown(text)} is no number of bytes`;
    draft.responseBytes = size;
    return undefined;
  },
  durationSeconds: duration(1_000),
  durationMs: duration(1),
  durationUs: duration(1e-3),
  durationNs: duration(1e-6),
  referrer(draft, text) {
    if (!isAbsent(text)) draft.referrer = text;
    return undefined;
  },
  userAgent(draft, text) {
    if (!isAbsent(text)) draft.userAgent = text;
    return undefined;
  },
  host(draft, text) {
    if (!isAbsent(text)) draft.host = text.toLowerCase();
    return undefined;
  },
  cookies(draft, text) {
    if (!isAbsent(text)) draft.cookies = draft.cookies ? `${draft.cookies}; ${text}` : text;
    return undefined;
  },
  skip: () => undefined,
};

/** Takes a whole time in one field. @param example is shown when a text is none */
export function timeTaker(read: TimeReader, example: string): FieldTaker {
  return (draft, text) => {
    const at = read(text);
    if (at === undefined) return `the time ${shown(text)} is not like ${example}`;
    draft.at = at;
    draft.hasTime = true;
    return undefined;
  };
}

/** A time whose day and hour stand in two fields is put together at the end of the line. */
export const splitTimeTakers: Record<'date' | 'time' | 'zone', FieldTaker> = {
  date(draft, text) {
    draft.dateText = text;
    return undefined;
  },
  time(draft, text) {
    draft.timeText = text;
    return undefined;
  },
  zone(draft, text) {
    // What stands behind a time is often skipped in formats; it is a zone only where it looks like one.
    if (/^(?:Z|UTC|GMT|[+-]\d\d:?\d\d)$/.test(text)) draft.timeText += ` ${text}`;
    return undefined;
  },
};

/** Reads a day and a time of day that stand apart, with or without a zone behind them. */
export interface SplitTime {
  plain: TimeReader;
  zoned: TimeReader;
}

/** The finished line of a draft, or what it lacks. */
export function finishDraft(draft: LineDraft, splitTime: SplitTime | undefined): LogLine | BadLine {
  if (!draft.hasTime && splitTime !== undefined) {
    const text = `${draft.dateText} ${draft.timeText}`;
    const at = splitTime.plain(text) ?? splitTime.zoned(text);
    if (at === undefined)
      return badLine(`the time ${shown(text)} is not in the form of the format`);
    draft.at = at;
    draft.hasTime = true;
  }
  if (!draft.hasTime) return badLine('there is no time');
  if (draft.address === '' && draft.forwardedFor === undefined)
    return badLine('there is no client address');
  if (draft.status === 0) return badLine('there is no status code');
  if (draft.path !== undefined) {
    const base = draft.path === '-' ? '' : draft.path;
    draft.target = draft.query === undefined ? base : `${base}?${draft.query}`;
  } else if (draft.query !== undefined && !draft.target.includes('?'))
    draft.target += `?${draft.query}`;
  const { host, target } = splitTarget(draft.target);
  draft.target = target;
  draft.host ??= host?.toLowerCase();
  return draft;
}
