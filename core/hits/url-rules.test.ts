import { expect, test } from 'vitest';
import { urlRulesSchema } from '../contract/hit-rules.ts';
import { compileUrlRules } from './url-rules.ts';

type Given = Parameters<typeof urlRulesSchema.parse>[0];
const changed = (rules: Given, target: string) => {
  const [path = '', query] = target.split('?');
  const found = compileUrlRules(urlRulesSchema.parse(rules))?.({ path, query });
  return found && `${found.path}${found.query === undefined ? '' : `?${found.query}`}`;
};

test.each<[string, Given, string, string]>([
  ['drops parameters by name', { dropParameters: ['s'] }, '/a?s=1&t=2&S=3', '/a?t=2&S=3'],
  ['drops by a beginning', { dropParameters: ['ref_*'] }, '/a?ref_=1&ref_x=2&ref=3', '/a?ref=3'],
  ['keeps only what is named', { keepParameters: ['id'] }, '/a?x=1&id=2&id=3', '/a?id=2&id=3'],
  ['keeps nothing', { keepParameters: [] }, '/a?x=1', '/a'],
  [
    'drops also what is kept',
    { keepParameters: ['a', 'b'], dropParameters: ['b'] },
    '/?a&b',
    '/?a',
  ],
  [
    'renames, and keeps values',
    { renameParameters: { q: 'query' } },
    '/?q=A%20b&q',
    '/?query=A%20b&query',
  ],
  [
    'renames before it keeps',
    { renameParameters: { q: 'k' }, keepParameters: ['k'] },
    '/?q=1',
    '/?k=1',
  ],
  [
    'takes names in any case',
    { lowerCaseParameters: true, dropParameters: ['SID'] },
    '/?sid=1&Page=A',
    '/?page=A',
  ],
  ['lowers paths alone', { lowerCasePaths: true }, '/Shop/TEA?Q=A', '/shop/tea?Q=A'],
  [
    'takes default pages for their folder',
    { defaultPages: ['index.html'] },
    '/a/Index.HTML?x',
    '/a/?x',
  ],
  ['leaves other files', { defaultPages: ['index.html'] }, '/a/xindex.html', '/a/xindex.html'],
  [
    'keeps names that every object knows',
    { dropParameters: ['x'] },
    '/?__proto__=1&x=2',
    '/?__proto__=1',
  ],
])('%s', (_what, rules, target, expected) => {
  expect(changed(rules, target)).toBe(expected);
});

test('rules that change nothing cost nothing', () => {
  expect(compileUrlRules(urlRulesSchema.parse({}))).toBeUndefined();
  const target = { path: '/a', query: 'x=1' };
  const change = compileUrlRules(urlRulesSchema.parse({ lowerCasePaths: true }));
  expect(change?.(target)).toBe(target);
});

test.each<[Given, RegExp]>([
  [{ defaultPages: ['a/b'] }, /file name/],
  [{ dropParameters: [''] }, />=1/],
  [{ dropParameters: Array(201).fill('a') }, /<=200/],
  [{ dropParameter: ['a'] } as Given, /dropParameter/],
])('%j is refused', (rules, why) => {
  expect(() => urlRulesSchema.parse(rules)).toThrow(why);
});
