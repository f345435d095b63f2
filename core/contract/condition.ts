/**
 * A condition: the one language of events, alerts, labels, exclusions, funnel stages, search and filters, as a tree.
 * Its text form is read by `core/conditions/parse.ts`; what it means is in docs/conditions.md.
 */
import { z } from 'zod';

/** What one condition may hold at the most. Lengths count UTF-16 units. */
export const conditionLimits = {
  textLengthMax: 10_000,
  depthMax: 50,
  nodesMax: 1_000,
  valueLengthMax: 2_048,
  patternLengthMax: 512,
  eventNameLengthMax: 128,
  fieldLengthMax: 160,
  stagesMax: 10,
  withinMsMax: 31 * 24 * 60 * 60 * 1000,
  withinHitsMax: 10_000,
  countMax: 1_000_000,
} as const;

export const comparisons = ['=', '!=', '<', '<=', '>', '>='] as const;
export type Comparison = (typeof comparisons)[number];

export const textOperators = ['contains', 'starts with', 'ends with', 'matches'] as const;
export type TextOperator = (typeof textOperators)[number];

/** A text, a number (durations in milliseconds), a truth, or a time as it was written, such as `2026-11-21T10:30`. */
export type ConditionValue = string | number | boolean;

/** One field against values. Text is compared without regard to case, unless `exact`. */
export type FieldTest =
  | { op: Comparison; field: string; value: ConditionValue; exact?: true | undefined }
  | { op: TextOperator; field: string; value: string; exact?: true | undefined }
  | { op: 'in'; field: string; values: ConditionValue[]; exact?: true | undefined }
  | { op: 'between'; field: string; from: ConditionValue; to: ConditionValue }
  | { op: 'exists'; field: string }
  | { op: 'is empty'; field: string };

/** An occurrence of an event; `with` asks for its value (`event.value`) or its text (`event.text`). */
export interface EventCondition {
  op: 'event';
  name: string;
  with?: FieldTest | undefined;
}

/** Something that happens at a place of the session: an event, or a hit that meets a condition. */
export type Happening = EventCondition | { op: 'hit'; of: Condition };

/** The greatest distance to what happened before: in time, or in hits. */
export type Within = { ms: number } | { hits: number };

/** The first stage is just there; each further one comes after the one before, or (`not`, last only) does not come. */
export interface SequenceStage {
  of: Happening;
  not?: true | undefined;
  within?: Within | undefined;
}

export interface CountCondition {
  op: 'count';
  of: Happening;
  compare: Comparison;
  value: number;
}

export interface SequenceCondition {
  op: 'sequence';
  stages: SequenceStage[];
}

export const hitQuantifiers = ['any', 'every', 'no', 'first', 'last'] as const;
export const stepQuantifiers = ['any', 'every', 'no'] as const;

/** Which hits of a session, or steps of a hit, have to meet a condition. */
export type Quantified =
  | { op: 'hits'; which: (typeof hitQuantifiers)[number]; of: Condition }
  | { op: 'steps'; which: (typeof stepQuantifiers)[number]; of: Condition };

/**
 * Sessions that go by a name, in searches only: those of a label, or those that an alert named when it fired. Search
 * puts what the name stands for in its place.
 */
export interface NamedSessions {
  op: 'label' | 'alert';
  name: string;
}

export type Condition =
  | { op: 'and' | 'or'; of: Condition[] }
  | { op: 'not'; of: Condition }
  | FieldTest
  | Quantified
  | EventCondition
  | CountCondition
  | SequenceCondition
  | NamedSessions;

const { valueLengthMax, nodesMax, fieldLengthMax, stagesMax } = conditionLimits;
const text = z
  .string()
  .max(valueLengthMax)
  .refine(isPlainText, 'holds a NUL or half a surrogate pair');
const field = z.string().min(1).max(fieldLengthMax).refine(isPlainText, 'is no name of a field');
const number = z.number().transform((value) => (value === 0 ? 0 : value));
const value = z.union([text, number, z.boolean()]);
const exact = z.literal(true).optional();

const fieldTestSchema = z.discriminatedUnion('op', [
  z.strictObject({ op: z.enum(comparisons), field, value, exact }),
  z.strictObject({ op: z.enum(textOperators), field, value: text, exact }),
  z.strictObject({
    op: z.literal('in'),
    field,
    values: z.array(value).min(1).max(nodesMax),
    exact,
  }),
  z.strictObject({ op: z.literal('between'), field, from: value, to: value }),
  z.strictObject({ op: z.literal('exists'), field }),
  z.strictObject({ op: z.literal('is empty'), field }),
]);

const eventSchema = z.strictObject({
  op: z.literal('event'),
  name: text.min(1).max(conditionLimits.eventNameLengthMax),
  with: fieldTestSchema.optional(),
});

const nodeSchema: z.ZodType<Condition> = z.lazy(() => treeSchema);
const happeningSchema = z.discriminatedUnion('op', [
  eventSchema,
  z.strictObject({ op: z.literal('hit'), of: nodeSchema }),
]);

const stageSchema = z.strictObject({
  of: happeningSchema,
  not: z.literal(true).optional(),
  within: z
    .union([
      z.strictObject({ ms: z.int().min(1).max(conditionLimits.withinMsMax) }),
      z.strictObject({ hits: z.int().min(1).max(conditionLimits.withinHitsMax) }),
    ])
    .optional(),
});

const stagesSchema = z
  .array(stageSchema)
  .min(2)
  .max(stagesMax)
  .refine(
    ([first]) => first?.not === undefined && first?.within === undefined,
    'the first stage is neither "not" nor "within" anything',
  )
  .refine(
    (stages) => stages.slice(0, -1).every((stage) => stage.not === undefined),
    '"then not" can only be the end of a sequence',
  );

const treeSchema = z.discriminatedUnion('op', [
  z.strictObject({ op: z.enum(['and', 'or']), of: z.array(nodeSchema).min(2).max(nodesMax) }),
  z.strictObject({ op: z.literal('not'), of: nodeSchema }),
  fieldTestSchema,
  z.strictObject({ op: z.literal('hits'), which: z.enum(hitQuantifiers), of: nodeSchema }),
  z.strictObject({ op: z.literal('steps'), which: z.enum(stepQuantifiers), of: nodeSchema }),
  eventSchema,
  z.strictObject({
    op: z.literal('count'),
    of: happeningSchema,
    compare: z.enum(comparisons),
    value: z.int().min(0).max(conditionLimits.countMax),
  }),
  z.strictObject({ op: z.literal('sequence'), stages: stagesSchema }),
  z.strictObject({
    op: z.enum(['label', 'alert']),
    name: text.min(1).max(conditionLimits.eventNameLengthMax),
  }),
]);

/**
 * A condition in JSON. Its size is looked at before its shape, so that no depth of nesting reaches what recurses.
 * Whether its fields exist and can be compared so is said by `core/conditions/check-condition.ts`.
 */
export const conditionSchema = z
  .unknown()
  .superRefine((given, context) => {
    const said = sizeFault(given);
    if (said !== undefined) context.addIssue({ code: 'custom', message: said });
  })
  .pipe(nodeSchema);

/** Says what is too large in a tree, or nothing. Goes through it without recursion. */
function sizeFault(given: unknown): string | undefined {
  const { depthMax } = conditionLimits;
  const waiting: { node: unknown; depth: number }[] = [{ node: given, depth: 1 }];
  let nodes = 0;
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    const { node, depth } = one;
    if (typeof node !== 'object' || node === null) continue;
    const isNode = !Array.isArray(node) && 'op' in node;
    if (isNode) nodes += 1;
    if (depth > depthMax) return `is nested more than ${depthMax} levels deep`;
    for (const child of Object.values(node)) {
      if (typeof child === 'object') waiting.push({ node: child, depth: depth + (isNode ? 1 : 0) });
      else if (Array.isArray(node)) nodes += 1;
      if (waiting.length > 100 * nodesMax) return 'is too large';
    }
    if (nodes > nodesMax) return `has more than ${nodesMax} parts; split it into several events`;
  }
  return undefined;
}

/** True for text that every store keeps as it is: no NUL, no half of a surrogate pair. */
export function isPlainText(given: string): boolean {
  return !given.includes('\0') && !/\p{Surrogate}/u.test(given);
}
