/** Logs in a bucket, behind a server that computes each signature by itself. */
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Source, SourceSecrets } from '../../contract/source.ts';
import { openSourceWorld, type SourceWorld } from '../../testing/source-world.ts';
import { type S3Server, signatureFault, startS3Server } from './testing/s3-server.ts';

const lines = (from: number, to: number) =>
  Buffer.from(
    Array.from({ length: to - from }, (_, index) => {
      const number = from + index;
      const time = new Date(Date.UTC(2026, 10, 20, 10, 0, number)).toISOString().slice(11, 19);
      return `10.0.0.${number % 50} - - [20/Nov/2026:${time} +0000] "GET /p${number} HTTP/1.1" 200 12 "-" "Firefox"\n`;
    }).join(''),
  );

/** The example key of the documentation of AWS. */
const account = {
  bucket: 'web-logs',
  region: 'eu-central-1',
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  pageKeys: 3,
};

let sources: SourceWorld;
let s3: S3Server;
beforeEach(async () => {
  sources = await openSourceWorld({ privateNetworks: ['127.0.0.0/8'], silenceMsMax: 2_000 });
  s3 = await startS3Server(account);
});
afterEach(async () => {
  s3.close();
  await sources.close();
});

function run(
  location: string,
  more: Partial<Source> = {},
  secrets: SourceSecrets = { password: account.secretAccessKey },
) {
  const { region, accessKeyId: user } = account;
  return sources.run(location, { user, region, endpoint: s3.endpoint, ...more }, secrets);
}

const count = () => sources.world.sql('shop', 'SELECT count(*), count(DISTINCT path) FROM hits');

describe('S3', () => {
  test('lists page by page, whatever the keys are called, and takes only what the pattern names', async () => {
    const keys = [
      'logs/2026/11/a b+c.log',
      'logs/2026/11/ä(1)&*!.log',
      'logs/2026/11/plain.log',
      'logs/2026/11/x%20y.log',
      'logs/2026/11/z~_-.log',
      'logs/2026/12/first.log',
      'logs/2026/12/second.log.gz',
      'logs/2026/elsewhere/deep/no.log',
    ];
    keys.forEach((key, index) => {
      const text = lines(index * 10, index * 10 + 10);
      s3.objects.set(key, key.endsWith('.gz') ? gzipSync(text) : text);
    });
    s3.objects.set('logs/2026/11/empty.log', Buffer.alloc(0));
    const first = await run('s3://web-logs/logs/2026/*/*.log*');
    expect(first).toMatchObject({ state: 'done', files: 7, accepted: 70, problems: [] });
    expect(await count()).toEqual([[70, 70]]);
    const pages = s3.asked.filter((one) => one.includes('list-type=2'));
    expect(pages).toHaveLength(3);
    expect(pages.filter((one) => one.includes('continuation-token='))).toHaveLength(2);
  });

  test('fetches only what is new, and what is the same not at all', async () => {
    s3.objects.set('a.log', lines(0, 500));
    s3.objects.set('b.log', lines(500, 600));
    expect(await run('s3://web-logs/*.log')).toMatchObject({ files: 2, accepted: 600 });
    s3.asked.length = 0;
    expect(await sources.desk.run('Web')).toMatchObject({ files: 0, fetchedBytes: 0 });
    expect(s3.asked.map((one) => one.split('?')[0])).toEqual(['GET /web-logs']);
    s3.objects.set('b.log', Buffer.concat([lines(500, 600), lines(600, 650)]));
    const next = await sources.desk.run('Web');
    expect(next).toMatchObject({ files: 1, accepted: 50, fetchedBytes: lines(600, 650).length });
    expect(s3.asked.at(-1)).toBe(`GET /web-logs/b.log bytes=${lines(500, 600).length}-`);
    expect(await count()).toEqual([[650, 650]]);
  });

  test('goes on where it was broken off', async () => {
    s3.objects.set('a.log', lines(0, 1_000));
    s3.breakAfter = 30_000;
    const broken = await run('s3://web-logs/a.log');
    expect(broken.state).not.toBe('done');
    expect(broken.problems).toHaveLength(1);
    const rest = await sources.desk.run('Web');
    expect(rest).toMatchObject({ state: 'done', bad: 0, problems: [] });
    expect(broken.accepted + rest.accepted).toBe(1_000);
    expect(broken.fetchedBytes + rest.fetchedBytes).toBe(lines(0, 1_000).length);
    expect(await count()).toEqual([[1_000, 1_000]]);
  });

  test('says what the server refuses: a wrong key, a wrong region, no such bucket; and never the key', async () => {
    s3.objects.set('a.log', lines(0, 5));
    const wrong = await run('s3://web-logs/a.log', {}, { password: 'another-secret' });
    expect(wrong).toMatchObject({ state: 'failed', files: 0 });
    expect(wrong.problems[0]).toContain('answers 403 Forbidden (SignatureDoesNotMatch)');
    const elsewhere = await run('s3://web-logs/a.log', { region: 'us-west-2' });
    expect(elsewhere.problems[0]).toContain('(AuthorizationHeaderMalformed)');
    const nowhere = await run('s3://other-logs/a.log');
    expect(nowhere.problems[0]).toContain('answers 404 Not Found (NoSuchBucket)');
    expect(JSON.stringify([wrong, elsewhere, nowhere])).not.toContain('another-secret');
    expect(s3.asked).toHaveLength(1);
  });

  test('a server that is asked too often is asked again later, and nothing is lost', async () => {
    s3.objects.set('a.log', lines(0, 5));
    s3.slowDowns = 1;
    const slowed = await run('s3://web-logs/a.log');
    expect(slowed).toMatchObject({ state: 'failed', accepted: 0 });
    expect(slowed.problems[0]).toContain('answers 503 Service Unavailable (SlowDown)');
    expect(await sources.desk.run('Web')).toMatchObject({ state: 'done', accepted: 5 });
  });

  test('a list without an end is refused, not cut', async () => {
    s3.close();
    s3 = await startS3Server({ ...account, pageKeys: 1 });
    for (let number = 0; number < 102; number += 1)
      s3.objects.set(`${String(number).padStart(3, '0')}.log`, lines(number, number + 1));
    const wide = await run('s3://web-logs/*.log');
    expect(wide).toMatchObject({ state: 'failed', files: 0 });
    expect(wide.problems[0]).toContain('Name a longer beginning');
    expect(await run('s3://web-logs/09*.log')).toMatchObject({ state: 'done', accepted: 10 });
  });
});

test('the server computes the signature of the example in the documentation of AWS', () => {
  // GET Object of https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
  const signature = 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41';
  const asked = (range: string) => ({
    method: 'GET',
    url: '/test.txt',
    headers: {
      host: 'examplebucket.s3.amazonaws.com',
      range,
      'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      'x-amz-date': '20130524T000000Z',
      authorization: `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=${signature}`,
    },
  });
  const inVirginia = { ...account, region: 'us-east-1' };
  expect(signatureFault(asked('bytes=0-9'), inVirginia)).toBeUndefined();
  expect(signatureFault(asked('bytes=0-8'), inVirginia)).toBe('SignatureDoesNotMatch');
});
