/** Hit and step attributes: every way of taking a value, and what cannot be taken. */
import { describe, expect, test } from 'vitest';
import { type HitAttribute, hitAttributeSchema } from '../contract/event.ts';
import type { SessionHit } from '../contract/session.ts';
import { compileAttribute, HitValues } from './attributes.ts';
import { readNumber } from './values.ts';

type Take = HitAttribute['take'];

const page = `<html><body>
  <h1 class="title">Order  <b>confirmed</b></h1>
  <ul><li data-sku="A1">Tea</li><li data-sku="B2">Pot &amp; cup</li></ul>
  <p>Total: 12,50 EUR</p><p>TOTAL: 3 EUR</p>
</body></html>`;

function take(hit: Partial<SessionHit>, attribute: { take: Take } & Partial<HitAttribute>) {
  const compiled = compileAttribute(hitAttributeSchema.parse({ name: 'it', ...attribute }));
  const faults: string[] = [];
  const whole = { method: 'GET', host: 'shop.example', path: '/', ...hit } as SessionHit;
  const values = new HitValues(new Map([['it', compiled]]), whole, (_, reason) =>
    faults.push(reason),
  );
  return { values: values.ofHit('it'), faults };
}
const ofPage = (taken: Take, more: Partial<HitAttribute> = {}) =>
  take({ responseBody: page }, { take: taken, ...more }).values;

describe('Hit attributes', () => {
  test('Between two markers: the first or all, with or without regard to case', () => {
    const between = { by: 'between', start: 'Total:', end: 'EUR' } as const;
    expect(ofPage(between)).toEqual(['12,50']);
    expect(ofPage(between, { occurrence: 'all' })).toEqual(['12,50', '3']);
    expect(ofPage(between, { occurrence: 'all', exact: true })).toEqual(['12,50']);
    expect(ofPage({ ...between, end: 'nowhere' })).toEqual([]);
    expect(ofPage({ by: 'between', start: 'order' })).toEqual(['Order']);
  });

  test('By a pattern: its first group, or all of it', () => {
    expect(ofPage({ by: 'pattern', pattern: 'total: ([0-9,]+)' })).toEqual(['12,50']);
    expect(ofPage({ by: 'pattern', pattern: '[0-9]+ EUR' }, { occurrence: 'all' })).toEqual([
      '50 EUR',
      '3 EUR',
    ]);
    expect(ofPage({ by: 'pattern', pattern: 'total: ([0-9,]+)' }, { exact: true })).toEqual([]);
  });

  test('By a CSS selector: texts of elements, or one of their attributes', () => {
    expect(ofPage({ by: 'selector', selector: 'h1.title' })).toEqual(['Order confirmed']);
    expect(ofPage({ by: 'selector', selector: 'ul > li' }, { occurrence: 'all' })).toEqual([
      'Tea',
      'Pot & cup',
    ]);
    expect(ofPage({ by: 'selector', selector: 'li:last-child', attribute: 'data-sku' })).toEqual([
      'B2',
    ]);
    expect(ofPage({ by: 'selector', selector: 'table' })).toEqual([]);
  });

  test('By a JSON pointer, of a response or the body of a request', () => {
    const json = '{"order":{"total":12.5,"a/b":"x","items":["tea","pot"],"paid":true}}';
    const at = (pointer: string, more: Partial<HitAttribute> = {}) =>
      take({ responseBody: json }, { take: { by: 'pointer', pointer }, ...more }).values;
    expect(at('/order/total')).toEqual(['12.5']);
    expect(at('/order/a~1b')).toEqual(['x']);
    expect(at('/order/items/1')).toEqual(['pot']);
    expect(at('/order/items', { occurrence: 'all' })).toEqual(['tea', 'pot']);
    expect(at('/order')).toEqual([]);
    expect(at('/order/constructor')).toEqual([]);
    const pointer = { by: 'pointer', pointer: '/order/paid' } as const;
    expect(take({ requestBody: json }, { side: 'request', take: pointer }).values).toEqual([
      'true',
    ]);
    expect(take({ responseBody: 'no json' }, { take: pointer })).toEqual({
      values: [],
      faults: [],
    });
  });

  test('By the name of a query parameter, form field or header', () => {
    const hit = {
      query: 'q=green+tea&q=pot',
      form: { 'user[name]': ['Kim', 'Lee'] },
      requestHeaders: { 'x-plan': 'gold' },
      responseHeaders: { 'x-cache': 'HIT' },
    };
    const of = (taken: Take, more: Partial<HitAttribute> = {}) =>
      take(hit, { side: 'request', take: taken, ...more }).values;
    expect(of({ by: 'query', name: 'q' }, { occurrence: 'all' })).toEqual(['green tea', 'pot']);
    expect(of({ by: 'form', name: 'user[name]' })).toEqual(['Kim']);
    expect(of({ by: 'form', name: 'constructor' })).toEqual([]);
    expect(of({ by: 'header', name: 'X-Plan' })).toEqual(['gold']);
    expect(of({ by: 'header', name: 'X-Cache' }, { side: 'response' })).toEqual(['HIT']);
  });

  test('Of a request markers and patterns look at method, address and body', () => {
    const hit = { method: 'POST', path: '/buy', query: 'sku=A1', requestBody: 'amount: 3' };
    const of = (pattern: string) =>
      take(hit, { side: 'request', take: { by: 'pattern', pattern } }).values;
    expect(of('^POST (\\S+)')).toEqual(['shop.example/buy?sku=A1']);
    expect(of('amount: (\\d)')).toEqual(['3']);
  });

  test('Numbers as pages write them', () => {
    const written: [string, number | undefined][] = [
      ['12', 12],
      ['-3.5', -3.5],
      ['1,249.50', 1249.5],
      ['1.249,50', 1249.5],
      ['1.249,50 €', 1249.5],
      ["CHF 1'249.50", 1249.5],
      ['$1,249', 1249],
      ['12,5', 12.5],
      ['1.234.567', 1234567],
      ['EUR -7,00', -7],
      ['12.', 12],
      ['1e3', 1000],
      ['twelve', undefined],
      ['', undefined],
      ['1 2 3 tea 4', undefined],
      ['9'.repeat(400), undefined],
    ];
    expect(written.map(([text]) => [text, readNumber(text)])).toEqual(written);
    expect(ofPage({ by: 'between', start: 'Total:', end: 'EUR' }, { type: 'number' })).toEqual([
      '12.5',
    ]);
  });

  test('What cannot be', () => {
    const refuse = (attribute: { take: Take } & Partial<HitAttribute>, words: string) =>
      expect(() =>
        compileAttribute(hitAttributeSchema.parse({ name: 'it', ...attribute })),
      ).toThrow(words);
    refuse({ take: { by: 'selector', selector: 'p[[' } }, 'the selector cannot be used');
    refuse({ take: { by: 'selector', selector: 'p:has(b)' } }, '":has" is not taken');
    refuse({ take: { by: 'selector', selector: 'a ~ b ~ c' } }, 'one "~"');
    refuse({ take: { by: 'selector', selector: 'p' }, side: 'request' }, 'selectors look at');
    refuse({ take: { by: 'pointer', pointer: 'total' } }, 'begins with "/"');
    refuse({ take: { by: 'query', name: 'q' }, side: 'response' }, 'only a request has a query');
    refuse({ take: { by: 'form', name: 'q' }, home: 'step' }, 'a step has no form');
    refuse({ take: { by: 'pattern', pattern: '(a' } }, 'The pattern cannot be used');
    refuse({ take: { by: 'pattern', pattern: '(?=a)b' } }, 'no look-around');
  });

  test('Pages made to be slow are looked through in the time of a test', () => {
    for (const body of [
      '<div>'.repeat(6_000),
      '<a>'.repeat(10_000),
      '<p class="',
      '&'.repeat(30_000),
    ])
      expect(
        take({ responseBody: body }, { take: { by: 'selector', selector: 'div div div p ~ a' } }),
      ).toEqual({ values: [], faults: [] });
  });
});
