import { expect, test } from 'vitest';
import { hostMatcher, referrerOf } from './referrer.ts';

const none = () => false;

test.each([
  ['https://www.google.com/', 'www.google.com', '/', 'Google'],
  ['https://www.google.co.uk/search?q=shoes', 'www.google.co.uk', '/search', 'Google'],
  ['https://www.bing.com/search?q=x', 'www.bing.com', '/search', 'Bing'],
  ['https://duckduckgo.com/', 'duckduckgo.com', '/', 'DuckDuckGo'],
  ['https://chatgpt.com/', 'chatgpt.com', '/', 'ChatGPT'],
  ['https://chat.openai.com/c/1', 'chat.openai.com', '/c/1', 'ChatGPT'],
  ['https://www.perplexity.ai/search', 'www.perplexity.ai', '/search', 'Perplexity'],
  ['https://claude.ai/', 'claude.ai', '/', 'Claude'],
  ['https://gemini.google.com/app', 'gemini.google.com', '/app', 'Gemini'],
  ['https://copilot.microsoft.com/', 'copilot.microsoft.com', '/', 'Copilot'],
  ['https://Blog.Example/post?x=1#y', 'blog.example', '/post', 'blog.example'],
  ['http://www.friend.example:8080/a', 'www.friend.example:8080', '/a', 'friend.example:8080'],
])('%s is the host %s, the path %s and the source %s', (referrer, host, path, source) => {
  expect(referrerOf(referrer, none)).toEqual({
    referrerHost: host,
    referrerPath: path,
    source,
  });
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
