import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { hostMatcher } from '../hits/referrer.ts';
import type { LogLine } from './formats/log-line.ts';
import { lineIds, logNormalizer } from './log-source.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);

describe('the id of a log line', () => {
  test('is its fingerprint, and for a second identical line another one', () => {
    const idOf = lineIds();
    const ids = ['a', 'b', 'a', 'a'].map(idOf);
    expect(ids.slice(0, 2)).toEqual([sha256('a'), sha256('b')]);
    expect(new Set(ids).size).toBe(4);
  });

  test('is the same in a second run over the same lines', () => {
    const lines = Array.from({ length: 1_000 }, (_, number) => `line ${number % 300}`);
    const [first, second] = [lines.map(lineIds()), lines.map(lineIds())];
    expect(second).toEqual(first);
    expect(new Set(first).size).toBe(1_000);
  });

  test('does not hang on the lines around it', () => {
    const [some, more] = [lineIds(), lineIds()];
    expect(['x', 'a', 'a'].map(some).slice(1)).toEqual(
      ['a', 'y', 'z', 'a'].map(more).filter((_, n) => n % 3 === 0),
    );
  });
});

const line: LogLine = {
  address: '203.0.113.77',
  at: 1_431_857_103_000,
  method: 'GET',
  target: '/shop/cart?x=1',
  protocol: 'HTTP/1.1',
  status: 200,
  responseBytes: 5,
  referrer: 'https://www.google.com/',
  userAgent: 'curl/8.5.0',
};
const normalize = logNormalizer('secret', hostMatcher(['shop.example']));
const of = (more: Partial<LogLine>) => normalize({ ...line, ...more }, '0'.repeat(32));

describe('the hit of a log line', () => {
  test('has what the line says', () => {
    const { hit, context } = of({ user: 'frank' });
    expect(hit).toMatchObject({
      id: '0'.repeat(32),
      at: line.at,
      origin: 'log',
      host: '',
      path: '/shop/cart',
      query: 'x=1',
      protocol: 'HTTP/1.1',
      status: 200,
      responseBytes: 5,
      referrer: 'https://www.google.com/',
    });
    expect(context).toMatchObject({
      userId: 'frank',
      userAgent: 'curl/8.5.0',
      addressPrefix: '203.0.113.0',
      technology: { device: 'robot' },
    });
    const acquisition = context.acquisition();
    expect(acquisition).toMatchObject({ referrerHost: 'www.google.com', source: 'Google' });
    expect(JSON.stringify({ hit, context, acquisition })).not.toContain(line.address);
  });

  test('is of one visitor for one address with one user agent', () => {
    const visitor = of({}).context.visitor;
    expect(of({ target: '/other', referrer: undefined }).context.visitor).toBe(visitor);
    expect(of({ userAgent: 'curl/8.5.1' }).context.visitor).not.toBe(visitor);
    expect(of({ address: '203.0.113.78' }).context.visitor).not.toBe(visitor);
    const elsewhere = logNormalizer('another secret', () => false);
    expect(elsewhere(line, '').context.visitor).not.toBe(visitor);
  });

  test('has no source where a page of our own led to it', () => {
    expect(of({ referrer: 'https://shop.example/' }).context.acquisition()).toEqual({
      channel: 'direct',
    });
  });

  test.each<[Partial<LogLine>, 'page_view' | 'request']>([
    [{}, 'page_view'],
    [{ status: 206 }, 'page_view'],
    [{ status: 304 }, 'page_view'],
    [{ target: '/' }, 'page_view'],
    [{ target: '/a.html?x=.css' }, 'page_view'],
    [{ target: '/png' }, 'page_view'],
    [{ target: '/report.pdf' }, 'request'],
    [{ target: '/a/IMAGE.PNG?v=2' }, 'request'],
    [{ target: '/style.css' }, 'request'],
    [{ target: '/feed.xml' }, 'request'],
    [{ target: '/robots.txt' }, 'request'],
    [{ status: 301 }, 'request'],
    [{ status: 404 }, 'request'],
    [{ status: 500 }, 'request'],
    [{ method: 'POST' }, 'request'],
    [{ method: 'HEAD' }, 'request'],
    [{ method: '', target: '-' }, 'request'],
  ])('with %j is a %s', (more, type) => {
    expect(of(more).hit.type).toBe(type);
  });

  test('has long texts cut', () => {
    const { hit, context } = of({
      userAgent: 'u'.repeat(600),
      referrer: `https://x.example/${'r'.repeat(3_000)}`,
      target: `/${'p'.repeat(3_000)}`,
    });
    expect([context.userAgent.length, hit.referrer?.length, hit.path.length]).toEqual([
      512, 2_048, 2_048,
    ]);
  });
});
