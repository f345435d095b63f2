import { describe, expect, test } from 'vitest';
import { type Condition, conditionLimits } from '../contract/condition.ts';
import { Problem } from '../contract/problem.ts';
import { checkCondition, type Scope } from './check-condition.ts';
import { parseCondition } from './parse.ts';
import { printCondition } from './print.ts';

const test404: Condition = { op: '=', field: 'response.status', value: 404 };
const event = (name: string): Condition & { op: 'event' } => ({ op: 'event', name });

function refusal(text: string, scope: Scope = 'session'): string {
  try {
    parseCondition(text, scope);
  } catch (error) {
    if (error instanceof Problem && error.code === 'condition_invalid') return error.message;
    throw error;
  }
  throw new Error(`it was taken: ${text.slice(0, 80)}`);
}

describe('the tree of', () => {
  const cases: [string, Condition][] = [
    ['response.status = 404', test404],
    [
      'response.status = 404 and request.path starts with "/shop"',
      { op: 'and', of: [test404, { op: 'starts with', field: 'request.path', value: '/shop' }] },
    ],
    [
      'browser = "a" or browser = "b" and not country in ("DE", "FR")',
      {
        op: 'or',
        of: [
          { op: '=', field: 'browser', value: 'a' },
          {
            op: 'and',
            of: [
              { op: '=', field: 'browser', value: 'b' },
              { op: 'not', of: { op: 'in', field: 'country', values: ['DE', 'FR'] } },
            ],
          },
        ],
      },
    ],
    [
      'event "Added to cart" then not event "Purchase confirmed" within 30 minutes',
      {
        op: 'sequence',
        stages: [
          { of: event('Added to cart') },
          { of: event('Purchase confirmed'), not: true, within: { ms: 1_800_000 } },
        ],
      },
    ],
    [
      'count(event "Login failed") >= 3',
      { op: 'count', of: event('Login failed'), compare: '>=', value: 3 },
    ],
    [
      'hit (response.status = 404) then event "Help" with value > 2 within 3 hits',
      {
        op: 'sequence',
        stages: [
          { of: { op: 'hit', of: test404 } },
          {
            of: { op: 'event', name: 'Help', with: { op: '>', field: 'event.value', value: 2 } },
            within: { hits: 3 },
          },
        ],
      },
    ],
    ['first hit (response.status = 404)', { op: 'hits', which: 'first', of: test404 }],
    [
      'session.duration between 90 s and 1.5 hours',
      { op: 'between', field: 'session.duration', from: 90_000, to: 5_400_000 },
    ],
    [
      'session.start >= 2026-11-21T10:30',
      { op: '>=', field: 'session.start', value: '2026-11-21T10:30' },
    ],
    [
      'request.query."a b" = "x\\"\\u00e9" exact',
      { op: '=', field: 'request.query.a b', value: 'x"é', exact: true },
    ],
    [
      'page.title does not contain "Sale" AND user is not empty',
      {
        op: 'and',
        of: [
          { op: 'not', of: { op: 'contains', field: 'page.title', value: 'Sale' } },
          { op: 'not', of: { op: 'is empty', field: 'user' } },
        ],
      },
    ],
  ];
  test.each(cases)('%s', (text, tree) => {
    expect(parseCondition(text, 'session')).toEqual(tree);
    expect(parseCondition(printCondition(tree), 'session')).toEqual(tree);
  });
});

describe('a refusal says what and where', () => {
  test('with an excerpt and a caret under the place', () => {
    expect(refusal('browser = "x" and reqest.path = "/"')).toBe(
      [
        'There is no field "reqest.path". Did you mean request.path? (character 19)',
        '  browser = "x" and reqest.path = "/"',
        '                    ^',
      ].join('\n'),
    );
  });

  test.each<[string, RegExp, Scope?]>([
    ['', /is empty/],
    ['   ', /is empty/],
    ['status = 404', /Did you mean response\.status\?/],
    ['request.header. = "x"', /.*/],
    ['zzzzzzzzzzzzzz = 1', /There is no field "zzzzzzzzzzzzzz"\. \(/],
    ['browser = "Fire', /no end: a closing " is missing.*character 11/],
    ['browser = "a\0b"', /NUL/],
    ['browser = "\\u0000"', /NUL/],
    ['browser = "\ud800"', /surrogate/],
    ['browser = "\\x"', /After \\ comes/],
    ["browser = 'Firefox'", /straight double quotes/],
    ['browser = Firefox', /Texts stand in double quotes: "Firefox"/],
    ['browser == "x"', /Expected one "="/],
    ['browser', /Expected an operator.*ends/],
    ['(browser = "x"', /Expected "\)", but the condition ends/],
    ['browser = "x")', /Expected "and", "or" or the end/],
    ['browser = "x" browser = "y"', /Expected "and", "or" or the end.*character 15/],
    ['()', /Expected a field/],
    ['!!! ???', /means nothing here/],
    ['= = =', /Expected a field/],
    ['and', /Expected an operator|There is no field/],
    ['response.status = "404"', /response\.status is a number: write a number without quotes/],
    ['response.status starts with "4"', /is for texts/],
    ['session.duration > 300', /write a unit after the number, such as 300 seconds/],
    ['session.start > "yesterday"', /is no time/],
    ['session.start = 2026-02-30', /is no time/],
    ['session.start = 2026-02-28T25:00', /is no time/],
    ['robot = 1', /robot is a boolean: write true or false/],
    ['robot > true', /true or false/],
    ['browser > "Firefox"', /Texts have no order/],
    ['response.status = 404 exact', /"exact" says nothing/],
    ['browser matches "(?=x)"', /pattern cannot be used.*RE2/s],
    [`browser matches "${'x'.repeat(600)}"`, /600 characters; it may have 512/],
    [`browser = "${'x'.repeat(3000)}"`, /may have 2048/],
    ['x'.repeat(10_001), /10001 characters; it may have 10000/],
    ['browser = 1e999', /too large/],
    ['event.value > 3', /Write event "Name" with value/],
    ['event "x" with browser = "y"', /"value" or "text"/],
    ['hit (response.status = 404)', /write any hit/],
    ['event "a" then not event "b" then event "c"', /end of a sequence/],
    ['event "a" then event "b" within 3', /"hits" or a unit of time/],
    ['event "a" then event "b" within 40 days', /31 days/],
    ['count(event "a") > 1.5', /whole number/],
    ['count(browser = "x") > 1', /event "Name" or hit/],
    ['any hit (event "x")', /Events belong to the session/],
    ['any hit (any hit (response.status = 404))', /whole session/],
    ['first step (step.kind = "click")', /any, every or no step/],
    ['any hit (response.status = 404)', /whole session only/, 'hit'],
    ['count(hit (response.status = 404)) > 1', /Make an event of the hit first/, 'hit'],
  ])('%s', (text, said, scope = 'session') => {
    expect(refusal(text, scope)).toMatch(said);
  });

  test('a hundred thousand parentheses, and 500 of anything that nests', () => {
    expect(refusal('('.repeat(9_999))).toMatch(/nested more than 50 levels/);
    expect(refusal(`${'not '.repeat(500)}robot = true`)).toMatch(/nested more than 50 levels/);
    expect(refusal(`${'any hit ('.repeat(500)}`)).toMatch(/nested more than 50 levels/);
    let tree: unknown = test404;
    for (let depth = 0; depth < 100_000; depth += 1) tree = { op: 'not', of: tree };
    expect(() => checkCondition(tree, 'session')).toThrow(/nested more than 50 levels/);
  });

  test('more parts than a condition may have', () => {
    const of = Array.from({ length: conditionLimits.nodesMax }, () => test404);
    expect(() => checkCondition({ op: 'or', of }, 'session')).toThrow(/more than 1000 parts/);
    expect(checkCondition({ op: 'or', of: of.slice(1) }, 'session')).toMatchObject({ op: 'or' });
    const values = of.map((_, index) => index);
    const many = { op: 'in', field: 'response.status', values };
    expect(() => checkCondition(many, 'session')).toThrow(/more than 1000 parts/);
  });

  test.each([
    null,
    7,
    'browser = "x"',
    [],
    {},
    { op: 'xor', of: [] },
    { op: 'and', of: [test404] },
    { ...test404, more: 1 },
    { op: '=', field: 'browser', value: '\ud800' },
    { op: '=', field: '__proto__', value: 'x' },
    { op: '=', field: 'constructor', value: 'x' },
    { op: '=', field: 'response.status', value: Number.NaN },
    { op: 'event', name: '' },
    { op: 'sequence', stages: [{ of: event('a'), not: true }, { of: event('b') }] },
  ])('a tree of another shape: %j', (tree) => {
    expect(() => checkCondition(tree, 'session')).toThrow(Problem);
  });
});
