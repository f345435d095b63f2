import { describe, expect, test } from 'vitest';
import type { ConditionHit, ConditionSession, View } from './field-values.ts';
import type { HistoryCondition } from './history.ts';
import { createMatcher } from './matcher.ts';
import { parseCondition } from './parse.ts';
import { heldBy } from './testing/held.ts';

const timeZone = 'UTC';
const hit = (path: string, more: Partial<ConditionHit> = {}): ConditionHit => ({
  id: '0'.repeat(32),
  at: 0,
  type: 'page_view',
  origin: 'tracker',
  method: 'GET',
  host: 'shop.example',
  path,
  ...more,
});

function viewOf(one: ConditionHit): View {
  const session: ConditionSession = {
    id: 'f'.repeat(32),
    dataset: 'shop',
    visitor: 'v',
    startedAt: 0,
    endedAt: 0,
    origin: 'tracker',
    userAgent: '',
    technology: { device: 'desktop' },
    acquisition: {},
    hits: [one],
  };
  return { session, hit: one, hitNumber: 1 };
}

const define = (id: string, text: string) => ({ id, condition: parseCondition(text, 'hit') });

describe('a matcher', () => {
  test('finds each of a thousand definitions, and those that no value points to', () => {
    const definitions = Array.from({ length: 1_000 }, (_, index) => [
      define(`is ${index}`, `request.path = "/page/${index}"`),
      define(`has ${index}`, `page.title contains "word${index}." and response.status = 200`),
      define(`fits ${index}`, `request.path matches "^/item/${index}/(buy|sell)$"`),
    ]).flat();
    definitions.push(
      define('is not', 'request.path != "/page/7"'),
      define('large', 'response.bytes > 9'),
    );
    const matcher = createMatcher(definitions, 'hit', { timeZone });
    const ask = (one: ConditionHit) => heldBy(matcher, viewOf(one));
    expect(ask(hit('/PAGE/7'))).toEqual(['is 7']);
    expect(ask(hit('/item/12/sell', { responseBytes: 10 }))).toEqual([
      'fits 12',
      'is not',
      'large',
    ]);
    expect(ask(hit('/item/12/keep'))).toEqual(['is not']);
    expect(ask(hit('/', { title: 'a Word3. and word44.', status: 200 }))).toEqual([
      'has 3',
      'has 44',
      'is not',
    ]);
    expect(ask(hit('/', { title: 'a Word3. and word44.' }))).toEqual(['is not']);
  });

  test('a pattern that begins with its literal finds what it finds alone', () => {
    const cases: [pattern: string, text: string][] = [
      ['abc*x.*abc', 'abxx abc'],
      ['abc*x.*abc', 'zz abcx abc'],
      ['a+b.*a\\+b', 'aab a+b'],
      ['ref-tea: ([0-9]+)', 'ref-tea: none, Ref-Tea: 12'],
      ['ref-tea: ([0-9]+)$', 'ref-tea: 1 ref-tea: 12'],
      ['word\\b', 'words word'],
      ['tea{2}', 'tea teaa'],
      ['tea?pot', 'te tepot'],
      ['teapot', 'a ſ and TEAPOT'],
    ];
    for (const [pattern, text] of cases) {
      const written = pattern.replaceAll('\\', '\\\\');
      const matcher = createMatcher([define('it', `page.title matches "${written}"`)], 'hit', {
        timeZone,
      });
      const plain = new RegExp(pattern, 'i').test(text);
      expect([
        pattern,
        text,
        heldBy(matcher, viewOf(hit('/', { title: text }))).length > 0,
      ]).toEqual([pattern, text, plain]);
    }
  });

  test('asks each only when it is its turn, so that an earlier one is in the history of a later one', () => {
    const matcher = createMatcher(
      [
        define('First', 'request.path = "/a"'),
        define('Second', 'event "First" and request.path = "/a"'),
        define('Third', 'event "Second" and not event "Fourth"'),
        define('Fourth', 'event "First"'),
      ],
      'hit',
      { timeZone },
    );
    const { histories } = matcher;
    expect(histories).toHaveLength(3);
    const fired = new Set<string>();
    const history = {
      holds(condition: HistoryCondition) {
        expect(histories).toContain(condition);
        return condition.op === 'event' && fired.has(condition.name);
      },
    };
    const order = heldBy(matcher, viewOf(hit('/a')), history, (id) => fired.add(id));
    expect(order).toEqual(['First', 'Second', 'Third', 'Fourth']);
    expect(heldBy(matcher, viewOf(hit('/b')), { holds: () => false })).toEqual([]);
  });

  test('waits for a number that a comparison needs, and for the rarer of two tests', () => {
    const matcher = createMatcher(
      [
        define('status', 'response.status >= 500'),
        define(
          'slow',
          'hit.type = "page_view" and response.duration between 3 seconds and 4 seconds',
        ),
        define('either', 'response.bytes < 5 or response.status = 200'),
        define('there', 'response.bytes exists'),
        define('none', 'not response.bytes exists'),
      ],
      'hit',
      { timeZone },
    );
    const held = (more: Partial<ConditionHit>) => heldBy(matcher, viewOf(hit('/', more)));
    expect(held({})).toEqual(['none']);
    expect(held({ status: 503 })).toEqual(['status', 'none']);
    expect(held({ status: 200, durationMs: 3_500 })).toEqual(['slow', 'either', 'none']);
    expect(held({ type: 'request', durationMs: 3_500, responseBytes: 0 })).toEqual([
      'either',
      'there',
    ]);
    expect(held({ durationMs: 2_999, responseBytes: 5 })).toEqual(['there']);
  });

  test('asks equal sequences of the history once by the same object', () => {
    const { histories } = createMatcher(
      ['x', 'y'].map((id) => define(id, 'event "A" then event "B" within 5 minutes')),
      'hit',
      { timeZone },
    );
    expect(histories).toHaveLength(1);
  });

  test('a pattern is found in a text with a long s, which lower case does not know', () => {
    const matcher = createMatcher([define('soon', 'page.title matches "soon"')], 'hit', {
      timeZone,
    });
    expect(heldBy(matcher, viewOf(hit('/', { title: 'ſoon' })))).toEqual(['soon']);
  });

  test('asked of steps, it sees the hit and the session of the step', () => {
    const condition = parseCondition(
      'step.kind = "error" and request.path = "/a" and visitor = "v"',
      'step',
    );
    const matcher = createMatcher([{ id: 1, condition }], 'step', { timeZone });
    const view = viewOf(hit('/a'));
    expect(heldBy(matcher, { ...view, step: { kind: 'error', at: 0 } })).toEqual([1]);
    expect(heldBy(matcher, { ...view, step: { kind: 'click', at: 0 } })).toEqual([]);
  });
});
