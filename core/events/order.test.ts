/** The order in which events are evaluated, and what each of them may use: one rule a test. */
import { describe, expect, test } from 'vitest';
import { eventTriggers } from '../contract/event.ts';
import type { SessionHit } from '../contract/session.ts';
import {
  brief,
  compile,
  eventSet,
  fire,
  paths,
  session,
  type TestEvent,
} from './testing/event-session.ts';

const step = (kind: 'click' | 'input' | 'submit' | 'error', value?: string) => ({
  kind,
  at: 0,
  ...(value === undefined ? {} : { value }),
});
const withSteps = (...kinds: ('click' | 'input' | 'submit')[]): Partial<SessionHit> => ({
  steps: kinds.map((kind) => step(kind)),
});
const always = 'session.hits >= 1';

describe('Order of evaluation', () => {
  test('First hit, then for each hit every hit, its steps one by one, after every hit; then last hit, session end', () => {
    // Defined in the opposite order: the trigger decides.
    const events = [...eventTriggers]
      .reverse()
      .map((trigger): TestEvent => ({ name: trigger, trigger, condition: always }));
    const fired = fire(events, session([withSteps('click', 'input'), {}]));
    expect(brief(fired)).toEqual([
      'first_hit@1',
      'every_hit@1',
      'every_step@1',
      'after_every_step@1',
      'every_step@1',
      'after_every_step@1',
      'after_every_hit@1',
      'every_hit@2',
      'after_every_hit@2',
      'last_hit@2',
      'session_end@2',
    ]);
    expect(fired.facts.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  test('Within a trigger events go in their order, and what one needs goes before it', () => {
    const fired = fire(
      [
        { name: 'C', condition: 'event "B"' },
        { name: 'A', condition: always },
        { name: 'B', condition: 'request.path = "/b"' },
      ],
      paths('/b'),
    );
    expect(brief(fired)).toEqual(['B@1', 'C@1', 'A@1']);
  });

  test('After every hit of one hit fires before every hit of the next', () => {
    const fired = fire(
      [
        { name: 'Before', condition: 'event "After" and request.path = "/b"' },
        { name: 'After', trigger: 'after_every_hit', condition: 'request.path = "/a"' },
      ],
      paths('/a', '/b'),
    );
    expect(brief(fired)).toEqual(['After@1', 'Before@2']);
  });

  test('An event cannot use one that is evaluated later', () => {
    expect(() =>
      compile([
        { name: 'Early', condition: 'event "Late"' },
        { name: 'Late', trigger: 'session_end', condition: always },
      ]),
    ).toThrow('Event "Early", condition: "Late" is evaluated after it');
    expect(() =>
      compile([
        { name: 'First', trigger: 'first_hit', condition: 'event "Any"' },
        { name: 'Any', condition: always },
      ]),
    ).toThrow('first_hit comes before every_hit');
  });

  test('Events never work across sessions', () => {
    const events = [
      { name: 'A', condition: 'request.path = "/a"' },
      { name: 'B', condition: 'event "A" and request.path = "/b"' },
    ];
    const set = compile(events);
    expect(set.stages.length).toBe(eventTriggers.length);
    expect(brief(fire(events, paths('/a')))).toEqual(['A@1']);
    expect(brief(fire(events, paths('/b')))).toEqual([]);
  });
});

describe('What an event may read', () => {
  const total = {
    name: 'total',
    side: 'response',
    take: { by: 'between', start: 'Total: ', end: '<' },
  } as const;
  const field = {
    name: 'label',
    home: 'step',
    take: { by: 'pattern', pattern: 'label=(.*)' },
  } as const;

  test('Step events may read the attributes of their hit', () => {
    const fired = fire(
      [
        {
          name: 'Clicked',
          trigger: 'every_step',
          condition: 'step.kind = "click" and hit_attribute.total = "12"',
          record: { kind: 'text', from: { kind: 'hit_attribute', name: 'total' } },
        },
      ],
      session([{ ...withSteps('click'), responseBody: '<p>Total: 12</p>' }]),
      [total],
    );
    expect(fired.facts).toMatchObject([{ event: 'Clicked', valueText: '12' }]);
  });

  test('Hit events may not read step attributes', () => {
    for (const trigger of ['every_hit', 'after_every_hit'] as const) {
      expect(() =>
        compile([{ name: 'X', trigger, condition: 'step_attribute.label = "a"' }], [field]),
      ).toThrow('an event of a hit cannot read the step attribute "label"');
    }
    const read = fire(
      [
        {
          name: 'X',
          trigger: 'every_step',
          condition: 'step_attribute.label = "a"',
          record: { kind: 'text', from: { kind: 'step_attribute', name: 'label' } },
        },
      ],
      session([{ steps: [step('click', 'label=b'), step('click', 'label=A')] }]),
      [field],
    );
    expect(read.facts).toMatchObject([{ event: 'X', valueText: 'A' }]);
  });

  test('On the first hit there are no session attributes yet but those of the first hit', () => {
    const set: TestEvent = {
      name: 'Set',
      condition: always,
      actions: [{ do: 'set_attribute', attribute: 'plan', from: { kind: 'fixed', value: 'gold' } }],
    };
    const read: TestEvent = {
      name: 'Read',
      trigger: 'first_hit',
      condition: 'attribute.plan = "gold"',
    };
    expect(() => compile([set, read])).toThrow('on the first hit nothing has set attribute.plan');
    expect(brief(fire([{ ...set, trigger: 'first_hit' }, read], paths('/', '/')))).toEqual([
      'Set@1',
      'Read@1',
    ]);
  });

  test('What an event sets is there for the next event of the same hit, and a counter runs on', () => {
    const fired = fire(
      [
        {
          name: 'Seen',
          condition: 'request.path starts with "/p"',
          actions: [{ do: 'add_to_counter', counter: 'products' }],
        },
        {
          name: 'Three',
          condition: 'attribute.products >= 3 and request.path exists',
          track: 'first',
        },
      ],
      paths('/p1', '/p2', '/other', '/p3', '/p4'),
    );
    expect(brief(fired)).toEqual(['Seen@1', 'Seen@2', 'Seen@4', 'Three@4', 'Seen@5']);
    expect(fired.attributes).toEqual({ products: ['4'] });
  });

  test('At the end of the session there are no hit attributes; time and number are of the last page', () => {
    expect(() =>
      compile(
        [{ name: 'End', trigger: 'session_end', condition: 'hit_attribute.total = "1"' }],
        [total],
      ),
    ).toThrow('hit attributes are not there at the end of the session');
    expect(() =>
      compile([
        {
          name: 'End',
          trigger: 'session_end',
          condition: always,
          record: { kind: 'text', from: { kind: 'field', field: 'request.path' } },
        },
      ]),
    ).toThrow('request.path is of one hit');
    const over = paths('/a', '/b', '/c');
    const [fact] = fire([{ name: 'End', trigger: 'session_end', condition: always }], over).facts;
    expect(fact).toMatchObject({ hitNumber: 3, hitId: over.hits[2]?.id, at: over.hits[2]?.at });
  });

  test('The last hit still has its attributes', () => {
    const fired = fire(
      [
        {
          name: 'Last',
          trigger: 'last_hit',
          condition: 'hit_attribute.total exists',
          record: { kind: 'number', from: { kind: 'hit_attribute', name: 'total' } },
        },
      ],
      session([{ responseBody: 'Total: 1<' }, { responseBody: 'Total: 2.50<' }]),
      [total],
    );
    expect(fired.facts).toMatchObject([{ event: 'Last', hitNumber: 2, valueNumber: 2.5 }]);
  });

  test('Sequences are decided before the end of the session, and facts are counted last', () => {
    const fired = fire(
      [
        { name: 'Many', trigger: 'session_end', condition: 'count(event "Pair") >= 2' },
        {
          name: 'Pair',
          condition: 'event "A" then event "B" within 2 hits',
        },
        { name: 'A', condition: 'request.path = "/a"' },
        { name: 'B', condition: 'request.path = "/b"' },
      ],
      paths('/a', '/b', '/a', '/b', '/c'),
    );
    expect(brief(fired)).toEqual(['A@1', 'B@2', 'Pair@2', 'A@3', 'B@4', 'Pair@4', 'Many@5']);
  });
});

describe('Tracking', () => {
  const record = { kind: 'text', from: { kind: 'field', field: 'request.path' } } as const;
  const over = paths('/x/1', '/y', '/x/2', '/x/3');
  const tracked = (track: 'first' | 'last' | 'every') =>
    fire([{ name: 'X', condition: 'request.path starts with "/x"', track, record }], over).facts;

  test('First keeps the first occurrence, last the last one, every all of them', () => {
    expect(tracked('first')).toMatchObject([{ hitNumber: 1, valueText: '/x/1' }]);
    expect(tracked('last')).toMatchObject([{ hitNumber: 4, valueText: '/x/3' }]);
    expect(tracked('every').map(({ valueText }) => valueText)).toEqual(['/x/1', '/x/2', '/x/3']);
  });

  test('Whoever refers to the event sees the value of the tracked occurrence', () => {
    const seen = (track: 'first' | 'last' | 'every') =>
      brief(
        fire(
          [
            { name: 'X', condition: 'request.path starts with "/x"', track, record },
            ...[1, 2, 3].map((number) => ({
              name: `Saw ${number}`,
              trigger: 'session_end' as const,
              condition: `event "X" with text = "/x/${number}"`,
            })),
          ],
          over,
        ),
      ).filter((text) => text.startsWith('Saw'));
    expect(seen('first')).toEqual(['Saw 1@4']);
    expect(seen('last')).toEqual(['Saw 3@4']);
    expect(seen('every')).toEqual(['Saw 1@4', 'Saw 2@4', 'Saw 3@4']);
  });
});

describe('Distance and sequence events', () => {
  const steps: TestEvent[] = ['a', 'b', 'c'].map((name) => ({
    name: name.toUpperCase(),
    condition: `request.path = "/${name}"`,
    buildingBlock: true,
  }));
  const fired = (condition: string, ...over: string[]) =>
    brief(fire([...steps, { name: 'Found', condition }], paths(...over))).filter((text) =>
      text.startsWith('Found'),
    );

  test('Two events in their order within a number of hits; it fires at once and once for each', () => {
    const distance = 'event "A" then event "B" within 2 hits';
    expect(fired(distance, '/a', '/x', '/b', '/x')).toEqual(['Found@3']);
    expect(fired(distance, '/a', '/x', '/x', '/b')).toEqual([]);
    expect(fired(distance, '/b', '/a')).toEqual([]);
    expect(fired(distance, '/a', '/b', '/b', '/b')).toEqual(['Found@2', 'Found@3']);
  });

  test('Or within a time, by the time of the hits', () => {
    const distance = 'event "A" then event "B" within 20 seconds';
    expect(fired(distance, '/a', '/x', '/b')).toEqual(['Found@3']);
    expect(fired(distance, '/a', '/x', '/x', '/b')).toEqual([]);
  });

  test('A sequence takes its components in order; the same occurrence is never two of them', () => {
    expect(fired('event "A" then event "B" then event "C"', '/a', '/c', '/b', '/a', '/c')).toEqual([
      'Found@5',
    ]);
    expect(fired('event "A" then event "A"', '/a', '/x')).toEqual([]);
    expect(fired('event "A" then event "A"', '/a', '/x', '/a')).toEqual(['Found@3']);
  });

  test('That something does not follow is known at the end only', () => {
    expect(() => fired('event "A" then not event "B"', '/a')).toThrow(
      'known when the session ends',
    );
    const abandoned = (...over: string[]) =>
      brief(
        fire(
          [
            ...steps,
            {
              name: 'Left',
              trigger: 'session_end',
              condition: 'event "A" then not event "B" within 2 hits',
            },
          ],
          paths(...over),
        ),
      ).includes(`Left@${over.length}`);
    expect(abandoned('/a', '/b')).toBe(false);
    expect(abandoned('/a', '/x', '/b')).toBe(false);
    expect(abandoned('/a', '/x', '/x', '/b')).toBe(true);
    expect(abandoned('/a', '/b', '/a')).toBe(true);
    expect(abandoned('/b')).toBe(false);
  });

  test('The first hit has nothing before it', () => {
    expect(() =>
      compile([
        { name: 'A', trigger: 'first_hit', condition: always },
        { name: 'D', trigger: 'first_hit', condition: 'event "A" then event "A"' },
      ]),
    ).toThrow('nothing came before the first hit');
  });
});

describe('Definitions that cannot be', () => {
  const refuse = (events: TestEvent[], words: string) => {
    expect(() => compile(events)).toThrow(words);
  };

  test('A circle is named', () => {
    refuse(
      [
        { name: 'A', condition: 'event "B"' },
        { name: 'B', condition: 'event "C"' },
        { name: 'C', trigger: 'after_every_hit', condition: 'event "A"' },
      ],
      'Event "A", condition: it needs itself: "A" → "B" → "C" → "A"',
    );
    refuse([{ name: 'A', condition: 'event "A"' }], '"A" → "A"');
  });

  test('An event that is not there, or not active, is named', () => {
    refuse(
      [{ name: 'A', condition: 'event "Gone"' }],
      'Event "A", condition: there is no active event "Gone"',
    );
    refuse(
      [
        { name: 'A', condition: 'event "Off"' },
        { name: 'Off', condition: always, active: false },
      ],
      'there is no active event "Off"',
    );
  });

  test('Faults of a condition are told with the event and the place', () => {
    refuse([{ name: 'Bad', condition: 'request.pth = "/"' }], 'Event "Bad", condition: ');
    refuse([{ name: 'Bad', condition: 'request.pth = "/"' }], 'Did you mean request.path?');
  });

  test('More session attributes than a session may have', () => {
    const write = (count: number) =>
      eventSet([
        ...Array.from({ length: count }, (_, number) => ({
          name: `E${number}`,
          condition: always,
          actions: [{ do: 'add_to_counter' as const, counter: `c${number}` }],
        })),
      ]).events;
    expect(() => compile(write(64))).not.toThrow();
    refuse(write(65), 'Event "E64", actions: "c64" is one more session attribute than the 64');
  });

  test('Masked attributes are for conditions alone', () => {
    expect(() =>
      compile(
        [
          {
            name: 'Leak',
            condition: 'hit_attribute.card exists',
            record: { kind: 'text', from: { kind: 'hit_attribute', name: 'card' } },
          },
        ],
        [{ name: 'card', side: 'response', masked: true, take: { by: 'between', start: 'card' } }],
      ),
    ).toThrow('Event "Leak", record: the attribute "card" is masked');
  });
});
