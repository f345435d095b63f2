/** The corpus of bad bodies for `POST /hits`: each has a name, its bytes, and what must come of it. */
import type { ProblemCode } from '../../core/contract/problem.ts';
import { testHit } from './collector.ts';

export interface BadBody {
  name: string;
  body: string | Uint8Array<ArrayBuffer>;
  status: number;
  code?: ProblemCode;
  /** How many hits it counts as received; all of them are bad unless `status` is 202. */
  received?: number;
  /** The slug that it is counted under; '' without. */
  dataset?: string;
  headers?: Record<string, string>;
}

const utf8 = new TextEncoder();
const good = testHit(1);
const text = JSON.stringify(good);

/** A good hit with one field replaced. */
const withField = (field: string, value: unknown) => JSON.stringify({ ...good, [field]: value });
/** A good hit with raw JSON put in front of its other fields. */
const withRaw = (json: string) => `{${json},${text.slice(1)}`;
const shop = { dataset: 'shop' };

function bytesWith(hex: string): Uint8Array<ArrayBuffer> {
  const [before = '', after = ''] = withField('title', '#').split('#');
  const middle = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return Uint8Array.from([...utf8.encode(before), ...middle, ...utf8.encode(after)]);
}

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const manyKeys = (count: number) =>
  `{${Array.from({ length: count }, (_, index) => `"k${index}":1`).join()}}`;

export const badBodies: BadBody[] = [
  // Body and transport
  { name: 'empty-body', body: '', status: 400, code: 'not_json' },
  { name: 'body-64k-and-one', body: ' '.repeat(65_537), status: 413, code: 'body_too_large' },
  {
    name: 'body-100mb-cl',
    body: text,
    headers: { 'content-length': '104857600' },
    status: 413,
    code: 'body_too_large',
  },
  {
    name: 'gzip-labelled-not-gzip',
    body: text,
    headers: { 'content-encoding': 'gzip' },
    status: 415,
    code: 'encoding_unsupported',
  },
  {
    name: 'brotli-labelled',
    body: text,
    headers: { 'content-encoding': 'br' },
    status: 415,
    code: 'encoding_unsupported',
  },
  {
    name: 'utf16-body',
    body: Uint8Array.from([...text].flatMap((c) => [c.charCodeAt(0), 0])),
    status: 400,
    code: 'not_json',
  },
  {
    name: 'utf16-with-mark',
    body: Uint8Array.from([0xff, 0xfe, 0x7b, 0]),
    status: 400,
    code: 'not_utf8',
  },
  { name: 'utf8-overlong', body: bytesWith('c0af'), status: 400, code: 'not_utf8' },
  { name: 'utf8-truncated-emoji', body: bytesWith('f09f98'), status: 400, code: 'not_utf8' },
  { name: 'utf8-surrogate', body: bytesWith('eda080'), status: 400, code: 'not_utf8' },
  // JSON
  {
    name: 'lone-surrogate-d800',
    body: withRaw('"title":"\\ud800"'),
    status: 400,
    code: 'text_invalid',
  },
  {
    name: 'lone-surrogate-dfff',
    body: withRaw('"title":"x\\udfffy"'),
    status: 400,
    code: 'text_invalid',
  },
  {
    name: 'lone-surrogate-in-unknown-key',
    body: withRaw('"\\ud800":1'),
    status: 400,
    code: 'text_invalid',
  },
  { name: 'nul-escaped', body: withRaw('"title":"a\\u0000b"'), status: 400, code: 'text_invalid' },
  { name: 'nul-raw', body: bytesWith('00'), status: 400, code: 'not_json' },
  { name: 'depth-9', body: `{"a":${nested(8)}}`, status: 400, code: 'json_too_deep' },
  { name: 'depth-20000', body: nested(20_000), status: 400, code: 'json_too_deep' },
  {
    name: 'depth-20000-unclosed',
    body: '{"a":'.repeat(10_000),
    status: 400,
    code: 'json_too_deep',
  },
  { name: 'keys-65', body: manyKeys(65), status: 400, code: 'json_too_wide' },
  { name: 'keys-9000', body: manyKeys(6_000), status: 400, code: 'json_too_wide' },
  { name: 'proto-key', body: withRaw('"__proto__":{"x":1}'), status: 400, code: 'key_forbidden' },
  {
    name: 'proto-key-escaped',
    body: withRaw('"__pr\\u006fto__":{"x":1}'),
    status: 400,
    code: 'key_forbidden',
  },
  {
    name: 'constructor-prototype',
    body: withRaw('"constructor":{"prototype":{"x":1}}'),
    status: 400,
    code: 'key_forbidden',
  },
  {
    name: 'prototype-in-properties',
    body: withField('properties', { prototype: 'x' }),
    status: 400,
    code: 'key_forbidden',
  },
  { name: 'number-at-top', body: '7', status: 400, code: 'hit_invalid' },
  { name: 'null-at-top', body: 'null', status: 400, code: 'hit_invalid' },
  { name: 'text-at-top', body: '"hit"', status: 400, code: 'hit_invalid' },
  { name: 'array-empty', body: '[]', status: 400, code: 'hit_invalid' },
  { name: 'array-in-array', body: `[[${text}]]`, status: 400, code: 'hit_invalid' },
  {
    name: 'array-of-51',
    body: JSON.stringify(Array(51).fill(good)),
    status: 413,
    code: 'hits_too_many',
    received: 51,
  },
  { name: 'trailing-garbage', body: `${text}x`, status: 400, code: 'not_json' },
  { name: 'ndjson', body: `${text}\n${text}`, status: 400, code: 'not_json' },
  { name: 'text-unclosed', body: '{"dataset":"wk_shop', status: 400, code: 'not_json' },
  { name: 'backslash-at-end', body: '"\\', status: 400, code: 'not_json' },
  { name: 'form-encoded', body: 'dataset=wk_shop&type=page_view', status: 400, code: 'not_json' },
  {
    name: 'infinity',
    body: withRaw('"number":1e999').replace('"properties"', '"p"'),
    status: 400,
    code: 'hit_invalid',
    ...shop,
  },
  {
    name: 'infinity-in-properties',
    body: withRaw('"properties":{"a":-1e999}'),
    status: 400,
    code: 'hit_invalid',
    ...shop,
  },
  {
    name: 'int-2^53-plus-1',
    body: withRaw('"at":9007199254740993'),
    status: 400,
    code: 'hit_invalid',
    ...shop,
  },
  // Ids and time
  {
    name: 'dataset-unknown',
    body: withField('dataset', 'wk_nobody'),
    status: 404,
    code: 'dataset_unknown',
  },
  {
    name: 'dataset-missing',
    body: withField('dataset', undefined),
    status: 400,
    code: 'hit_invalid',
  },
  {
    name: 'dataset-of-64k',
    body: withField('dataset', 'x'.repeat(60_000)),
    status: 400,
    code: 'hit_invalid',
  },
  {
    name: 'hit-id-missing',
    body: withField('id', undefined),
    status: 400,
    code: 'hit_invalid',
    ...shop,
  },
  {
    name: 'hit-id-nonhex',
    body: withField('id', 'zzzzzzzz-0000-7000-8000-000000000001'),
    status: 400,
    code: 'hit_invalid',
    ...shop,
  },
  {
    name: 'hit-id-short',
    body: withField('id', '0197'),
    status: 400,
    code: 'hit_invalid',
    ...shop,
  },
  {
    name: 'type-unknown',
    body: withField('type', 'click'),
    status: 400,
    code: 'hit_invalid',
    ...shop,
  },
  {
    name: 'visitor-empty',
    body: withField('visitor', ''),
    status: 400,
    code: 'hit_invalid',
    ...shop,
  },
  {
    name: 'visitor-too-long',
    body: withField('visitor', 'v'.repeat(65)),
    status: 400,
    code: 'hit_invalid',
    ...shop,
  },
  {
    name: 'visitor-with-space',
    body: withField('visitor', 'a b'),
    status: 400,
    code: 'hit_invalid',
    ...shop,
  },
  {
    name: 'client-time-negative',
    body: withField('at', -1),
    status: 400,
    code: 'hit_invalid',
    ...shop,
  },
  {
    name: 'client-time-fraction',
    body: withField('at', 1.5),
    status: 400,
    code: 'hit_invalid',
    ...shop,
  },
  // URL, texts, properties
  {
    name: 'url-missing',
    body: withField('url', undefined),
    status: 400,
    code: 'hit_invalid',
    ...shop,
  },
  {
    name: 'url-javascript',
    body: withField('url', 'javascript:alert(1)'),
    status: 400,
    code: 'hit_invalid',
    ...shop,
  },
  {
    name: 'url-data-html',
    body: withField('url', 'data:text/html,<script>1</script>'),
    status: 400,
    code: 'hit_invalid',
    ...shop,
  },
  {
    name: 'url-relative',
    body: withField('url', '/cart'),
    status: 400,
    code: 'hit_invalid',
    ...shop,
  },
  {
    name: 'url-without-host',
    body: withField('url', 'https:///cart'),
    status: 400,
    code: 'hit_invalid',
    ...shop,
  },
  {
    name: 'url-bad-port',
    body: withField('url', 'https://shop.example:99999/'),
    status: 400,
    code: 'hit_invalid',
    ...shop,
  },
  {
    name: 'url-100k',
    body: withField('url', `https://shop.example/${'a'.repeat(60_000)}`),
    status: 400,
    code: 'hit_invalid',
    ...shop,
  },
  {
    name: 'title-too-long',
    body: withField('title', 't'.repeat(513)),
    status: 400,
    code: 'hit_invalid',
    ...shop,
  },
  {
    name: 'title-not-text',
    body: withField('title', { toString: 'x' }),
    status: 400,
    code: 'hit_invalid',
    ...shop,
  },
  {
    name: 'properties-33',
    body: withField('properties', JSON.parse(manyKeys(33))),
    status: 400,
    code: 'hit_invalid',
    ...shop,
  },
  {
    name: 'property-nested',
    body: withField('properties', { a: { b: 1 } }),
    status: 400,
    code: 'hit_invalid',
    ...shop,
  },
  {
    name: 'property-too-long',
    body: withField('properties', { a: 'x'.repeat(513) }),
    status: 400,
    code: 'hit_invalid',
    ...shop,
  },
  {
    name: 'key-1mb',
    body: withField('properties', { ['k'.repeat(60_000)]: 1 }),
    status: 400,
    code: 'hit_invalid',
    ...shop,
  },
  {
    name: 'steps-101',
    body: withField('steps', Array(101).fill({ kind: 'click', at: 1 })),
    status: 400,
    code: 'hit_invalid',
    ...shop,
  },
  { name: 'status-99', body: withField('status', 99), status: 400, code: 'hit_invalid', ...shop },
  {
    name: 'method-lower-case',
    body: withField('method', 'get'),
    status: 400,
    code: 'hit_invalid',
    ...shop,
  },
];

/** Strange, and taken nevertheless: `received` is 1 and accepted. */
export const strangeBodies: {
  name: string;
  body: string | Uint8Array<ArrayBuffer>;
  headers?: Record<string, string>;
}[] = [
  {
    name: 'json-bom',
    body: Uint8Array.from([0xef, 0xbb, 0xbf, ...utf8.encode(JSON.stringify(testHit(101)))]),
  },
  { name: 'body-64k-exact', body: JSON.stringify(testHit(102)).padEnd(65_536) },
  { name: 'content-type-missing', body: utf8.encode(JSON.stringify(testHit(103))) },
  {
    name: 'content-type-text-plain',
    body: JSON.stringify(testHit(104)),
    headers: { 'content-type': 'text/plain' },
  },
  {
    name: 'content-encoding-identity',
    body: JSON.stringify(testHit(105)),
    headers: { 'content-encoding': 'identity' },
  },
  { name: 'depth-8', body: JSON.stringify(testHit(106, { unknown: JSON.parse(nested(7)) })) },
  {
    name: 'brackets-in-texts',
    body: JSON.stringify(testHit(107, { title: `"\\"${'[{:'.repeat(100)}\\` })),
  },
  { name: 'keys-64', body: JSON.stringify(testHit(108, { unknown: JSON.parse(manyKeys(64)) })) },
  { name: 'number-minus-zero', body: `{"number":-0,${JSON.stringify(testHit(109)).slice(1)}` },
  { name: 'dup-keys-id', body: `{"id":"nonsense",${JSON.stringify(testHit(110)).slice(1)}` },
  {
    name: 'surrogate-pair-escaped',
    body: `{"title":"\\ud83d\\ude00",${JSON.stringify(testHit(111)).slice(1)}`,
  },
  {
    name: 'word-constructor-in-text',
    body: JSON.stringify(testHit(112, { title: 'the constructor and its prototype' })),
  },
  { name: 'unknown-keys', body: JSON.stringify(testHit(113, { extra: [1, 2, { a: null }] })) },
  { name: 'client-time-1970', body: JSON.stringify(testHit(114, { at: 0 })) },
  {
    name: 'url-userinfo',
    body: JSON.stringify(testHit(115, { url: 'https://a:b@shop.example/' })),
  },
  {
    name: 'url-idn-homograph',
    body: JSON.stringify(testHit(116, { url: 'https://shоp.example/' })),
  },
  {
    name: 'url-percent-ff',
    body: JSON.stringify(testHit(117, { url: 'https://shop.example/%ff' })),
  },
  { name: 'rtl-override-title', body: JSON.stringify(testHit(118, { title: '\u202egpj.exe' })) },
  { name: 'emoji-zwj-title', body: JSON.stringify(testHit(119, { title: '👩‍👩‍👧' })) },
  {
    name: 'xss-title',
    body: JSON.stringify(testHit(120, { title: '<img src=x onerror=alert(1)>' })),
  },
  {
    name: 'hit-id-without-dashes',
    body: JSON.stringify(testHit(0, { id: '01979A00000070008000000000000121' })),
  },
  { name: 'one-in-an-array', body: JSON.stringify([testHit(122)]) },
];
