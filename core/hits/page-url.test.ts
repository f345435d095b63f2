import { describe, expect, test } from 'vitest';
import { parsePageUrl, splitRequestTarget } from './page-url.ts';

const campaign = {};

describe('the URL of a tracker hit', () => {
  test.each([
    ['https://Shop.Example/', { host: 'shop.example', path: '/' }],
    ['https://shop.example', { host: 'shop.example', path: '/' }],
    ['HTTPS://shop.example/Cart', { host: 'shop.example', path: '/Cart' }],
    ['https://shop.example:443/a', { host: 'shop.example', path: '/a' }],
    ['http://shop.example:80/a', { host: 'shop.example', path: '/a' }],
    ['https://shop.example:8443/a', { host: 'shop.example:8443', path: '/a' }],
    ['http://shop.example:443/a', { host: 'shop.example:443', path: '/a' }],
    ['https://user:secret@shop.example/a', { host: 'shop.example', path: '/a' }],
    ['https://shop.example/a#frag?x=1', { host: 'shop.example', path: '/a' }],
    ['https://shop.example/a/./b/../c', { host: 'shop.example', path: '/a/c' }],
    ['https://shop.example/../../a', { host: 'shop.example', path: '/a' }],
    ['https://shop.example/a//b/', { host: 'shop.example', path: '/a//b/' }],
    ['https://bücher.example/', { host: 'xn--bcher-kva.example', path: '/' }],
    ['https://xn--bcher-kva.example/', { host: 'xn--bcher-kva.example', path: '/' }],
    ['https://shop.example/größe', { host: 'shop.example', path: '/gr%C3%B6%C3%9Fe' }],
    ['https://shop.example/100%', { host: 'shop.example', path: '/100%' }],
    ['https://shop.example/%ff%zz', { host: 'shop.example', path: '/%ff%zz' }],
    ['https://[2001:DB8::1]:8080/', { host: '[2001:db8::1]:8080', path: '/' }],
    ['https://shop.example/a?', { host: 'shop.example', path: '/a' }],
    ['https://shop.example/a?b=1&c', { host: 'shop.example', path: '/a', query: 'b=1&c' }],
    ['https://shop.example/a?&&b=1&', { host: 'shop.example', path: '/a', query: 'b=1' }],
    ['https://shop.example/a?q=%zz', { host: 'shop.example', path: '/a', query: 'q=%zz' }],
  ])('%s has one canonical form', (url, expected) => {
    expect(parsePageUrl(url)).toEqual({ ...expected, campaign });
  });

  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'ftp://shop.example/',
    'shop',
    '',
    '//x/',
  ])('%s is no page', (url) => {
    expect(parsePageUrl(url)).toBeUndefined();
  });

  test('parameters that name a click or a session are taken out, whatever their case', () => {
    const url =
      'https://shop.example/a?gclid=1&x=1&fbclid=2&MSCLKID=3&PHPSESSID=4&wbraid=5&gbraid=6&sid=7&y=2';
    expect(parsePageUrl(url)?.query).toBe('x=1&y=2');
  });

  test('utm parameters become the campaign and leave the query', () => {
    const url =
      'https://shop.example/a?utm_source=Letter%20One&utm_medium=e+mail&UTM_Campaign=May&x=1&utm_term=shoe&utm_content=top';
    expect(parsePageUrl(url)).toEqual({
      host: 'shop.example',
      path: '/a',
      query: 'x=1',
      campaign: {
        source: 'Letter One',
        medium: 'e mail',
        campaign: 'May',
        term: 'shoe',
        content: 'top',
      },
    });
  });

  test.each([
    ['?mtm_campaign=May&mtm_kwd=tea&x=1', { campaign: 'May', term: 'tea' }],
    ['?pk_cpn=May&PK_Source=letter&x=1', { campaign: 'May', source: 'letter' }],
    ['?piwik_campaign=May&matomo_medium=mail&x=1', { campaign: 'May', medium: 'mail' }],
    ['?x=1#utm_source=letter&utm_campaign=May', { source: 'letter', campaign: 'May' }],
    ['?x=1#/cart?mtm_campaign=May', { campaign: 'May' }],
    ['?x=1&utm_source=letter#utm_source=other&utm_term=tea', { source: 'letter', term: 'tea' }],
    ['?x=1#mtm_campaign', {}],
    ['?x=1#gclid=7', { clickId: 'gclid', source: 'Google', medium: 'cpc' }],
  ])('%s names a campaign, in the words of Matomo and behind the # too', (end, expected) => {
    expect(parsePageUrl(`https://shop.example/a${end}`)).toEqual({
      ...{ host: 'shop.example', path: '/a', query: 'x=1' },
      campaign: expected,
    });
  });

  test('the first of two values counts, an empty one does not, a long one is cut, a broken one stays', () => {
    const of = (query: string) => parsePageUrl(`https://shop.example/?${query}`)?.campaign;
    expect(of('utm_source=a&utm_source=b')).toEqual({ source: 'a' });
    expect(of('utm_source=&utm_source=b')).toEqual({ source: 'b' });
    expect(of('utm_source')).toEqual({});
    expect(of(`utm_source=${'x'.repeat(300)}`)).toEqual({ source: 'x'.repeat(255) });
    expect(of('utm_source=50%')).toEqual({ source: '50%' });
  });

  test('parameters named like parts of every object are parameters like any other', () => {
    const query = 'constructor=1&toString=2&__proto__=3&hasOwnProperty=4';
    expect(parsePageUrl(`https://shop.example/?${query}`)).toEqual({
      host: 'shop.example',
      path: '/',
      query,
      campaign: {},
    });
  });
});

describe('the target of a log line', () => {
  test.each([
    ['/a/b?x=1', { path: '/a/b', query: 'x=1' }],
    ['/a/../b', { path: '/a/../b' }],
    ['/A%20b?', { path: '/A%20b' }],
    ['/a?b?c', { path: '/a', query: 'b?c' }],
    ['/a?sid=1', { path: '/a', query: 'sid=1' }],
    ['*', { path: '*' }],
    ['', { path: '' }],
    ['http://other.example/x', { path: 'http://other.example/x' }],
  ])('%s stays to the letter', (target, expected) => {
    expect(splitRequestTarget(target)).toEqual({ host: '', ...expected, campaign });
  });

  test.each([
    ['gclid=1', { clickId: 'gclid', source: 'Google', medium: 'cpc' }],
    ['x=1&MSCLKID=2', { clickId: 'msclkid', source: 'Bing', medium: 'cpc' }],
    ['fbclid=3', { clickId: 'fbclid', source: 'Facebook' }],
    ['gclid=1&utm_source=letter', { clickId: 'gclid', source: 'letter' }],
    ['gclid=1&utm_medium=video', { clickId: 'gclid', source: 'Google', medium: 'video' }],
    ['xgclid=1&a=fbclid', {}],
  ])('the click id in %s stays in the query and is read as well', (query, expected) => {
    expect(splitRequestTarget(`/a?${query}`)).toEqual({
      ...{ host: '', path: '/a', query },
      campaign: expected,
    });
  });

  test('those of Matomo stay in the query and are read as well', () => {
    expect(splitRequestTarget('/a?pk_campaign=May&x=1')).toEqual({
      ...{ host: '', path: '/a', query: 'pk_campaign=May&x=1' },
      campaign: { campaign: 'May' },
    });
    expect(splitRequestTarget('/a?spk_campaign=May').campaign).toEqual({});
  });

  test('utm parameters stay in the query and are read as well', () => {
    expect(splitRequestTarget('/a?utm_source=mail&x=1')).toEqual({
      host: '',
      path: '/a',
      query: 'utm_source=mail&x=1',
      campaign: { source: 'mail' },
    });
  });
});
