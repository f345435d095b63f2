import { expect, test } from 'vitest';
import { readablePath } from './readable-path.ts';

test.each([
  ['/blog/gr%C3%BCner-tee', '/blog/grüner-tee'],
  ['/%D7%A9%D7%9C%D7%95%D7%9D/%e6%b1%9f', '/שלום/江'],
  ['/%F0%9F%8D%B5?a=%C3%A4', '/🍵?a=ä'],
  ['/plain/%41%2Fb%20c%25', '/plain/%41%2Fb%20c%25'],
  ['/latin-1/%FCber', '/latin-1/%FCber'],
  ['/cut/%E6%B1', '/cut/%E6%B1'],
  ['/turned/%E2%80%AEgpj', '/turned/%E2%80%AEgpj'],
  ['/hidden/%E2%80%8B', '/hidden/%E2%80%8B'],
  ['/', '/'],
])('%s reads %s', (path, text) => {
  expect(readablePath(path)).toBe(text);
});
