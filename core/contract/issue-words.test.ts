import { expect, test } from 'vitest';
import { z } from 'zod';
import { issueWords } from './issue-words.ts';

const number = z.number();
const textOrNode = z.union([z.string(), z.object({ node: z.string() })]);
const mail = z.object({ kind: z.literal('mail') });
const hook = z.object({ kind: z.literal('hook') });
test.each([
  ['above a limit', number.max(10_000), 10_001, 'must be at most 10,000'],
  ['at a limit that is outside', number.lt(5), 5, 'must be less than 5'],
  ['below a limit', z.int().min(2), 1, 'must be at least 2'],
  ['not above nothing', number.positive(), 0, 'must be more than 0'],
  ['too long', z.string().max(3), 'four', 'may have 3 characters at most'],
  ['too short', z.string().min(8), 'short', 'must have 8 characters at least'],
  ['empty', z.string().min(1), '', 'must not be empty'],
  ['too many', z.array(number).max(1), [1, 2], 'may have 1 entry at most'],
  ['none', z.array(number).min(1), [], 'must not be empty'],
  ['not there', z.string(), undefined, 'is missing'],
  ['no number', z.coerce.number(), 'x', 'must be a number'],
  ['no whole number', z.int(), 1.5, 'must be a whole number'],
  ['a text for a switch', z.boolean(), 'yes', 'must be true or false'],
  ['none of a list', z.enum(['a', 'b']), 'c', 'must be one of a, b'],
  ['not the one', z.literal('a'), 'c', 'must be a'],
  ['a field too much', z.strictObject({}), { luck: 1 }, 'there is no "luck" here'],
  ['of another form', z.string().regex(/^a$/), 'b', 'does not have the right form'],
  [
    'of no type that it may have',
    z.union([z.string(), number]),
    true,
    'must be a text, or must be a number',
  ],
  ['of one form, but not whole', textOrNode, {}, 'node: is missing'],
  ['of no kind', z.discriminatedUnion('kind', [mail, hook]), {}, 'must be one of mail, hook'],
  ['refused in own words', z.string().min(1, 'needs a name'), '', 'needs a name'],
  ['refused by a rule', number.refine((one) => one > 3, 'is too little'), 1, 'is too little'],
])('what is %s', (_what, schema, value, words) => {
  const { error } = schema.safeParse(value);
  expect(error?.issues.map(issueWords)).toEqual([words]);
});
