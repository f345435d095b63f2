/** What every log format gives: one line's fields as they stand in the log, or why there are none. */

/** The fields of a line; `-` is already absent. Everything is text of the log to the letter, nothing is decoded twice. */
export interface LogLine {
  /** The client as the server saw it: an address, or a name where the server looked it up. */
  address: string;
  /** The addresses that proxies wrote down, client first, separated by commas (`X-Forwarded-For`). */
  forwardedFor?: string | undefined;
  user?: string | undefined;
  /** Epoch milliseconds. */
  at: number;
  method: string;
  /** What was asked for: path and query; the whole of a request line that is none. */
  target: string;
  protocol?: string | undefined;
  /** The host that was asked, in small letters, where the format has one. */
  host?: string | undefined;
  status: number;
  responseBytes?: number | undefined;
  durationMs?: number | undefined;
  referrer?: string | undefined;
  userAgent: string;
  /** `name=value; name=value`, as the client sent them. */
  cookies?: string | undefined;
}

/** Why a line is no log line. `reason` is shown to the user with the line's number. */
export interface BadLine {
  reason: string;
}

/** A line that is part of the format but no request, such as `#Fields:`. */
export interface DirectiveLine {
  directive: true;
}

export type ParsedLine = LogLine | BadLine | DirectiveLine;
export type LineParser = (line: string) => ParsedLine;

export const isBadLine = (parsed: object): parsed is BadLine => 'reason' in parsed;
export const isDirective = (parsed: object): parsed is DirectiveLine => 'directive' in parsed;
export const badLine = (reason: string): BadLine => ({ reason });
export const directiveLine: DirectiveLine = { directive: true };

/** What a format needs to know besides its text. */
export interface FormatContext {
  /** The zone of times that say none. */
  timeZone: string;
}

/** A log format: found by its name, and opened once a file, because some formats change on the way. */
export interface LineFormat {
  name: string;
  open(context: FormatContext): LineParser;
}
