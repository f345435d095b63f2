/**
 * A server that speaks S3 as its documentation says (ListObjectsV2, GetObject with Range, signature version 4), made of
 * that documentation alone: it shares nothing with our client, and answers 403 to what is not signed rightly.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface S3Server {
  endpoint: string;
  /** Key → its bytes. */
  objects: Map<string, Buffer>;
  /** Method, path with query, and range of each request that was signed rightly. */
  asked: string[];
  /** How many requests are answered with 503 SlowDown from now on. */
  slowDowns: number;
  /** How many bytes of the next object are sent before the connection breaks. */
  breakAfter: number | undefined;
  close(): void;
}

export interface S3Account {
  bucket: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** Keys a page of a list. */
  pageKeys: number;
}

const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) =>
  createHmac('sha256', key).update(text).digest();
const etagOf = (bytes: Buffer) => `"${createHash('md5').update(bytes).digest('hex')}"`;

/** All but letters, digits and `-._~` in percent signs, as the documentation wants it. */
const encoded = (text: string) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
const xmlText = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

export async function startS3Server(account: S3Account): Promise<S3Server> {
  const server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const s3: S3Server = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects: new Map(),
    asked: [],
    slowDowns: 0,
    breakAfter: undefined,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };

  function answer(request: IncomingMessage, response: ServerResponse): unknown {
    const fault = signatureFault(request, account);
    if (fault !== undefined) return refuse(response, 403, fault);
    s3.asked.push(`${request.method} ${request.url} ${request.headers.range ?? ''}`.trim());
    if (s3.slowDowns > 0) {
      s3.slowDowns -= 1;
      return refuse(response, 503, 'SlowDown');
    }
    const url = new URL(request.url ?? '', s3.endpoint);
    const [, bucket = '', ...parts] = url.pathname.split('/');
    if (decodeURIComponent(bucket) !== account.bucket) return refuse(response, 404, 'NoSuchBucket');
    const key = parts.map(decodeURIComponent).join('/');
    if (key === '') return list(url.searchParams, response);
    const bytes = s3.objects.get(key);
    if (bytes === undefined) return refuse(response, 404, 'NoSuchKey');
    return give(bytes, request.headers.range, response);
  }

  function list(query: URLSearchParams, response: ServerResponse): void {
    const prefix = query.get('prefix') ?? '';
    const after = Buffer.from(query.get('continuation-token') ?? '', 'base64').toString();
    const keys = [...s3.objects.keys()]
      .filter((key) => key.startsWith(prefix) && key > after)
      .sort();
    const page = keys.slice(0, account.pageKeys);
    const contents = page.map((key) => {
      const bytes = s3.objects.get(key) ?? Buffer.alloc(0);
      return `<Contents><Key>${xmlText(key)}</Key><LastModified>2026-11-20T10:00:00.000Z</LastModified><ETag>${xmlText(etagOf(bytes)).replaceAll('"', '&quot;')}</ETag><Size>${bytes.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
    });
    const isCut = page.length < keys.length;
    // Such tokens hold letters that a query must encode.
    const token = Buffer.from(page.at(-1) ?? '').toString('base64');
    response.writeHead(200, { 'content-type': 'application/xml' }).end(
      `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${account.bucket}</Name><Prefix>${xmlText(prefix)}</Prefix><KeyCount>${page.length}</KeyCount><MaxKeys>${account.pageKeys}</MaxKeys><IsTruncated>${isCut}</IsTruncated>${contents.join('')}${isCut ? `<NextContinuationToken>${token}</NextContinuationToken>` : ''}</ListBucketResult>`,
    );
  }

  function give(bytes: Buffer, range: string | undefined, response: ServerResponse): unknown {
    const [, from = '0', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
    if (Number(from) >= bytes.length) return refuse(response, 416, 'InvalidRange');
    const end = to === '' ? bytes.length : Math.min(bytes.length, Number(to) + 1);
    const part = bytes.subarray(Number(from), end);
    response.writeHead(range === undefined ? 200 : 206, {
      'content-length': part.length,
      'content-range': `bytes ${from}-${end - 1}/${bytes.length}`,
      etag: etagOf(bytes),
    });
    const { breakAfter } = s3;
    if (breakAfter === undefined || part.length <= breakAfter) return response.end(part);
    s3.breakAfter = undefined;
    return response.write(part.subarray(0, breakAfter), () => response.destroy());
  }

  return s3;
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`);
}

/** What is wrong with the signature of a request, as a code of S3. */
export function signatureFault(
  request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  account: S3Account,
): string | undefined {
  const found =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    );
  if (found === null) return 'AccessDenied';
  const [, keyId = '', day = '', region = '', signedNames = '', signature = ''] = found;
  if (keyId !== account.accessKeyId) return 'InvalidAccessKeyId';
  if (region !== account.region) return 'AuthorizationHeaderMalformed';
  const time = String(request.headers['x-amz-date'] ?? '');
  if (!time.startsWith(day)) return 'AccessDenied';
  const names = signedNames.split(';');
  if (!names.includes('host') || !names.includes('x-amz-date')) return 'AccessDenied';
  const url = new URL(request.url ?? '', 'http://any');
  const path = url.pathname
    .split('/')
    .map((part) => encoded(decodeURIComponent(part)))
    .join('/');
  const query = [...url.searchParams]
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
    .join('&');
  const headers = names.map((name) => `${name}:${String(request.headers[name] ?? '').trim()}\n`);
  const payload = String(request.headers['x-amz-content-sha256'] ?? sha256(''));
  const canonical = [request.method, path, query, headers.join(''), signedNames, payload];
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical.join('\n'))].join('\n');
  const dayKey = hmac(`AWS4${account.secretAccessKey}`, day);
  const signingKey = hmac(hmac(hmac(dayKey, region), 's3'), 'aws4_request');
  const isRight = timingSafeEqual(hmac(signingKey, text), Buffer.from(signature, 'hex'));
  return isRight ? undefined : 'SignatureDoesNotMatch';
}
