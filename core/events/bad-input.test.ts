/** What nobody would write on purpose: it is refused with its name, or does no harm. */
import { describe, expect, test } from 'vitest';
import { eventSetSchema, hitAttributeSchema } from '../contract/event.ts';
import { compileEventSet } from './compile.ts';
import { createDimensionLimits } from './dimension-limits.ts';
import { replaySession } from './replay.ts';
import { compile, eventSet, fire, paths, session, startMs } from './testing/event-session.ts';

describe('Large sets', () => {
  test('A thousand definitions, each fired by its own page', () => {
    const set = compile(
      Array.from({ length: 1_000 }, (_, number) => ({
        name: `E${number}`,
        condition:
          number % 4 === 3
            ? `event "E${number - 1}" then event "E${number - 3}" within 2 hits`
            : `request.path = "/${number}"`,
      })),
    );
    const { facts } = replaySession(set, paths('/2', '/0', '/998', '/996', '/1'));
    expect(facts.map(({ event, hitNumber }) => `${event}@${hitNumber}`)).toEqual([
      'E2@1',
      'E0@2',
      'E3@2',
      'E998@3',
      'E996@4',
      'E999@4',
      'E1@5',
    ]);
  });

  test('A chain of a thousand events that need each other', () => {
    const chain = Array.from({ length: 1_000 }, (_, number) => ({
      name: `E${number}`,
      condition: number === 999 ? 'request.path = "/a"' : `event "E${number + 1}"`,
    }));
    expect(replaySession(compile(chain), paths('/a')).facts).toHaveLength(1_000);
    const circle = chain.with(999, { name: 'E999', condition: 'event "E0"' });
    expect(() => compile(circle)).toThrow(/it needs itself: "E0" → "E1" → /);
  });

  test('More definitions than a dataset may have', () => {
    const events = Array.from({ length: 2_001 }, (_, number) => ({
      name: `E${number}`,
      trigger: 'every_hit',
      condition: 'robot = false',
    }));
    expect(eventSetSchema.safeParse({ version: 1, attributes: [], events }).success).toBe(false);
    const parsed = events.map((event) => eventSet([{ ...event, trigger: 'every_hit' }]).events[0]);
    const set = { version: 1, attributes: [], events: parsed.flatMap((one) => one ?? []) };
    expect(() => compileEventSet(set, { timeZone: 'UTC' })).toThrow('may have 2000 events');
  });

  test('Two events of one name', () => {
    const twice = [
      { name: 'A', condition: 'robot = false' },
      { name: 'A', condition: 'robot = true' },
    ];
    expect(() => compile(twice)).toThrow('Event "A": there are two events of this name');
  });

  test('A condition nested 500 deep, and a pattern of 10 kB', () => {
    const nested = `${'('.repeat(500)}robot = true${')'.repeat(500)}`;
    expect(() => compile([{ name: 'Deep', condition: nested }])).toThrow(
      'Event "Deep", condition:',
    );
    const long = `request.path matches "${'a'.repeat(9_900)}"`;
    expect(() => compile([{ name: 'Long', condition: long }])).toThrow('Event "Long", condition:');
  });

  test('An attribute named as what all objects have', () => {
    const by = { by: 'header', name: 'x' };
    for (const name of ['constructor', '__proto__', 'toString'])
      expect(
        hitAttributeSchema.safeParse({ name, over: 'request', take: by }).error?.message,
      ).toContain('is a name that is taken');
  });
});

describe('Values', () => {
  test('A megabyte is cut, not within a character, and only so much of it is looked at', () => {
    const value = `${'x'.repeat(254)}😀${'y'.repeat(1 << 20)}`;
    const { facts, attributes } = fire(
      [
        {
          name: 'Big',
          condition: 'page.title exists',
          record: { kind: 'text', from: { kind: 'field', field: 'page.title' } },
          dimensions: [{ name: 'title', from: { kind: 'field', field: 'page.title' } }],
          actions: [
            {
              do: 'set_attribute',
              attribute: 'title',
              from: { kind: 'field', field: 'page.title' },
            },
          ],
        },
      ],
      session([{ title: value }]),
    );
    const cut = 'x'.repeat(254);
    expect(facts).toMatchObject([{ valueText: cut, dimensions: { title: cut } }]);
    expect(attributes).toEqual({ title: [cut] });
  });

  test('Half a character and NUL are not recorded', () => {
    const { facts } = fire(
      [
        {
          name: 'Odd',
          condition: 'page.title exists',
          record: { kind: 'text', from: { kind: 'field', field: 'page.title' } },
        },
      ],
      session([{ title: 'a\ud800b\0c' }]),
    );
    expect(facts[0]?.valueText).toBe('a\ufffdbc');
  });

  test('A counter of what is no number fails on that hit and keeps its sum', () => {
    const { facts, attributes, faults } = fire(
      [
        {
          name: 'Sum',
          condition: 'request.query.n exists',
          actions: [
            {
              do: 'add_to_counter',
              counter: 'n',
              from: { kind: 'field', field: 'request.query.n' },
            },
          ],
        },
      ],
      session([{ query: 'n=0.1' }, { query: 'n=many' }, { query: 'n=0.2' }]),
    );
    expect(attributes).toEqual({ n: ['0.3'] });
    expect(facts.map(({ hitNumber }) => hitNumber)).toEqual([1, 3]);
    expect(faults).toEqual([{ event: 'Sum', hitNumber: 2, reason: '"many" is no number' }]);
  });

  test('A page that is too large for a selector sets aside what needs it, and nothing else', () => {
    const { facts, faults } = fire(
      [
        { name: 'Needs it', condition: 'hit_attribute.total exists or request.path = "/"' },
        { name: 'Other', condition: 'request.path = "/"' },
      ],
      session([{ responseBody: 'x'.repeat(600_000) }]),
      [{ name: 'total', take: { by: 'selector', selector: 'p' } }],
    );
    expect(facts.map(({ event }) => event)).toEqual(['Other']);
    expect(faults).toMatchObject([
      { event: 'Needs it', hitNumber: 1, reason: expect.stringContaining('attribute total:') },
    ]);
  });

  test('One event on every hit of the longest session keeps so many facts, and goes on counting', () => {
    const hits = Array.from({ length: 2_048 }, () => ({
      steps: [1, 2].map((at) => ({ kind: 'click' as const, at })),
    }));
    const { facts } = fire(
      [
        { name: 'Click', trigger: 'every_step', condition: 'step.kind = "click"' },
        { name: 'All', trigger: 'session_end', condition: 'count(event "Click") = 4096' },
      ],
      session(hits),
    );
    expect(facts.filter(({ event }) => event === 'Click')).toHaveLength(2_048);
    expect(facts.at(-1)?.event).toBe('All');
  });
});

describe('Dimensions', () => {
  const seen = (dimension: object) => {
    const set = compile([
      {
        name: 'Seen',
        condition: 'session.hits >= 1',
        dimensions: [{ name: 'it', from: { kind: 'field', field: 'page.title' }, ...dimension }],
      },
    ]);
    return (title: string | undefined) =>
      replaySession(set, session([title === undefined ? {} : { title }])).facts[0]?.dimensions?.it;
  };

  test('[Empty], lists, groups; all without regard to case', () => {
    expect([undefined, '  '].map(seen({}))).toEqual(['[Empty]', '[Empty]']);
    expect(['Tea', 'TEA'].map(seen({}))).toEqual(['tea', 'tea']);
    expect(['tea', 'pot'].map(seen({ allow: ['Tea'] }))).toEqual(['Tea', '[Others]']);
    expect(['tea', 'POT'].map(seen({ block: ['pot'] }))).toEqual(['tea', '[Others]']);
    // The allow list comes before the block list, and both before the groups.
    expect(['tea', 'pot', 'cup'].map(seen({ allow: ['tea', 'pot'], block: ['tea'] }))).toEqual([
      '[Others]',
      'pot',
      '[Others]',
    ]);
    expect(
      ['Oolong', 'sencha', 'cup'].map(seen({ groups: { oolong: 'Tea', Sencha: 'Tea' } })),
    ).toEqual(['Tea', 'Tea', 'cup']);
  });

  test('A hundred thousand different values in an hour: the first thousand, then [Limit]', async () => {
    const set = compile([
      {
        name: 'Seen',
        condition: 'session.hits >= 1',
        dimensions: [{ name: 'it', from: { kind: 'field', field: 'request.path' } }],
      },
    ]);
    const asked: number[] = [];
    const limits = createDimensionLimits(async (hours) => {
      asked.push(...hours);
      return [];
    });
    const facts = Array.from({ length: 100_000 }, (_, number) => ({
      event: 'Seen',
      number,
      hitNumber: 1,
      at: startMs + number,
      dimensions: { it: `/${number}` },
    }));
    const nextHour = { ...facts[5_000], at: startMs + 3_600_000, dimensions: { it: '/5000' } };
    await limits.apply([{ facts: [...facts, nextHour as (typeof facts)[number]], set }]);
    expect(facts.filter(({ dimensions }) => dimensions.it !== '[Limit]')).toHaveLength(1_000);
    expect(facts[999]?.dimensions.it).toBe('/999');
    expect(nextHour.dimensions.it).toBe('/5000');
    // Asked once an hour, not once a value.
    expect(asked).toHaveLength(2);
  });
});
