/**
 * Apache's and nginx's Common and Combined log formats: one line → its fields, by walking the text once.
 * `host ident user [time] "request" status bytes` and, in Combined, `"referrer" "user agent"`.
 */

import { type BadLine, badLine as bad, isBadLine, type LogLine } from './log-line.ts';
import { splitRequest, splitTarget } from './request-line.ts';

type LineParser = (line: string) => LogLine | BadLine;

export const parseCommon: LineParser = (line) => {
  const parsed = parseHead(line);
  if (isBadLine(parsed)) return parsed;
  if (parsed.end !== line.length) return bad('text after the size: not the Common format');
  return parsed.line;
};

export const parseCombined: LineParser = (line) => {
  const parsed = parseHead(line);
  if (isBadLine(parsed)) return parsed;
  const fields = parsed.line;
  const referrer = readQuoted(line, parsed.end + 1);
  if (line[parsed.end] !== ' ' || referrer === undefined)
    return bad('the referrer in quotes is missing or not closed');
  const userAgent = readQuoted(line, referrer.end + 1);
  if (line[referrer.end] !== ' ' || userAgent === undefined)
    return bad('the user agent in quotes is missing or not closed');
  if (userAgent.end !== line.length)
    return bad('text after the user agent: not the Combined format');
  fields.referrer = orAbsent(referrer.text);
  fields.userAgent = orAbsent(userAgent.text) ?? '';
  return fields;
};

function parseHead(line: string): { line: LogLine; end: number } | BadLine {
  const addressEnd = line.indexOf(' ');
  const identEnd = line.indexOf(' ', addressEnd + 1);
  const timeStart = line.indexOf(' [', identEnd + 1);
  if (addressEnd <= 0 || identEnd < 0 || timeStart < 0)
    return bad('no "host ident user [time]" at the beginning');
  const timeEnd = line.indexOf('] "', timeStart);
  if (timeEnd < 0) return bad('no request in quotes after the time');
  const at = parseTime(line, timeStart + 2, timeEnd);
  if (at === undefined)
    return bad(
      `the time "${line.slice(timeStart + 2, timeEnd).slice(0, 40)}" is not like 17/May/2015:10:05:03 +0000`,
    );
  const request = readQuoted(line, timeEnd + 2);
  if (request === undefined) return bad('the request in quotes is not closed');
  const statusEnd = line.indexOf(' ', request.end + 1);
  const status = line.slice(request.end + 1, statusEnd < 0 ? undefined : statusEnd);
  if (line[request.end] !== ' ' || !/^[1-9]\d{2}$/.test(status))
    return bad('no status code after the request');
  const sizeEnd = endOfWord(line, statusEnd + 1);
  const size = statusEnd < 0 ? '' : line.slice(statusEnd + 1, sizeEnd);
  if (!/^(\d{1,15}|-)$/.test(size)) return bad('no size after the status code');
  const { method, target: asked, protocol } = splitRequest(request.text);
  const { host, target } = splitTarget(asked);
  return {
    line: {
      address: line.slice(0, addressEnd),
      user: orAbsent(line.slice(identEnd + 1, timeStart)),
      at,
      method,
      target,
      protocol,
      host: host?.toLowerCase(),
      status: Number(status),
      responseBytes: size === '-' ? undefined : Number(size),
      referrer: undefined,
      userAgent: '',
    },
    end: sizeEnd,
  };
}

/** Reads `"…"` from `start`, where `\"` and `\\` are escaped. `end` is behind the closing quote. */
function readQuoted(line: string, start: number): { text: string; end: number } | undefined {
  if (line[start] !== '"') return undefined;
  let close = line.indexOf('"', start + 1);
  while (close > 0 && isEscaped(line, close)) close = line.indexOf('"', close + 1);
  if (close < 0) return undefined;
  const text = line.slice(start + 1, close);
  return { text: text.includes('\\') ? text.replace(/\\(["\\])/g, '$1') : text, end: close + 1 };
}

function isEscaped(line: string, place: number): boolean {
  let backslashes = 0;
  while (line[place - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}

function endOfWord(line: string, start: number): number {
  const space = line.indexOf(' ', start);
  return space < 0 ? line.length : space;
}

const orAbsent = (text: string) => (text === '-' || text === '' ? undefined : text);

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const timeShape =
  /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-])(0\d|1[0-4])([0-5]\d)$/;
const timeLength = 26;

/** `17/May/2015:10:05:` and ` +0000` of the last time, and the instant at which its minute began. */
let lastMinute = '?';
let lastZone = '?';
let lastMinuteAt = 0;
const minuteLength = 18;

/** `17/May/2015:10:05:03 +0000` → epoch milliseconds. Lines of one minute follow each other, so the last is kept. */
function parseTime(line: string, start: number, end: number): number | undefined {
  if (end - start !== timeLength) return undefined;
  const second = secondAt(line, start + minuteLength);
  const isKnown =
    line.startsWith(lastMinute, start) && line.startsWith(lastZone, start + minuteLength + 2);
  if (isKnown && second !== undefined) return lastMinuteAt + second * 1_000;
  return parseMinute(line.slice(start, end), second);
}

/** Two digits, up to the leap second. */
function secondAt(line: string, place: number): number | undefined {
  const tens = line.charCodeAt(place) - 48;
  const ones = line.charCodeAt(place + 1) - 48;
  if (!(tens >= 0 && tens <= 6 && ones >= 0 && ones <= 9)) return undefined;
  const second = tens * 10 + ones;
  return second > 60 ? undefined : second;
}

function parseMinute(text: string, second: number | undefined): number | undefined {
  const found = timeShape.exec(text);
  const month = found ? months.indexOf(found[2] ?? '') : -1;
  if (!found || month < 0) return undefined;
  const [day, year, hour, minute] = [1, 3, 4, 5].map((group) => Number(found[group])) as [
    number,
    number,
    number,
    number,
  ];
  const offsetMinutes = (Number(found[8]) * 60 + Number(found[9])) * (found[7] === '-' ? -1 : 1);
  const midnight = Date.UTC(year, month, day);
  if (new Date(midnight).getUTCDate() !== day || hour > 23 || minute > 59 || second === undefined)
    return undefined;
  lastMinute = text.slice(0, minuteLength);
  lastZone = text.slice(minuteLength + 2);
  lastMinuteAt = midnight + (hour * 60 + minute - offsetMinutes) * 60_000;
  return lastMinuteAt + second * 1_000;
}
