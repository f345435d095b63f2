/** Texts of a time, described as for `strftime` → epoch milliseconds. Compiled once, then read by walking the text. */

const months = 'janfebmaraprmayjunjulaugsepoctnovdec';
const monthDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const zero = 48;
const secondMs = 1_000;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Undefined for a text that is no time of this form. */
export type TimeReader = (text: string) => number | undefined;

/** Letters that stand for several others. */
const shorthand: Record<string, string> = {
  F: '%Y-%m-%d',
  T: '%H:%M:%S',
  R: '%H:%M',
  D: '%m/%d/%y',
  h: '%b',
  e: '%d',
};

interface Parts {
  text: string;
  at: number;
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  fractionMs: number;
  /** East of Greenwich; undefined where the text names no zone. */
  offsetMinutes: number | undefined;
  afternoon: boolean | undefined;
  epochMs: number | undefined;
}

/** Reads its part from `parts.at` and moves on; false when it is not there. */
type Part = (parts: Parts) => boolean;

/** Takes `min` to `max` digits; -1 when there are fewer. */
function digits(parts: Parts, min: number, max: number): number {
  const { text } = parts;
  let value = 0;
  let end = parts.at;
  for (; end < parts.at + max; end += 1) {
    const digit = text.charCodeAt(end) - zero;
    if (!(digit >= 0 && digit <= 9)) break;
    value = value * 10 + digit;
  }
  if (end - parts.at < min) return -1;
  parts.at = end;
  return value;
}

const number =
  (name: 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', min: number, max: number): Part =>
  (parts) => {
    if (parts.text[parts.at] === ' ' && min === 1) parts.at += 1;
    parts[name] = digits(parts, min, max);
    return parts[name] >= 0;
  };

/** Seconds may have a fraction, whatever the format says: servers add one by a switch. */
const second: Part = (parts) => {
  parts.second = digits(parts, 2, 2);
  return parts.second >= 0 && fraction(parts);
};

function fraction(parts: Parts): boolean {
  const point = parts.text[parts.at];
  if (point !== '.' && point !== ',') return true;
  parts.at += 1;
  const start = parts.at;
  const value = digits(parts, 1, 9);
  if (value < 0) return false;
  parts.fractionMs = Math.floor((value / 10 ** (parts.at - start)) * secondMs);
  return true;
}

const monthName: Part = (parts) => {
  const name = parts.text.slice(parts.at, parts.at + 3).toLowerCase();
  const place = name.length === 3 ? months.indexOf(name) : -1;
  parts.month = place / 3 + 1;
  parts.at += 3;
  return place >= 0 && place % 3 === 0;
};

/** `Z`, `UTC`, `GMT`, `+0200`, `+02:00`, `+02`. */
const zone: Part = (parts) => {
  const { text, at } = parts;
  const sign = text[at];
  if (sign === 'Z' || text.startsWith('UTC', at) || text.startsWith('GMT', at)) {
    parts.at += sign === 'Z' ? 1 : 3;
    parts.offsetMinutes = 0;
    return true;
  }
  if (sign !== '+' && sign !== '-') return false;
  parts.at += 1;
  const hours = digits(parts, 2, 2);
  if (text[parts.at] === ':') parts.at += 1;
  const start = parts.at;
  const minutes = digits(parts, 0, 2);
  if (hours < 0 || hours > 14 || minutes > 59 || parts.at - start === 1) return false;
  parts.offsetMinutes = (hours * 60 + minutes) * (sign === '-' ? -1 : 1);
  return true;
};

const epoch =
  (unitsPerSecond: number): Part =>
  (parts) => {
    const value = digits(parts, 1, 17);
    if (value < 0 || !fraction(parts)) return false;
    parts.epochMs = Math.floor((value / unitsPerSecond) * secondMs) + parts.fractionMs;
    return true;
  };

const letters: Record<string, Part> = {
  Y: number('year', 4, 4),
  y: (parts) => {
    const year = digits(parts, 2, 2);
    parts.year = year + (year < 69 ? 2000 : 1900);
    return year >= 0;
  },
  m: number('month', 1, 2),
  b: monthName,
  d: number('day', 1, 2),
  H: number('hour', 1, 2),
  I: number('hour', 1, 2),
  M: number('minute', 2, 2),
  S: second,
  p: (parts) => {
    const half = parts.text.slice(parts.at, parts.at + 2).toUpperCase();
    parts.at += 2;
    parts.afternoon = half === 'PM';
    return half === 'AM' || half === 'PM';
  },
  a: (parts) => {
    parts.at += 3;
    return true;
  },
  z: zone,
  Z: zone,
  s: epoch(1),
  f: epoch(1_000_000),
  '*': epoch(1_000),
};

const literal =
  (text: string): Part =>
  (parts) => {
    const found = parts.text.startsWith(text, parts.at);
    parts.at += text.length;
    return found;
  };

/**
 * Makes a reader of times.
 * @param format letters of `strftime`; as in GoAccess `%s`, `%*` and `%f` are seconds, milli- and microseconds since
 *   1970. Seconds may always have a fraction.
 * @param timeZone the zone of times that say none
 * @throws Error naming a letter that is not known
 */
export function compileTime(format: string, timeZone: string): TimeReader {
  const parts = partsOf(format);
  const offsetMs = zoneOffset(timeZone);
  let lastText = '';
  let last: number | undefined;
  // Lines of one second follow each other, so the last answer is kept.
  return (text) => {
    if (text === lastText) return last;
    lastText = text;
    last = readTime(text, parts, offsetMs);
    return last;
  };
}

function partsOf(format: string): Part[] {
  const whole = format.replace(/%([FTRDhe])/g, (_, letter: string) => shorthand[letter] ?? '');
  return [...whole.matchAll(/%(.)|([^%]+)/gs)].map(([, letter, text]) => {
    if (letter === undefined) return literal(text ?? '');
    if (letter === '%') return literal('%');
    const part = letters[letter];
    if (part === undefined) throw new Error(`%${letter} is no part of a time that is read here`);
    return part;
  });
}

function readTime(
  text: string,
  parts: readonly Part[],
  offsetMs: (localMs: number) => number,
): number | undefined {
  const found: Parts = {
    text,
    at: 0,
    year: 1970,
    month: 1,
    day: 1,
    hour: 0,
    minute: 0,
    second: 0,
    fractionMs: 0,
    offsetMinutes: undefined,
    afternoon: undefined,
    epochMs: undefined,
  };
  for (const part of parts) if (!part(found)) return undefined;
  if (found.at !== text.length) return undefined;
  if (found.epochMs !== undefined) return found.epochMs;
  return instantOf(found, offsetMs);
}

function instantOf(parts: Parts, offsetMs: (localMs: number) => number): number | undefined {
  const { year, month, day, minute, second: seconds, afternoon } = parts;
  const hour = afternoon === undefined ? parts.hour : (parts.hour % 12) + (afternoon ? 12 : 0);
  if (month < 1 || month > 12 || day < 1 || day > (monthDays[month - 1] ?? 0)) return undefined;
  // 60 is a leap second.
  if (hour > 23 || minute > 59 || seconds > 60) return undefined;
  const midnight = Date.UTC(year, month - 1, day);
  if (new Date(midnight).getUTCDate() !== day) return undefined;
  const local =
    midnight + hour * hourMs + minute * minuteMs + seconds * secondMs + parts.fractionMs;
  if (parts.offsetMinutes !== undefined) return local - parts.offsetMinutes * minuteMs;
  return local - offsetMs(local);
}

/** How far a zone's clock is ahead of UTC when it shows `localMs`; asked anew once a quarter of an hour. */
function zoneOffset(timeZone: string): (localMs: number) => number {
  if (timeZone === 'UTC') return () => 0;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  const shownAt = (instantMs: number) => {
    const parts = format.formatToParts(instantMs);
    const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
    return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'));
  };
  let lastQuarter = Number.NaN;
  let lastOffset = 0;
  return (localMs) => {
    const quarter = Math.floor(localMs / (15 * minuteMs));
    if (quarter === lastQuarter) return lastOffset;
    const wall = quarter * 15 * minuteMs;
    // Twice, because the first guess may lie on the other side of a change of the clock.
    const guess = shownAt(wall) - wall;
    lastOffset = shownAt(wall - guess) - (wall - guess);
    lastQuarter = quarter;
    return lastOffset;
  };
}
