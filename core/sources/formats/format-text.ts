/** What a user gives as a format: a name of ours, GoAccess's or Matomo's, or the format string of a server. */
import { Problem } from '../../contract/problem.ts';
import { apacheTemplate } from './apache-format.ts';
import {
  type GoAccessTimes,
  goAccessDefaults,
  goAccessPieces,
  goAccessTemplate,
} from './goaccess-format.ts';
import { type JsonMap, jsonFormat, jsonTemplate } from './json-lines.ts';
import type { LineField } from './line-draft.ts';
import type { LineFormat } from './log-line.ts';
import { formatAliases, jsonMap, namedFormats } from './named-formats.ts';
import { bareLogFormat, nginxPieces } from './nginx-format.ts';
import { compileTemplate, fieldsOf, type Template } from './template.ts';
import { w3cFormat } from './w3c.ts';

export interface FormatWish {
  /** `auto`, a name, or a format string. */
  format: string;
  /** GoAccess's `date-format` and `time-format`. */
  dateFormat?: string | undefined;
  timeFormat?: string | undefined;
  /** For `json`: field → key. */
  fields?: Partial<Record<LineField, string>> | undefined;
}

type Dialect = 'apache' | 'nginx' | 'goaccess';

/** What a line must have to become a hit: one of each group. */
const needed: readonly (readonly [string, readonly LineField[]])[] = [
  ['the client’s address', ['address', 'client', 'firstAddress', 'forwardedFor']],
  ['the time', ['at', 'date']],
  ['the request', ['request', 'target', 'path', 'hostTarget']],
  ['the status', ['status']],
];

/** @throws Problem `import_format_unknown` saying what is not understood or missing */
export function formatByText(wish: FormatWish): LineFormat {
  const text = wish.format.trim();
  const lower = text.toLowerCase();
  const name = formatAliases[lower] ?? lower;
  if (name === 'json' && wish.fields !== undefined) return mappedJson(wish.fields);
  const named = namedFormats.find((format) => format.name === name);
  if (named !== undefined) return named;
  if (text.startsWith('#Fields:')) return w3cFormat('w3c', text.slice(8).trim());
  if (!/[%$]/.test(text)) throw refusal(text, 'it is no name of a format, and no format string');
  try {
    return formatOfString(text, timesOf(wish));
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw refusal(text, (error as Error).message);
  }
}

/**
 * Keys and formats of the time that nothing would look at are a mistake, too: the lines would be read in another way
 * than was meant.
 * @throws Problem `import_format_unknown`, `request_invalid`
 */
export function checkFormat(wish: FormatWish): void {
  const { format, fields } = wish;
  refuseUnusedTimes(wish);
  if (format !== 'auto') formatByText(wish);
  if (fields === undefined || format.trim().toLowerCase() === 'json') return;
  throw new Problem(
    'request_invalid',
    `fields: are keys of lines in the format json. ${format === 'auto' ? 'Give json as the format' : `The format ${JSON.stringify(format.slice(0, 200))} says itself where its fields stand: leave them out`}.`,
  );
}

function refuseUnusedTimes({ format, dateFormat, timeFormat }: FormatWish): void {
  const field = dateFormat !== undefined ? 'dateFormat' : 'timeFormat';
  if ((dateFormat ?? timeFormat) === undefined || takesTimes(format.trim())) return;
  throw new Problem(
    'request_invalid',
    `${field}: is for a format string of GoAccess, such as %h %^[%d:%t %^] "%r" %s %b. ${format === 'auto' ? 'Give one as the format' : `The format ${JSON.stringify(format.slice(0, 200))} says itself how its times are written: leave it out`}.`,
  );
}

function takesTimes(text: string): boolean {
  const lower = text.toLowerCase();
  const isNamed = namedFormats.some(({ name }) => name === (formatAliases[lower] ?? lower));
  if (lower === 'auto' || isNamed || text.startsWith('#Fields:')) return false;
  // What is no format at all is refused as that.
  return !/[%$]/.test(text) || dialectIn(text).dialect === 'goaccess';
}

const timesOf = ({ dateFormat, timeFormat }: FormatWish): GoAccessTimes => ({
  dateFormat: dateFormat ?? goAccessDefaults.dateFormat,
  timeFormat: timeFormat ?? goAccessDefaults.timeFormat,
});

/** Keys that the user names go before those that are tried. */
function mappedJson(fields: Partial<Record<LineField, string>>): LineFormat {
  const own = Object.fromEntries(Object.entries(fields).map(([field, key]) => [field, [key]]));
  return jsonFormat('json', { ...jsonMap, ...own } as JsonMap);
}

function formatOfString(given: string, times: GoAccessTimes): LineFormat {
  const { dialect, rest } = dialectIn(given);
  const text = dialect === 'nginx' ? bareLogFormat(rest) : rest;
  const splitTime = `${times.dateFormat} ${times.timeFormat}`;
  if (text.trimStart().startsWith('{')) {
    const isNginx = dialect === 'nginx';
    // nginx writes numbers bare: in the format they are no JSON.
    const json = isNginx ? text.replace(/:\s*(\$\{?\w+\}?)/g, ': "$1"') : text;
    const made = jsonTemplate(
      json,
      isNginx ? nginxPieces : (leaf) => goAccessPieces(leaf, times),
      isNginx ? { ignoresRest: false } : { splitTime, ignoresRest: true },
    );
    requireFields(given, made.fields);
    return { ...made.format, name: `${dialect} format string` };
  }
  const template = templateOf(dialect, text, times);
  requireFields(given, fieldsOf(template.pieces));
  // Compiled once here, so that a fault of the format is told before any line.
  compileTemplate(template, { timeZone: 'UTC' });
  return {
    name: `${dialect} format string`,
    open: (context) => compileTemplate(template, context),
  };
}

function templateOf(dialect: Dialect, text: string, times: GoAccessTimes): Template {
  if (dialect === 'nginx') return { pieces: nginxPieces(text) };
  if (dialect === 'apache') return { pieces: apacheTemplate(text) };
  return goAccessTemplate(text, times);
}

function dialectIn(given: string): { dialect: Dialect; rest: string } {
  const [, prefix, rest = given] = /^(apache|nginx|goaccess):\s*(.*)$/is.exec(given) ?? [];
  return { dialect: (prefix?.toLowerCase() as Dialect | undefined) ?? dialectOf(given), rest };
}

/** `$name` is nginx; Apache has no `%d`, `%x`, `%^` and `%~`, and GoAccess has no `%{…}` and `%>s`. */
function dialectOf(text: string): Dialect {
  if (/^\s*log_format\s/.test(text) || /\$\{?[a-z]/.test(text)) return 'nginx';
  if (/^\s*LogFormat\s/i.test(text) || /%[!<>\d,]*\{|%>/.test(text)) return 'apache';
  return /%[dx~^]|~h\{/.test(text) ? 'goaccess' : 'apache';
}

function requireFields(text: string, fields: ReadonlySet<LineField>): void {
  const missing = needed.filter(([, group]) => !group.some((field) => fields.has(field)));
  if (missing.length > 0)
    throw refusal(text, `it does not say ${missing.map(([what]) => what).join(', ')}`);
}

function refusal(text: string, why: string): Problem {
  const shown = JSON.stringify(text.slice(0, 200));
  return new Problem(
    'import_format_unknown',
    `The format ${shown} cannot be used: ${why}. Formats are described in docs/logs.md.`,
  );
}
