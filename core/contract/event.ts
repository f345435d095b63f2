/**
 * Events: a trigger, a condition and actions over the hits of one session. A definition is drafted, dry-run, published
 * and kept with its history; the published definitions of a dataset, in their order, are its event set.
 */
import { z } from 'zod';
import { conditionLimits } from './condition.ts';

export const eventLimits = {
  definitionsMax: 2_000,
  nameLengthMax: conditionLimits.eventNameLengthMax,
  descriptionLengthMax: 1_000,
  actionsMax: 16,
  dimensionsMax: 8,
  attributesMax: 500,
  markerLengthMax: 256,
  /** Texts that an event records, and session attributes, are cut at this length. */
  valueLengthMax: 255,
  sessionAttributesMax: 64,
  dimensionListMax: 50_000,
  /** How many different values a dimension may have in an hour before the rest is `[Limit]`. */
  dimensionValuesPerHourMax: 1_000,
  /** Occurrences of one event that one session keeps; more are counted, not kept. */
  occurrencesPerSessionMax: 2_048,
  /** How many facts of all events one session keeps; more fire, but are not kept. */
  factsPerSessionMax: 10_000,
  /** How many failures of definitions one session keeps. */
  faultsPerSessionMax: 100,
} as const;

/** When an event is evaluated, in the order of evaluation. */
export const eventTriggers = [
  'first_hit',
  'every_hit',
  'every_step',
  'after_every_step',
  'after_every_hit',
  'last_hit',
  'session_end',
] as const;
export type EventTrigger = (typeof eventTriggers)[number];

const name = z
  .string()
  .trim()
  .min(1)
  .max(eventLimits.nameLengthMax)
  .regex(/^[^"\p{Cc}\p{Cs}]+$/u, 'may not hold quotes, control characters or half characters');
const attributeName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/,
    'is a name such as order_total: letters, digits, _ . and -, beginning with a letter, at most 64',
  )
  // Values are kept under these names in plain objects, which have some of their own.
  .refine((name) => !(name in Object.prototype), 'is a name that is taken, such as constructor');

/**
 * Where a value comes from: a field of the condition language (`response.status`, `attribute.total`, `event.value` of
 * another event is not among them), a hit or step attribute by its name, or a fixed value.
 */
export const valueSourceSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('field'),
    field: z.string().min(1).max(conditionLimits.fieldLengthMax),
  }),
  z.object({ kind: z.literal('hit_attribute'), name: attributeName }),
  z.object({ kind: z.literal('step_attribute'), name: attributeName }),
  z.object({
    kind: z.literal('fixed'),
    value: z.union([z.string().max(eventLimits.valueLengthMax), z.number()]),
  }),
]);

/**
 * Takes a value out of a request or response, or out of a step (`part`: its value or its target). `between`: text between two markers (no end marker: the start marker
 * itself when it is there); `pattern`: the first group of a pattern (RE2), or all of it; `selector`: text of HTML
 * elements (or one of their attributes); `pointer`: a JSON pointer; `query`, `form`, `header`: by name.
 */
export const hitAttributeSchema = z.object({
  name: attributeName,
  home: z.enum(['hit', 'step']).default('hit'),
  side: z.enum(['request', 'response']).default('response'),
  /** Of a step attribute: which text of the step it looks at. */
  part: z.enum(['value', 'target']).default('value'),
  take: z.discriminatedUnion('by', [
    z.object({
      by: z.literal('between'),
      start: z.string().min(1).max(eventLimits.markerLengthMax),
      end: z.string().max(eventLimits.markerLengthMax).optional(),
    }),
    z.object({
      by: z.literal('pattern'),
      pattern: z.string().min(1).max(conditionLimits.patternLengthMax),
    }),
    z.object({
      by: z.literal('selector'),
      selector: z.string().min(1).max(eventLimits.markerLengthMax),
      attribute: z.string().max(64).optional(),
    }),
    z.object({ by: z.literal('pointer'), pointer: z.string().max(eventLimits.markerLengthMax) }),
    z.object({ by: z.literal('query'), name: z.string().min(1).max(128) }),
    z.object({ by: z.literal('form'), name: z.string().min(1).max(128) }),
    z.object({ by: z.literal('header'), name: z.string().min(1).max(128) }),
  ]),
  occurrence: z.enum(['first', 'all']).default('first'),
  /** Upper and lower case are the same in markers and patterns, unless this is set. */
  exact: z.boolean().default(false),
  type: z.enum(['text', 'number']).default('text'),
  /** Its values never leave the engine: conditions may use them, nothing records them. */
  masked: z.boolean().default(false),
});

/** Text that an event reports with each occurrence, to break it down by. */
export const eventDimensionSchema = z.object({
  name: attributeName,
  from: valueSourceSchema,
  /** Only these values (compared without case) are reported, others are `[Others]`. */
  allow: z
    .array(z.string().max(eventLimits.valueLengthMax))
    .max(eventLimits.dimensionListMax)
    .optional(),
  /** These values are `[Others]`. */
  block: z
    .array(z.string().max(eventLimits.valueLengthMax))
    .max(eventLimits.dimensionListMax)
    .optional(),
  /** Many values → one: value (without case) → group. */
  groups: z.record(z.string(), z.string().max(eventLimits.valueLengthMax)).optional(),
  valuesPerHourMax: z
    .int()
    .min(1)
    .max(eventLimits.dimensionListMax)
    .default(eventLimits.dimensionValuesPerHourMax),
});

/** What an event does beside being recorded. */
export const eventActionSchema = z.discriminatedUnion('do', [
  z.object({ do: z.literal('set_attribute'), attribute: attributeName, from: valueSourceSchema }),
  z.object({
    do: z.literal('add_to_counter'),
    counter: attributeName,
    from: valueSourceSchema.optional(),
  }),
  z.object({ do: z.literal('close_session') }),
  z.object({ do: z.literal('discard_session') }),
  z.object({ do: z.literal('change_timeout'), idleTimeoutMs: z.int().min(1_000).max(86_400_000) }),
  z.object({
    do: z.literal('raise_alert'),
    severity: z.enum(['notice', 'warning', 'critical']).default('warning'),
  }),
]);

/**
 * - `condition`: text form of the condition language; it may use events that are evaluated before this one
 * - `track`: which occurrences of a session are recorded
 * - `record`: what each occurrence carries: nothing but its count, a number, or a text
 * - `buildingBlock`: other events may use it; it is not reported
 */
export const eventDefinitionSchema = z.object({
  name,
  description: z.string().max(eventLimits.descriptionLengthMax).default(''),
  trigger: z.enum(eventTriggers),
  condition: z.string().min(1).max(conditionLimits.textLengthMax),
  track: z.enum(['first', 'last', 'every']).default('every'),
  record: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('count') }),
      z.object({ kind: z.literal('number'), from: valueSourceSchema }),
      z.object({ kind: z.literal('text'), from: valueSourceSchema }),
    ])
    .default({ kind: 'count' }),
  dimensions: z.array(eventDimensionSchema).max(eventLimits.dimensionsMax).default([]),
  actions: z.array(eventActionSchema).max(eventLimits.actionsMax).default([]),
  buildingBlock: z.boolean().default(false),
  active: z.boolean().default(true),
});

/** All published definitions of a dataset at one time, in the order of evaluation within a trigger. Immutable. */
export const eventSetSchema = z.object({
  version: z.int(),
  attributes: z.array(hitAttributeSchema).max(eventLimits.attributesMax),
  events: z.array(eventDefinitionSchema).max(eventLimits.definitionsMax),
});

/**
 * A fact: one recorded occurrence of an event. `number` counts the firings of the session from 1, over all events;
 * `hitNumber` is the place of its hit, from 1.
 */
export const factSchema = z.object({
  event: z.string(),
  number: z.int(),
  hitNumber: z.int(),
  hitId: z.string().optional(),
  at: z.int(),
  valueNumber: z.number().optional(),
  valueText: z.string().optional(),
  dimensions: z.record(z.string(), z.string()).optional(),
  alert: z.enum(['notice', 'warning', 'critical']).optional(),
  /** The event is there for other events only. */
  buildingBlock: z.literal(true).optional(),
  /** A backfill recorded it, by the set of this version; all others are by the version of their session. */
  backfilled: z.literal(true).optional(),
  version: z.int().optional(),
});

/** A definition that failed on one hit: it was set aside for that hit, and everything else went on. */
export const eventFaultSchema = z.object({
  event: z.string(),
  hitNumber: z.int(),
  reason: z.string(),
});

export type EventDefinition = z.infer<typeof eventDefinitionSchema>;
export type EventDefinitionInput = z.input<typeof eventDefinitionSchema>;
export type EventDimension = z.infer<typeof eventDimensionSchema>;
export type EventAction = z.infer<typeof eventActionSchema>;
export type HitAttribute = z.infer<typeof hitAttributeSchema>;
export type ValueSource = z.infer<typeof valueSourceSchema>;
export type EventSet = z.infer<typeof eventSetSchema>;
export type Fact = z.infer<typeof factSchema>;
export type EventFault = z.infer<typeof eventFaultSchema>;
