/** nginx's `log_format`, pasted as it is → a template. */
import type { LineField } from './line-draft.ts';
import type { FieldPiece, Piece } from './template.ts';

const isoTime = '%Y-%m-%dT%H:%M:%S%z';

const variables: Record<string, FieldPiece> = {
  time_local: { field: 'at' },
  time_iso8601: { field: 'at', timeFormat: isoTime },
  msec: { field: 'at', timeFormat: '%s' },
};
const fields: Record<string, LineField> = {
  remote_addr: 'address',
  remote_user: 'user',
  request: 'request',
  request_method: 'method',
  request_uri: 'target',
  uri: 'path',
  document_uri: 'path',
  args: 'query',
  query_string: 'query',
  server_protocol: 'protocol',
  status: 'status',
  body_bytes_sent: 'responseBytes',
  bytes_sent: 'responseBytes',
  request_time: 'durationSeconds',
  http_referer: 'referrer',
  http_user_agent: 'userAgent',
  host: 'host',
  http_host: 'host',
  server_name: 'host',
  http_x_forwarded_for: 'forwardedFor',
  proxy_add_x_forwarded_for: 'forwardedFor',
  http_cookie: 'cookies',
};

/** The piece of a variable; what is no field of a hit is skipped. */
export function nginxVariable(name: string): FieldPiece {
  if (name.startsWith('cookie_'))
    return { field: 'cookies', decode: (value) => `${name.slice(7)}=${value}` };
  return variables[name] ?? { field: fields[name] ?? 'skip' };
}

/** `$name` and `${name}` within a text. */
export function nginxPieces(text: string): Piece[] {
  return [...text.matchAll(/\$(?:\{(\w+)\}|(\w+))|(\$|[^$]+)/gs)].map(
    ([, braced, bare, literal]) => literal ?? nginxVariable(braced ?? bare ?? ''),
  );
}

/** Takes `log_format name [escape=…] '…' '…';` out of its directive: the texts, one behind the other. */
export function bareLogFormat(text: string): string {
  const found = /^\s*log_format\s+\S+\s+(?:escape=\w+\s+)?(.*?);?\s*$/s.exec(text);
  if (!found) return text;
  const parts = [...(found[1] ?? '').matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(\S+)/gs)];
  return parts
    .map(([, single, double, bare]) => single ?? double ?? bare ?? '')
    .join('')
    .replace(/\\(['"\\])/g, '$1')
    .replaceAll('\\t', '\t');
}
