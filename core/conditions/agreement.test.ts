/** What the predicate says of a session, SQL says of its rows. `CONDITION_RUNS` conditions of each scope (10,000), from `CONDITION_SEED`. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Condition } from '../contract/condition.ts';
import { compilePredicate } from './compile-predicate.ts';
import { createMatcher } from './matcher.ts';
import { parseCondition } from './parse.ts';
import { printCondition } from './print.ts';
import {
  type ConditionTablesHandle,
  openConditionTables,
  type StoredConditionSession,
} from './testing/condition-tables.ts';
import { heldBy } from './testing/held.ts';
import {
  randomCondition,
  randomHitCondition,
  randomSessions,
} from './testing/random-conditions.ts';

const runs = Number(process.env.CONDITION_RUNS ?? 10_000);
const seed = Number(process.env.CONDITION_SEED ?? 20_261_122);
const timeoutMs = 60_000 + 100 * runs;
const timeZone = 'Europe/Berlin';

let sessions: StoredConditionSession[];
let tables: ConditionTablesHandle;

beforeAll(async () => {
  sessions = randomSessions(seed, 120);
  tables = await openConditionTables(sessions, timeZone);
});
afterAll(() => tables.close());

test(
  `predicate and SQL agree (seed ${seed})`,
  async () => {
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
  },
  timeoutMs,
);

test(`many definitions together say of each hit what each says alone of the session (seed ${seed})`, () => {
  const definitions = fc
    .sample(randomHitCondition, { seed, numRuns: runs })
    .map((condition, id) => ({ id, condition }));
  const matcher = createMatcher(definitions, 'hit', { timeZone });
  /** The same asked of a whole session, which goes past all that a matcher does to save work. */
  const alone = [1, 2, 3, 4, 5, 6].map((number) =>
    definitions.map(({ condition }) => {
      const place: Condition = { op: '=', field: 'hit.number', value: number };
      const of: Condition = { op: 'and', of: [place, condition] };
      return compilePredicate({ op: 'hits', which: 'any', of }, { timeZone });
    }),
  );
  for (const session of sessions.slice(0, 20)) {
    for (const [index, hit] of session.hits.entries()) {
      const expected = definitions.filter(({ id }) => alone[index]?.[id]?.(session));
      const found = heldBy(matcher, { session, hit, hitNumber: index + 1 });
      expect(found).toEqual(expected.map(({ id }) => id));
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
