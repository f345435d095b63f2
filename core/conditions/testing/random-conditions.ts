/** Random sessions and random conditions that have something to do with each other. */
import fc from 'fast-check';
import {
  type Comparison,
  type Condition,
  type ConditionValue,
  comparisons,
  type EventCondition,
  type FieldTest,
  type Happening,
  hitQuantifiers,
  stepQuantifiers,
  textOperators,
} from '../../contract/condition.ts';
import { endReasons } from '../../contract/session.ts';
import { stepKinds } from '../../contract/step.ts';
import type { ConditionHit } from '../field-values.ts';
import { fieldList } from '../fields.ts';
import type { StoredConditionSession } from './condition-tables.ts';

const startMs = Date.UTC(2026, 9, 24, 20);

/** Texts that are alike, empty, signs of other languages, numbers, and what breaks programs. */
const plainTexts =
  'a|A|shop|SHOP|Straße|STRASSE|İstanbul|istanbul|ΟΔΟΣ|οδος|οδός|ſoo|Soo|KELVIN|kelvin|100%|100_|a_b|axb|%|_|12|012|12.50|1e3|-5|999999999999999999999|/shop|/Shop/cart|é|e\u0301|😀|it\'s|"|\\|null|true|a\0b|\ufeffa|ǅ| |a b|a\nb|{"a":1}|$1|?|:x'
    .split('|')
    .concat('');
const wholeText = fc.constantFrom(...plainTexts);
const brokenText = fc.constantFrom('\ud800', 'a\udc00b', '😀'.slice(0, 1));
const anyText = fc.oneof(
  { weight: 12, arbitrary: wholeText },
  { weight: 1, arbitrary: brokenText },
);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 3 });
const eventNames = ['Added to cart', 'Purchase', 'ΟΔΟΣ', 'a%'];
const names = ['a', 'A', 'a b', 'x/y~z', '"', 'é', '$1'];
const query = fc
  .array(
    fc.tuple(
      fc.constantFrom('a', 'A', 'a+b', 'a%20b', '%61', 'é', '%C3%A9', '%ff', ''),
      fc.constantFrom(
        '',
        '=',
        '=1',
        '=12.5',
        '=a%20b',
        '=a+b',
        '=%E2%98%83',
        '=%ff',
        '=%zz',
        '=x=y',
        '=STRASSE',
        '=%00',
      ),
    ),
    { maxLength: 4 },
  )
  .map((pairs) => pairs.map(([name, value]) => name + value).join('&'));
const number = fc.oneof(
  fc.constantFrom(0, 1, 2, 12, 12.5, 200, 404, 500, -5, 1000, 1e21, 0.1, 1e-7),
  fc.integer({ min: -3, max: 20 }),
);

const step = fc.record({
  kind: fc.constantFrom(...stepKinds),
  at: fc.integer({ min: 0, max: 7_200_000 }).map((ms) => startMs + ms),
  target: maybe(wholeText),
  value: maybe(wholeText),
});

const hit: fc.Arbitrary<ConditionHit> = fc.record({
  id: fc.constant('0'.repeat(32)),
  at: fc.integer({ min: -60_000, max: 4 * 3_600_000 }).map((ms) => startMs + ms),
  type: fc.constantFrom('page_view', 'event', 'steps', 'request', 'web_vitals'),
  origin: fc.constantFrom('tracker', 'log'),
  method: fc.constantFrom('GET', 'POST', 'get'),
  host: anyText,
  path: anyText,
  query: maybe(query),
  status: maybe(fc.constantFrom(200, 301, 404, 500)),
  responseBytes: maybe(fc.constantFrom(0, 12, 2 ** 40)),
  durationMs: maybe(fc.constantFrom(0, 500, 60_000)),
  referrer: maybe(anyText),
  title: maybe(anyText),
  name: maybe(anyText),
  properties: maybe(
    fc.dictionary(fc.constantFrom(...names), fc.oneof(wholeText, number, fc.boolean()), {
      maxKeys: 3,
    }),
  ),
  steps: maybe(fc.array(step, { maxLength: 3 })),
}) as fc.Arbitrary<ConditionHit>;

const acquisition = fc.record({
  referrerHost: maybe(anyText),
  source: maybe(anyText),
  medium: maybe(anyText),
  campaign: maybe(anyText),
  term: maybe(anyText),
  clickId: maybe(fc.constantFrom('gclid', 'fbclid')),
  channel: fc.constantFrom('direct', 'organic search', 'Partner'),
});
const technology = fc.oneof(
  fc.record({
    browser: maybe(fc.constantFrom('Firefox', 'Chrome', 'firefox')),
    device: fc.constantFrom('desktop', 'mobile'),
  }),
  fc.record({
    device: fc.constant('robot'),
    robot: wholeText,
    purpose: fc.constantFrom('search engine', 'AI training'),
    behaviour: maybe(fc.constantFrom('robots.txt first', 'no assets')),
  }),
);
const event = fc.record({
  name: fc.constantFrom(...eventNames),
  hitNumber: fc.integer({ min: 1, max: 5 }),
  at: fc.integer({ min: 0, max: 3_600_000 }).map((ms) => startMs + ms),
  value: maybe(number),
  text: maybe(wholeText),
});

const session = fc
  .record({
    visitor: anyText,
    userId: maybe(anyText),
    userAgent: anyText,
    country: maybe(fc.constantFrom('DE', 'de', 'FR')),
    region: maybe(fc.constantFrom('Bavaria', 'bavaria')),
    city: maybe(wholeText),
    language: maybe(wholeText),
    screenWidth: maybe(number.filter(Number.isInteger).map((width) => Math.abs(width % 1e5))),
    technology,
    acquisition,
    endReason: fc.constantFrom(...endReasons),
    hits: fc.array(hit, { minLength: 1, maxLength: 6 }),
    events: fc.array(event, { maxLength: 6 }),
    attributes: fc.dictionary(
      fc.constantFrom(...names),
      fc.array(wholeText, { minLength: 1, maxLength: 2 }),
    ),
  })
  .map((drawn) => ({
    ...drawn,
    events: drawn.events
      .map((one) => ({ ...one, hitNumber: Math.min(one.hitNumber, drawn.hits.length) }))
      .sort((one, other) => one.hitNumber - other.hitNumber)
      .map((one, index) => ({ ...one, number: index + 1 })),
  }));

/** `runs` sessions, the same for the same seed. */
export function randomSessions(seed: number, runs: number): StoredConditionSession[] {
  const hexId = (one: number, other: number) =>
    `${one.toString(16)}f${other.toString(16)}`.padStart(32, '0');
  return fc.sample(session, { seed, numRuns: runs }).map((drawn, index) => ({
    ...drawn,
    id: hexId(index + 1, 0),
    dataset: 'shop',
    origin: 'tracker',
    startedAt: Number(drawn.hits[0]?.at),
    endedAt: Number(drawn.hits.at(-1)?.at),
    hits: drawn.hits.map((one, place) => ({ ...one, id: hexId(index + 1, place + 1) })),
  })) as StoredConditionSession[];
}

const inTables = fieldList.filter(({ inTables }) => inTables);
const fieldNames = (wanted: (field: (typeof fieldList)[number]) => boolean) =>
  inTables.filter((field) => field.home !== 'event' && wanted(field)).map(({ name }) => name);
const named = (list: string[]) =>
  fc
    .tuple(fc.constantFrom(...list), fc.constantFrom(...names))
    .map(([field, name]) => field.replace('NAME', name));

// NUL and half pairs are refused in conditions.
const conditionText = wholeText.map((text) => text.replaceAll('\0', ''));
const exact = fc.constantFrom<{ exact?: true }[]>({}, {}, { exact: true });
const pattern = fc.constantFrom(
  'shop',
  '^/shop',
  's$',
  '^$',
  'a.b',
  'soo',
  '[0-9]+',
  '(a|b)+$',
  'stra(ss|ß)e',
  '\\pL{2}',
  '\\bshop\\b',
  'x|y',
  'shop|kelvin',
  '(?-i)SHOP',
  'kelvin',
  '^(a+)+$',
  '/shop/?',
  'sho?p',
  '\\.50',
  '\\x{1F600}',
  'οδ',
);
const dates = fc.constantFrom(
  '2026-10-24',
  '2026-10-25',
  '2026-10-24T22:00',
  '2026-10-25T02:30',
  '2026-10-25T00:30:15',
  '2026-10-24T21:00Z',
  '2026-10-24T23:00:00+02:00',
  '1999-12-31',
);

function testOf(
  fields: fc.Arbitrary<string>,
  values: fc.Arbitrary<ConditionValue>,
  ordered: fc.Arbitrary<ConditionValue>,
): fc.Arbitrary<FieldTest>[] {
  return [
    fc.record({ op: fc.constantFrom<Comparison>('=', '!='), field: fields, value: values }),
    fc.record({
      op: fc.constantFrom<Comparison>('<', '<=', '>', '>='),
      field: fields,
      value: ordered,
    }),
    fc.record({ op: fc.constant('between' as const), field: fields, from: ordered, to: ordered }),
  ];
}

const presence = (fields: fc.Arbitrary<string>): fc.Arbitrary<FieldTest>[] => [
  fc.record({ op: fc.constant('exists' as const), field: fields }),
  fc.record({ op: fc.constant('is empty' as const), field: fields }),
];

const textFields = named(fieldNames(({ type }) => type === 'text'));
const textTests: fc.Arbitrary<FieldTest>[] = [
  ...testOf(textFields, fc.oneof(conditionText, number, fc.boolean()), number),
  ...presence(textFields),
  fc
    .record({
      field: textFields,
      op: fc.constantFrom(...textOperators.filter((op) => op !== 'matches')),
      value: conditionText,
      more: exact,
    })
    .map(({ more, ...test }) => ({ ...test, ...more })),
  fc
    .record({ field: textFields, op: fc.constant('matches' as const), value: pattern, more: exact })
    .map(({ more, ...test }) => ({ ...test, ...more })),
  fc.record({
    field: textFields,
    op: fc.constant('=' as const),
    value: conditionText,
    exact: fc.constant(true as const),
  }),
  fc
    .record({
      field: textFields,
      op: fc.constant('in' as const),
      values: fc.array(fc.oneof(conditionText, number), { minLength: 1, maxLength: 3 }),
      more: exact,
    })
    .map(({ more, ...test }) => ({ ...test, ...more })),
];
const numberFields = fc.constantFrom(...fieldNames(({ type }) => type === 'number'));
const durationFields = fc.constantFrom(...fieldNames(({ type }) => type === 'duration'));
const durations = fc.constantFrom(0, 1, 500, 60_000, 3_600_000, 90_000);
const timeFields = fc.constantFrom(...fieldNames(({ type }) => type === 'time'));
const truthFields = fc.constantFrom(...fieldNames(({ type }) => type === 'boolean'));

const fieldTest: fc.Arbitrary<FieldTest> = fc.oneof(
  { weight: 6, arbitrary: fc.oneof(...textTests) },
  {
    weight: 2,
    arbitrary: fc.oneof(...testOf(numberFields, number, number), ...presence(numberFields)),
  },
  { weight: 1, arbitrary: fc.oneof(...testOf(durationFields, durations, durations)) },
  { weight: 1, arbitrary: fc.oneof(...testOf(timeFields, dates, dates), ...presence(timeFields)) },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constantFrom<Comparison>('=', '!='),
      field: truthFields,
      value: fc.boolean(),
    }),
  },
);

const ofHome = (homes: readonly string[]) =>
  fieldTest.filter((test) =>
    inTables.some(
      ({ name, home }) =>
        homes.includes(home) &&
        (name === test.field ||
          (name.endsWith('NAME') &&
            name !== 'request.query' &&
            test.field.startsWith(name.slice(0, -4)))),
    ),
  );

/** `and`, `or` and `not` over leaves, not deep. */
const composed = (leaf: fc.Arbitrary<Condition>): fc.Arbitrary<Condition> =>
  fc.letrec<{ whole: Condition }>((tie) => ({
    whole: fc.oneof(
      { maxDepth: 2, depthSize: 'small' },
      { weight: 3, arbitrary: leaf },
      {
        weight: 2,
        arbitrary: fc.record({
          op: fc.constantFrom('and' as const, 'or' as const),
          of: fc.array(tie('whole'), { minLength: 2, maxLength: 3 }),
        }),
      },
      { weight: 1, arbitrary: fc.record({ op: fc.constant('not' as const), of: tie('whole') }) },
    ),
  })).whole;

const eventTest: fc.Arbitrary<FieldTest> = fc.oneof(
  ...testOf(fc.constant('event.value'), number, number),
  fc.record({
    op: fc.constantFrom('=' as const, '!=' as const, 'contains' as const),
    field: fc.constant('event.text'),
    value: conditionText,
  }),
);
const eventLeaf: fc.Arbitrary<EventCondition> = fc
  .record({ name: fc.constantFrom(...eventNames), test: maybe(eventTest) })
  .map(({ name, test }) => ({ op: 'event', name, ...(test === undefined ? {} : { with: test }) }));

const stepLeaf: fc.Arbitrary<Condition> = fc.record({
  op: fc.constant('steps' as const),
  which: fc.constantFrom(...stepQuantifiers),
  of: composed(ofHome(['step', 'hit', 'session'])),
});
const hitCondition = composed(
  fc.oneof(
    { weight: 5, arbitrary: ofHome(['hit', 'session', 'step']) },
    { weight: 1, arbitrary: stepLeaf },
  ),
);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  eventLeaf,
  fc.record({ op: fc.constant('hit' as const), of: hitCondition }),
);
const within = fc.oneof(
  fc.record({ ms: fc.constantFrom(1, 60_000, 1_800_000, 5_400_000) }),
  fc.record({ hits: fc.integer({ min: 1, max: 4 }) }),
);
const sequence: fc.Arbitrary<Condition> = fc
  .record({
    first: happening,
    rest: fc.array(fc.record({ of: happening, within: maybe(within) }), {
      minLength: 1,
      maxLength: 2,
    }),
    isNot: fc.boolean(),
  })
  .map(({ first, rest, isNot }) => ({
    op: 'sequence',
    stages: [
      { of: first },
      ...rest.map(({ of, within: limit }, index) => ({
        of,
        ...(isNot && index === rest.length - 1 ? { not: true as const } : {}),
        ...(limit === undefined ? {} : { within: limit }),
      })),
    ],
  }));

/** Conditions of the scope of a session that the tables can answer. */
export const randomCondition: fc.Arbitrary<Condition> = composed(
  fc.oneof(
    { weight: 10, arbitrary: fieldTest as fc.Arbitrary<Condition> },
    {
      weight: 2,
      arbitrary: fc.record({
        op: fc.constant('hits' as const),
        which: fc.constantFrom(...hitQuantifiers),
        of: hitCondition,
      }),
    },
    { weight: 1, arbitrary: stepLeaf },
    { weight: 1, arbitrary: eventLeaf },
    {
      weight: 1,
      arbitrary: fc.record({
        op: fc.constant('count' as const),
        of: happening,
        compare: fc.constantFrom(...comparisons),
        value: fc.integer({ min: 0, max: 3 }),
      }),
    },
    { weight: 1, arbitrary: sequence },
  ),
);

/** Conditions that can be asked of each hit. */
export const randomHitCondition: fc.Arbitrary<Condition> = composed(
  ofHome(['hit', 'session', 'step']),
);
