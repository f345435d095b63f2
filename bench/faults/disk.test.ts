import { expect, test } from 'vitest';
import { Disk, type PowerCut } from './disk.ts';
import type { FileEvent } from './trace.ts';

function diskAfter(...events: FileEvent[]): Disk {
  const disk = new Disk('/d');
  for (const event of events) disk.apply(event);
  return disk;
}

const make = (path: string): FileEvent => ({ do: 'make', path: `/d/${path}` });
const write = (path: string, at: number | undefined, text: string): FileEvent => ({
  do: 'write',
  path: `/d/${path}`,
  at,
  bytes: Buffer.from(text),
});
const sync = (path: string): FileEvent[] => [
  { do: 'sync-begins', path: `/d/${path}`, thread: '1' },
  { do: 'sync', path: `/d/${path}`, thread: '1' },
];
const left = (disk: Disk, how: PowerCut) =>
  Object.fromEntries(disk.cut(how).map(({ path, bytes }) => [path, bytes().toString()]));

test('a file that was synced is gone when its folder was not, and there when it was', () => {
  const events = [make('a'), write('a', 0, 'abc'), ...sync('a')];
  expect(left(diskAfter(...events), 'dropped')).toEqual({});
  expect(left(diskAfter(...events), 'half')).toEqual({ a: 'abc' });
  const disk = diskAfter(...events, ...sync(''));
  expect(left(disk, 'dropped')).toEqual({ a: 'abc' });
  expect(disk.isAtRisk()).toBe(false);
});

test('what was not synced is dropped, kept by half, torn, or nothing but length', () => {
  const disk = diskAfter(
    make('a'),
    write('a', 0, 'ab'),
    ...sync('a'),
    ...sync(''),
    write('a', 0, 'XY'),
    write('a', undefined, 'cdef'),
  );
  expect(left(disk, 'dropped')).toEqual({ a: 'ab' });
  expect(left(disk, 'half')).toEqual({ a: 'XY' });
  expect(left(disk, 'torn')).toEqual({ a: 'XYcd' });
  expect(left(disk, 'zeros')).toEqual({ a: 'ab\0\0\0\0' });
  expect(left(disk, 'unnamed')).toEqual({ a: 'XYcdef' });
});

test('a sync keeps what was done before it began, and not what came meanwhile', () => {
  const [begins, ends] = sync('a') as [FileEvent, FileEvent];
  const disk = diskAfter(
    make('a'),
    ...sync(''),
    write('a', 0, 'a'),
    begins,
    write('a', 1, 'b'),
    ends,
  );
  expect(left(disk, 'dropped')).toEqual({ a: 'a' });
});

test('a rename and a removal are undone by a cut before the folder was synced', () => {
  const disk = diskAfter(
    make('a'),
    make('b'),
    write('a', 0, 'new'),
    write('b', 0, 'old'),
    ...sync('a'),
    ...sync('b'),
    ...sync(''),
    { do: 'rename', path: '/d/a', to: '/d/b' },
  );
  expect(left(disk, 'dropped')).toEqual({ a: 'new', b: 'old' });
  expect(left(disk, 'half')).toEqual({ b: 'new' });
  disk.apply({ do: 'remove', path: '/d/b' });
  expect(left(disk, 'half')).toEqual({});
  expect(left(disk, 'unnamed')).toEqual({ a: 'new', b: 'old' });
});

test('truncated and grown again, the old bytes are gone', () => {
  const disk = diskAfter(make('a'), write('a', 0, 'abcdef'), ...sync('a'), ...sync(''), {
    do: 'truncate',
    path: '/d/a',
    size: 2,
  });
  disk.apply(write('a', 4, 'z'));
  expect(left(disk, 'unnamed')).toEqual({ a: 'ab\0\0z' });
});
