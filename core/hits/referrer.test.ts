import { expect, test } from 'vitest';
import { hostMatcher, referrerOf } from './referrer.ts';

const none = () => false;

test.each([
  ['https://www.google.com/', 'www.google.com', '/', 'Google', 'organic'],
  ['https://www.google.co.uk/search?q=shoes', 'www.google.co.uk', '/search', 'Google', 'organic'],
  ['https://www.bing.com/search?q=x', 'www.bing.com', '/search', 'Bing', 'organic'],
  ['https://duckduckgo.com/', 'duckduckgo.com', '/', 'DuckDuckGo', 'organic'],
  ['https://chatgpt.com/', 'chatgpt.com', '/', 'ChatGPT', 'ai-assistant'],
  ['https://chat.openai.com/c/1', 'chat.openai.com', '/c/1', 'ChatGPT', 'ai-assistant'],
  [
    'https://www.perplexity.ai/search',
    'www.perplexity.ai',
    '/search',
    'Perplexity',
    'ai-assistant',
  ],
  ['https://claude.ai/', 'claude.ai', '/', 'Claude', 'ai-assistant'],
  ['https://gemini.google.com/app', 'gemini.google.com', '/app', 'Gemini', 'ai-assistant'],
  ['https://copilot.microsoft.com/', 'copilot.microsoft.com', '/', 'Copilot', 'ai-assistant'],
  ['https://Blog.Example/post?x=1#y', 'blog.example', '/post', 'blog.example', 'referral'],
  [
    'http://www.friend.example:8080/a',
    'www.friend.example:8080',
    '/a',
    'friend.example:8080',
    'referral',
  ],
  ['https://l.facebook.com/l.php', 'l.facebook.com', '/l.php', 'Facebook', 'social'],
  ['android-app://com.google.android.gm/', 'com.google.android.gm', '/', 'Gmail', 'email'],
  [
    'android-app://com.google.android.googlequicksearchbox',
    'com.google.android.googlequicksearchbox',
    '/',
    'Google',
    'organic',
  ],
  ['https://mail.google.com/mail/u/0', 'mail.google.com', '/mail/u/0', 'Gmail', 'email'],
])('%s is the host %s, the path %s, the source %s and the medium %s', (referrer, host, path, source, medium) => {
  const { term: _, ...found } = referrerOf(referrer, none);
  expect(found).toEqual({ referrerHost: host, referrerPath: path, source, medium });
});

test.each([
  ['https://www.google.co.uk/search?q=red+tea%21', 'red tea!'],
  ['https://www.baidu.com/s?ie=utf-8&wd=%E8%8C%B6', '茶'],
  ['https://yandex.ru/search/?text=tea', 'tea'],
  ['https://www.google.com/', undefined],
  ['https://duckduckgo.com/?q=', undefined],
  ['https://blog.example/?q=no+search+engine', undefined],
])('%s was asked for %s', (referrer, term) => {
  expect(referrerOf(referrer, none).term).toBe(term);
});

test.each([
  'constructor',
  '__proto__',
  'www.constructor',
  'tostring',
  'valueof',
])('the host %s, a name that every object knows, is a plain text as its own source', (host) => {
  expect(referrerOf(`https://${host}/`, none)).toEqual({
    referrerHost: host,
    referrerPath: '/',
    source: host.replace('www.', ''),
    medium: 'referral',
  });
});

test.each([
  undefined,
  '',
  '-',
  'about:blank',
  'javascript:alert(1)',
  'android-app://com.slack',
  'https://',
  'https://%',
  'www.google.com',
  ' https://x.example/',
])('%s leads to no source', (referrer) => {
  expect(referrerOf(referrer, none)).toEqual({});
});

test('a page of our own is no source', () => {
  const own = hostMatcher(['shop.example', '*.cdn.example', 'localhost:3000']);
  expect(referrerOf('https://shop.example/a', own)).toEqual({});
  expect(referrerOf('https://a.cdn.example/', own)).toEqual({});
  expect(referrerOf('http://localhost:3000/', own)).toEqual({});
  expect(referrerOf('https://other.example/', own).referrerHost).toBe('other.example');
});

test('a wildcard stands for every name below, not for the name itself nor for one that ends alike', () => {
  const own = hostMatcher(['*.shop.example', 'exact.example']);
  expect(['a.shop.example', 'a.b.shop.example', 'exact.example'].every(own)).toBe(true);
  expect(
    ['shop.example', 'badshop.example', 'shop.example.evil', 'a.exact.example', ''].some(own),
  ).toBe(false);
});

test('without patterns no host is ours', () => {
  expect(hostMatcher([])('shop.example')).toBe(false);
});
