/** The formats that have a name, in the order in which they are tried. */
import type { LogFormatName } from '../../contract/import.ts';
import { apacheTemplate } from './apache-format.ts';
import { parseCombined, parseCommon } from './combined.ts';
import { type JsonMap, jsonFormat } from './json-lines.ts';
import { directiveLine, type LineFormat } from './log-line.ts';
import { bareLogFormat, nginxPieces } from './nginx-format.ts';
import { compileTemplate, type FieldPiece, type Piece, type Template } from './template.ts';
import { w3cFormat } from './w3c.ts';

const skip: FieldPiece = { field: 'skip' };
const isoTime: FieldPiece = { field: 'at', timeFormat: '%Y-%m-%dT%H:%M:%S%z' };
const apacheCombined = '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-agent}i"';

const template = (name: LogFormatName, made: Template): LineFormat => ({
  name,
  open: (context) => compileTemplate(made, context),
});
const apache = (name: LogFormatName, text: string) =>
  template(name, { pieces: apacheTemplate(text) });

/** Words apart from each other by one space each. */
const words = (...pieces: (Piece | Piece[])[]): Piece[] =>
  pieces.flatMap((piece, index) => [...(index === 0 ? [] : [' ']), ...[piece].flat()]);
const quoted = (field: FieldPiece['field']): Piece[] => ['"', { field }, '"'];

/** From the client's address to the end of the user agent: what classic and application balancers share. */
const balancerPieces = words(
  { field: 'client' },
  skip,
  skip,
  { field: 'durationSeconds' },
  skip,
  { field: 'status' },
  skip,
  skip,
  { field: 'responseBytes' },
  quoted('request'),
  quoted('userAgent'),
);

const s3Pieces = words(
  skip,
  { field: 'host' },
  ['[', { field: 'at' }, ']'],
  { field: 'address' },
  { field: 'user' },
  skip,
  skip,
  skip,
  quoted('request'),
  { field: 'status' },
  skip,
  { field: 'responseBytes' },
  skip,
  { field: 'durationMs' },
  skip,
  quoted('referrer'),
  quoted('userAgent'),
);

const squidPieces = words(
  { field: 'at', timeFormat: '%s' },
  [{ spaces: true }, { field: 'durationMs' }],
  { field: 'address' },
  [skip, '/', { field: 'status' }],
  { field: 'responseBytes' },
  { field: 'method' },
  { field: 'target' },
  { field: 'user' },
  skip,
);

/** `option httplog`; the timers are the request's, the queue's, the connection's, the answer's, and the whole. */
const haproxyPieces: Piece[] = [
  ...words(
    { field: 'client' },
    ['[', { field: 'at', timeFormat: '%d/%b/%Y:%H:%M:%S' }, ']'],
    skip,
    skip,
    [skip, '/', skip, '/', skip, '/', skip, '/', { field: 'durationMs' }],
    { field: 'status' },
    { field: 'responseBytes' },
    skip,
    skip,
    skip,
    skip,
  ),
  // Queues, and captured headers where there are some.
  ' ',
  skip,
  ...quoted('request'),
];

/** What syslog puts before a line of HAProxy: `Feb  6 12:14:14 host haproxy[14389]: `. */
function haproxy(): LineFormat {
  const made: Template = { pieces: haproxyPieces, ignoresRest: true };
  return {
    name: 'haproxy',
    open(context) {
      const parse = compileTemplate(made, context);
      return (line) => {
        const mark = line.indexOf('haproxy[');
        const end = mark < 0 || mark > 200 ? -1 : line.indexOf(']: ', mark);
        return parse(end < 0 ? line : line.slice(end + 3));
      };
    },
  };
}

const storageColumns: FieldPiece[] = [
  { field: 'at', timeFormat: '%f' },
  { field: 'address' },
  skip,
  skip,
  { field: 'method' },
  { field: 'target' },
  { field: 'status' },
  skip,
  { field: 'responseBytes' },
  { field: 'durationUs' },
  { field: 'host' },
  { field: 'referrer' },
  { field: 'userAgent' },
];

/** Google's usage logs: CSV, with the names of the columns in the first line. */
function cloudStorage(): LineFormat {
  const pieces = storageColumns.flatMap((column, index): Piece[] => {
    const cell: FieldPiece = { ...column, quotes: 'doubled' };
    return index === 0 ? [cell] : [',', cell];
  });
  return {
    name: 'cloud-storage',
    open(context) {
      const parse = compileTemplate({ pieces: [...pieces, ','], ignoresRest: true }, context);
      return (line) => (/^"?time_micros/.test(line) ? directiveLine : parse(line));
    },
  };
}

const caddyMap: JsonMap = {
  at: ['ts'],
  client: ['request.remote_addr'],
  address: ['request.client_ip', 'request.remote_ip'],
  forwardedFor: ['request.headers.X-Forwarded-For'],
  user: ['user_id'],
  method: ['request.method'],
  host: ['request.host'],
  target: ['request.uri'],
  protocol: ['request.proto'],
  status: ['status'],
  responseBytes: ['size'],
  durationSeconds: ['duration'],
  referrer: ['request.headers.Referer'],
  userAgent: ['request.headers.User-Agent'],
  cookies: ['request.headers.Cookie'],
};

const traefikMap: JsonMap = {
  at: ['StartUTC', 'StartLocal', 'time'],
  address: ['ClientHost'],
  forwardedFor: ['request_X-Forwarded-For'],
  user: ['ClientUsername'],
  method: ['RequestMethod'],
  host: ['RequestHost'],
  target: ['RequestPath'],
  protocol: ['RequestProtocol'],
  status: ['DownstreamStatus'],
  responseBytes: ['DownstreamContentSize'],
  durationNs: ['Duration'],
  referrer: ['request_Referer'],
  userAgent: ['request_User-Agent'],
  cookies: ['request_Cookie'],
};

const nginxMap: JsonMap = {
  at: ['time_iso8601', 'time_local', 'msec', 'time', '@timestamp', 'timestamp'],
  address: ['remote_addr', 'client_ip'],
  forwardedFor: ['http_x_forwarded_for', 'x_forwarded_for'],
  user: ['remote_user'],
  request: ['request'],
  method: ['request_method', 'method'],
  target: ['request_uri'],
  path: ['uri'],
  query: ['args', 'query_string'],
  protocol: ['server_protocol'],
  host: ['http_host', 'host', 'server_name'],
  status: ['status'],
  responseBytes: ['body_bytes_sent', 'bytes_sent'],
  durationSeconds: ['request_time'],
  referrer: ['http_referer', 'http_referrer'],
  userAgent: ['http_user_agent'],
  cookies: ['http_cookie'],
};

/** Names that programs give the same things, for JSON of no known producer. */
export const jsonMap: JsonMap = {
  at: ['at', 'time', 'timestamp', '@timestamp', 'ts', 'date', 'datetime'],
  address: ['address', 'ip', 'client_ip', 'clientIp', 'clientip', 'remote_ip', 'remote_addr'],
  forwardedFor: ['forwardedFor', 'x_forwarded_for', 'xff'],
  user: ['user', 'username', 'remote_user'],
  request: ['request'],
  method: ['method', 'verb', 'request_method', 'httpMethod'],
  target: ['target', 'url', 'uri', 'request_uri', 'path'],
  query: ['query', 'query_string'],
  protocol: ['protocol', 'httpVersion'],
  host: ['host', 'vhost', 'domain'],
  status: ['status', 'status_code', 'statusCode', 'response'],
  responseBytes: ['responseBytes', 'bytes', 'size', 'body_bytes_sent', 'length'],
  durationMs: ['durationMs', 'duration_ms', 'responseTime', 'response_time_ms'],
  durationSeconds: ['durationSeconds', 'request_time'],
  referrer: ['referrer', 'referer', 'http_referer'],
  userAgent: ['userAgent', 'user_agent', 'agent', 'ua', 'http_user_agent'],
  cookies: ['cookies', 'cookie'],
};

/** A format with its host first comes before the one without, which would take the host for the address. */
export const namedFormats: readonly LineFormat[] = [
  apache('vhost-combined', `%v:%p ${apacheCombined}`),
  apache('vhost-common', '%v:%p %h %l %u %t "%r" %>s %b'),
  { name: 'combined', open: () => parseCombined },
  { name: 'common', open: () => parseCommon },
  template('nginx-main', {
    pieces: nginxPieces(
      bareLogFormat(
        '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" "$http_x_forwarded_for"',
      ),
    ),
  }),
  template('traefik-clf', {
    pieces: [
      ...apacheTemplate(apacheCombined),
      ' ',
      skip,
      ' "',
      skip,
      '" "',
      skip,
      '" ',
      { field: 'durationMs' },
      'ms',
    ],
  }),
  w3cFormat('w3c'),
  template('s3', { pieces: s3Pieces, ignoresRest: true }),
  template('alb', { pieces: words(skip, isoTime, skip, balancerPieces), ignoresRest: true }),
  template('elb', { pieces: words(isoTime, skip, balancerPieces), ignoresRest: true }),
  cloudStorage(),
  template('squid', { pieces: squidPieces, ignoresRest: true }),
  haproxy(),
  jsonFormat('caddy', caddyMap),
  jsonFormat('traefik-json', traefikMap),
  jsonFormat('nginx-json', nginxMap),
  jsonFormat('json', jsonMap),
];

/** What GoAccess and Matomo's importer call the same formats. */
export const formatAliases: Record<string, LogFormatName> = {
  vcombined: 'vhost-combined',
  vcommon: 'vhost-common',
  common_vhost: 'vhost-common',
  common_complete: 'vhost-combined',
  ncsa_extended: 'combined',
  iis: 'w3c',
  w3c_extended: 'w3c',
  incapsula_w3c: 'w3c',
  cloudfront: 'w3c',
  amazon_cloudfront: 'w3c',
  awss3: 's3',
  awsalb: 'alb',
  awselb: 'elb',
  cloudstorage: 'cloud-storage',
  traefikclf: 'traefik-clf',
  traefik_json: 'traefik-json',
  nginx_json: 'nginx-json',
  caddy_json: 'caddy',
};
