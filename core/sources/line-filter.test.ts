import { expect, test } from 'vitest';
import { type ImportInput, importOptionsSchema } from '../contract/import.ts';
import type { LogLine } from './formats/log-line.ts';
import { lineFilter, wildcard } from './line-filter.ts';

const plain: LogLine = {
  address: '192.0.2.7',
  at: 1_000,
  method: 'GET',
  target: '/shop/tea?x=/admin',
  host: 'shop.example',
  status: 200,
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0',
};
const ruleOf = (options: ImportInput, line: Partial<LogLine> = {}) =>
  lineFilter(importOptionsSchema.parse(options))({ ...plain, ...line });

test.each<[ImportInput, Partial<LogLine>, string | undefined]>([
  [{}, { status: 500 }, undefined],
  [{ excludePaths: ['/shop/*'] }, {}, 'path'],
  [{ excludePaths: ['/shop'] }, {}, undefined],
  [{ excludePaths: ['*admin*'] }, {}, undefined],
  [{ includePaths: ['/shop/*'] }, {}, undefined],
  [{ includePaths: ['/shop/*'], excludePaths: ['*/tea'] }, {}, 'path'],
  [{ includePaths: ['/blog/*', '/'] }, {}, 'path'],
  [{ includeHosts: ['*.Example'] }, {}, undefined],
  [{ includeHosts: ['*.example'] }, { host: undefined }, 'host'],
  [{ excludeHosts: ['shop.*'] }, {}, 'host'],
  [{ excludeAgents: ['FIREFOX'] }, {}, 'agent'],
  [{ staticFiles: false }, {}, undefined],
  [{ staticFiles: false }, { target: '/a.CSS?v=1' }, 'static'],
  [{ robots: false }, {}, undefined],
  [{ robots: false }, { userAgent: 'Googlebot/2.1 (+http://www.google.com/bot.html)' }, 'robot'],
  [{ robots: false }, { userAgent: '' }, 'robot'],
  [{ errors: false }, { status: 404 }, 'error'],
  [{ errors: false }, { status: 399 }, undefined],
  [{ redirects: false }, { status: 301 }, 'redirect'],
  [{ redirects: false }, { status: 304 }, undefined],
  [{ olderThan: 1_001 }, {}, 'older'],
  [{ olderThan: 1_000 }, {}, undefined],
  [{ newerThan: 1_000 }, {}, 'newer'],
  [{ errors: false, redirects: false, newerThan: 0 }, { status: 500 }, 'newer'],
])('with %j the line %j is left out as %s', (options, line, rule) => {
  expect(ruleOf(options, line)).toBe(rule);
});

test.each([
  ['*', '', true],
  ['a*', 'a', true],
  ['a*a', 'a', false],
  ['*a*b*', 'xaxbx', true],
  ['*a*b*', 'xbxax', false],
  ['a*b*b', 'ab', false],
  ['a*b*b', 'abb', true],
  ['', 'a', false],
])('%j fits %j: %s', (pattern, text, fits) => {
  expect(wildcard(pattern)(text)).toBe(fits);
});
