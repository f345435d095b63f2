import { expect, test } from 'vitest';
import { type EventDefinitionInput, type EventSet, eventSetSchema } from '../contract/event.ts';
import { canonicalJson, diffSets } from './set-diff.ts';

const setOf = (...events: Partial<EventDefinitionInput>[]): EventSet =>
  eventSetSchema.parse({
    version: 1,
    attributes: [],
    events: events.map((one) => ({
      name: 'A',
      trigger: 'every_hit',
      condition: 'request.path exists',
      ...one,
    })),
  });
const short = (before: EventSet, after: EventSet) =>
  diffSets(before, after).map(({ name, change, fields }) => [
    name,
    change,
    ...(change === 'changed'
      ? fields.map(({ field, before, after }) => [field, before, after])
      : []),
  ]);

test('Says which definitions came, went and changed, field by field', () => {
  const before = setOf({ name: 'A' }, { name: 'B' }, { name: 'C' });
  const after = setOf({ name: 'B', track: 'first' }, { name: 'D' }, { name: 'C' });
  expect(short(before, after)).toEqual([
    ['B', 'changed', ['track', 'every', 'first']],
    ['D', 'added'],
    ['A', 'removed'],
  ]);
});

test('Of a changed order only what was moved is named', () => {
  const names = ['A', 'B', 'C', 'D'].map((name) => ({ name }));
  const [a, b, c, d] = names as [
    { name: string },
    { name: string },
    { name: string },
    { name: string },
  ];
  expect(short(setOf(...names), setOf(d, a, b, c))).toEqual([['D', 'moved']]);
  expect(short(setOf(...names), setOf(b, c, d, a))).toEqual([['A', 'moved']]);
  expect(short(setOf(...names), setOf(...names))).toEqual([]);
});

test('A field that is set to what it was by default is no change; the order of keys is none', () => {
  expect(short(setOf({ track: 'every' }), setOf({}))).toEqual([]);
  expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: 3 })).toBe('{"a":3,"b":[{"c":2,"d":1}]}');
});
