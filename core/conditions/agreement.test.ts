/** What the predicate says of a session, SQL says of its rows. `CONDITION_RUNS` conditions, from `CONDITION_SEED`. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compilePredicate } from './compile-predicate.ts';
import { createMatcher } from './matcher.ts';
import { parseCondition } from './parse.ts';
import { printCondition } from './print.ts';
import {
  type ConditionTablesHandle,
  openConditionTables,
  type StoredConditionSession,
} from './testing/condition-tables.ts';
import {
  randomCondition,
  randomHitCondition,
  randomSessions,
} from './testing/random-conditions.ts';

const runs = Number(process.env.CONDITION_RUNS ?? 300);
const seed = Number(process.env.CONDITION_SEED ?? Math.floor(Math.random() * 2 ** 31));
const timeZone = 'Europe/Berlin';

let sessions: StoredConditionSession[];
let tables: ConditionTablesHandle;

beforeAll(async () => {
  sessions = randomSessions(seed, 120);
  tables = await openConditionTables(sessions, timeZone);
});
afterAll(() => tables.close());

test(`predicate and SQL agree (seed ${seed})`, async () => {
  const conditions = fc.sample(randomCondition, { seed, numRuns: runs });
  let held = 0;
  for (const condition of conditions) {
    const [answer] = await tables.holding([condition]);
    const holds = compilePredicate(condition, { timeZone });
    const wrong = sessions.find((one) => holds(one) !== answer?.has(one.id));
    held += answer?.size ?? 0;
    if (wrong !== undefined) {
      const said = `SQL says ${answer?.has(wrong.id)} for ${printCondition(condition)}`;
      expect.fail(`seed ${seed}: ${said}\n${JSON.stringify(wrong, null, 1)}`);
    }
  }
  // Conditions that never or always hold would agree about nothing.
  const share = held / (conditions.length * sessions.length);
  expect(share).toBeGreaterThan(0.1);
  expect(share).toBeLessThan(0.9);
}, 240_000);

test(`many definitions together say what each says alone (seed ${seed})`, () => {
  const drawn = fc.sample(randomHitCondition, { seed, numRuns: runs });
  const definitions = drawn.map((condition, id) => ({ id, condition }));
  const all = createMatcher(definitions, 'hit', { timeZone });
  const alone = definitions.map((one) => createMatcher([one], 'hit', { timeZone }));
  for (const session of sessions.slice(0, 20)) {
    for (const [index, hit] of session.hits.entries()) {
      const view = { session, hit, hitNumber: index + 1 };
      const expected = alone.flatMap((matcher) => [...matcher.holding(view)]);
      expect([...all.holding(view)]).toEqual(expected);
    }
  }
});

test(`a condition asked of each hit holds where "any hit" says so (seed ${seed})`, () => {
  const drawn = fc
    .sample(randomHitCondition, { seed, numRuns: runs })
    .filter((condition) => !JSON.stringify(condition).includes('"op":"event"'));
  for (const condition of drawn) {
    const matcher = createMatcher([{ id: 0, condition }], 'hit', { timeZone });
    const holds = compilePredicate({ op: 'hits', which: 'any', of: condition }, { timeZone });
    for (const session of sessions.slice(0, 20)) {
      const some = session.hits.some(
        (hit, index) => [...matcher.holding({ session, hit, hitNumber: index + 1 })].length > 0,
      );
      expect(some, printCondition(condition)).toBe(holds(session));
    }
  }
});

test('the text of a condition reads as the same condition', () => {
  fc.assert(
    fc.property(randomCondition, (condition) => {
      expect(parseCondition(printCondition(condition), 'session')).toEqual(condition);
    }),
    { seed, numRuns: runs },
  );
});
