import { expect, test } from 'vitest';
import { newId } from './tokens.ts';

test('an id can be given to a command as it is, and is not met twice', () => {
  const ids = Array.from({ length: 2_000 }, newId);
  expect(ids.filter((id) => !/^[a-z0-9]+$/.test(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});
