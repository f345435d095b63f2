/** Objects of a bucket that speaks S3: `s3://bucket/logs/2026-*.gz`. */
import type { IncomingMessage } from 'node:http';
import { AwsClient } from 'aws4fetch';
import { Parser } from 'htmlparser2';
import { get } from '../../alerts/outgoing-request.ts';
import {
  type Fetcher,
  type FetchOptions,
  type FoundFile,
  failed,
  fitsName,
  withoutFirst,
} from './fetcher.ts';

const regionUsual = 'us-east-1';
const pagesMax = 100;
const pageBytesMax = 4 * 1024 * 1024;

export function s3Fetcher(location: string, options: FetchOptions): Fetcher {
  const { source, secrets, outgoing, silenceMsMax } = options;
  const [, bucket = '', pattern = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(location) ?? [];
  const region = source.region ?? regionUsual;
  const endpoint = source.endpoint ?? `https://s3.${region}.amazonaws.com`;
  const base = `${endpoint.replace(/\/+$/, '')}/${encodeURIComponent(bucket)}`;
  const signer = new AwsClient({
    accessKeyId: source.user ?? '',
    secretAccessKey: secrets.password ?? '',
    service: 's3',
    region,
  });

  async function ask(url: string, headers: Record<string, string> = {}) {
    const signed = await signer.sign(url, { headers });
    const all = { ...Object.fromEntries(signed.headers), ...headers };
    return await get({ url, headers: all, timeoutMs: silenceMsMax }, outgoing);
  }

  async function page(token: string | undefined): Promise<ListedPage> {
    const query = new URLSearchParams({ 'list-type': '2', prefix: pattern.split('*')[0] ?? '' });
    if (token !== undefined) query.set('continuation-token', token);
    const url = `${base}?${query.toString().replaceAll('+', '%20')}`;
    const answer = await ask(url);
    await expectStatus(`s3://${bucket}`, answer, [200]);
    return readPage(await textOf(answer));
  }

  return {
    async find() {
      const found: FoundFile[] = [];
      let token: string | undefined;
      for (let pages = 0; pages < pagesMax; pages += 1) {
        const listed = await page(token);
        found.push(...listed.files.filter(({ name, bytes }) => bytes !== 0 && fits(pattern, name)));
        token = listed.next;
        if (token === undefined) return found;
      }
      throw failed(
        `s3://${bucket} lists more than ${pagesMax} pages of objects. Name a longer beginning of their keys before the first asterisk.`,
      );
    },
    async *read(name, from, bytesMax) {
      const end = bytesMax === undefined ? '' : String(from + bytesMax - 1);
      const key = name.split('/').map(encodeURIComponent).join('/');
      const answer = await ask(`${base}/${key}`, { range: `bytes=${from}-${end}` });
      if (answer.statusCode === 416) {
        answer.destroy();
        return;
      }
      await expectStatus(`s3://${bucket}/${name}`, answer, [200, 206]);
      try {
        yield* answer.statusCode === 200 ? withoutFirst(answer, from) : answer;
      } finally {
        answer.destroy();
      }
    },
    close: async () => {},
  };
}

/** @throws Problem with the code by which S3 says why, which is no secret */
async function expectStatus(where: string, answer: IncomingMessage, expected: readonly number[]) {
  const { statusCode = 0, statusMessage = '' } = answer;
  if (expected.includes(statusCode)) return;
  const code = /<Code>([A-Za-z0-9.]{1,64})<\/Code>/.exec(await textOf(answer).catch(() => ''))?.[1];
  const why = code === undefined ? '' : ` (${code})`;
  throw failed(`${where} answers ${`${statusCode} ${statusMessage}`.trim()}${why}.`);
}

/** @throws Problem where it is longer than any page */
async function textOf(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of answer) {
    bytes += (part as Buffer).length;
    if (bytes > pageBytesMax) throw failed('The answer of S3 is longer than a page of a list.');
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString();
}

/** An asterisk stands for anything within one part of a key. */
function fits(pattern: string, key: string): boolean {
  const [patterns, parts] = [pattern.split('/'), key.split('/')];
  return (
    patterns.length === parts.length &&
    patterns.every((one, index) => fitsName(one, parts[index] ?? ''))
  );
}

interface ListedPage {
  files: FoundFile[];
  next: string | undefined;
}

function readPage(xml: string): ListedPage {
  const page: ListedPage = { files: [], next: undefined };
  let values: Record<string, string> = {};
  let text = '';
  const parser = new Parser(
    {
      onopentagname(name) {
        text = '';
        if (name === 'Contents') values = {};
      },
      ontext(part) {
        text += part;
      },
      onclosetag(name) {
        values[name] = text;
        if (name === 'NextContinuationToken') page.next = text;
        if (name !== 'Contents') return;
        const { Key = '', Size = '', ETag = '', LastModified = '' } = values;
        page.files.push({
          name: Key,
          bytes: Number(Size),
          stamp: `${Size} ${ETag} ${LastModified}`,
        });
      },
    },
    { xmlMode: true },
  );
  parser.end(xml);
  return page;
}
