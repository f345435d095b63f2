import { expect, test } from 'vitest';
import { type EventDefinitionInput, type EventSet, eventSetSchema } from '../contract/event.ts';
import { behaviourOf, closureOf, dependentsOf, needsOf } from './dependencies.ts';

const define = (name: string, condition: string, more: Partial<EventDefinitionInput> = {}) => ({
  name,
  trigger: 'every_hit' as const,
  condition,
  ...more,
});
const set: EventSet = eventSetSchema.parse({
  version: 3,
  attributes: [
    { name: 'total', side: 'response', take: { by: 'pattern', pattern: 'Total: (\\d+)' } },
    { name: 'unused', side: 'request', take: { by: 'query', name: 'x' } },
  ],
  events: [
    define('Cart', 'request.path = "/cart"'),
    define('Plan chosen', 'request.query.plan exists', {
      actions: [
        { do: 'set_attribute', attribute: 'plan', from: { kind: 'field', field: 'request.path' } },
      ],
    }),
    define('Order', 'event "Cart" then event "Paid" within 5 minutes', {
      trigger: 'after_every_hit',
    }),
    define('Paid', 'hit_attribute.total exists', {
      record: { kind: 'number', from: { kind: 'hit_attribute', name: 'total' } },
    }),
    define('Gold order', 'event "Order" and attribute.plan = "/gold"', {
      trigger: 'after_every_hit',
    }),
    define('Alone', 'request.path = "/alone"'),
  ],
});
const definitionOf = (name: string) => {
  const found = set.events.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};
const namesOf = ({ events }: EventSet) => events.map(({ name }) => name);

test('An event needs the events, attributes and session attributes that it names', () => {
  expect(needsOf(definitionOf('Gold order'))).toEqual({
    events: new Set(['Order']),
    hitAttributes: new Set(),
    sessionAttributes: new Set(['plan']),
  });
  expect(needsOf(definitionOf('Paid')).hitAttributes).toEqual(new Set(['total']));
});

test('What an event needs, whole and in order: also who writes the session attributes', () => {
  const closure = closureOf(set, 'Gold order');
  expect(namesOf(closure)).toEqual(['Cart', 'Plan chosen', 'Order', 'Paid', 'Gold order']);
  expect(closure.attributes.map(({ name }) => name)).toEqual(['total']);
  expect(namesOf(closureOf(set, 'Alone'))).toEqual(['Alone']);
});

test('Who needs an event, directly and through others', () => {
  expect(dependentsOf(['Cart'], set.events)).toEqual(['Order', 'Gold order']);
  expect(dependentsOf(['Alone'], set.events)).toEqual([]);
});

test('An event does the same as long as nothing that it needs has changed', () => {
  const withChanged = (name: string, change: object): EventSet => ({
    ...set,
    version: 4,
    events: set.events.map((one) => (one.name === name ? { ...one, ...change } : one)),
  });
  const before = behaviourOf(set, 'Order');
  expect(before).toBeDefined();
  expect(behaviourOf(withChanged('Alone', { condition: 'robot = true' }), 'Order')).toBe(before);
  expect(behaviourOf(withChanged('Order', { description: 'Other words' }), 'Order')).toBe(before);
  expect(behaviourOf(withChanged('Cart', { condition: 'robot = true' }), 'Order')).not.toBe(before);
  expect(behaviourOf(withChanged('Order', { active: false }), 'Order')).toBeUndefined();
  expect(behaviourOf(set, 'Nothing')).toBeUndefined();
});
