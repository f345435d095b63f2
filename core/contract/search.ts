/**
 * Session search: a condition asked of all sessions of a dataset, active and ended, and the answer. Also the index that
 * search looks things up in: which fields it holds, and how far it is.
 */
import { z } from 'zod';
import { conditionLimits, conditionSchema } from './condition.ts';
import { dateSchema } from './date-range.ts';
import { definitionNameSchema } from './definition-name.ts';
import { labelSchema } from './label.ts';
import { sessionSchema, technologySchema } from './session.ts';

export const searchLimits = {
  sessionsPerPageMax: 200,
  latestMinutesMax: 31 * 24 * 60,
  /** How many sessions are read whole to answer what neither tables nor index can answer alone. */
  readSessionsMax: 2_000,
  highlightsPerSessionMax: 8,
  excerptLengthMax: 160,
  facetValuesMax: 8,
  deadlineMs: 20_000,
} as const;

export const indexLimits = {
  fieldsMax: 32,
  /** More different values than this are not looked through one by one. */
  valuesScannedMax: 50_000,
  /** More sessions than this are not named by the index: they are too many to be looked up. */
  sessionsFoundMax: 100_000,
} as const;

const cursor = z.string().regex(/^\d{1,15}\.[0-9a-f]{32}$/, 'is no cursor of an answer');

/**
 * `condition` is the text form, or the tree. `from` and `to` are days of the dataset's time zone, `to` exclusive: a
 * session counts where it starts, as in reports. `latestMinutes`: its last hit is at most so long ago, by the clock.
 */
export const searchRequestSchema = z
  .strictObject({
    condition: z.union([z.string().max(conditionLimits.textLengthMax), conditionSchema]),
    from: dateSchema.optional(),
    to: dateSchema.optional(),
    latestMinutes: z.int().min(1).max(searchLimits.latestMinutesMax).optional(),
    limit: z.int().min(0).max(searchLimits.sessionsPerPageMax).default(50),
    cursor: cursor.optional(),
    facets: z.boolean().default(false),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
    message: 'must begin before it ends (to is exclusive)',
    path: ['from'],
  });

/**
 * Why a session was found. `hit` is the place of the hit, from 1; absent for what belongs to the whole session. The
 * part of `text` from `start` to `end` is what was asked for; both are absent where that is no piece of text.
 */
export const highlightSchema = z.object({
  field: z.string(),
  hit: z.int().optional(),
  text: z.string(),
  start: z.int().optional(),
  end: z.int().optional(),
});

/** A found session in short. `endReason` is absent while it is active. */
export const foundSessionSchema = z.object({
  id: sessionSchema.shape.id,
  active: z.boolean(),
  startedAt: z.int(),
  endedAt: z.int(),
  endReason: z.string().optional(),
  hits: z.int(),
  pageViews: z.int(),
  visitor: z.string(),
  userId: z.string().optional(),
  entryPath: z.string().optional(),
  exitPath: z.string().optional(),
  referrerHost: z.string().optional(),
  source: z.string().optional(),
  country: z.string().optional(),
  technology: technologySchema,
  highlights: z.array(highlightSchema),
});

export const facetFields = [
  'browser',
  'system',
  'device.type',
  'country',
  'source',
  'entry.path',
  'session.end_reason',
] as const;
export type FacetField = (typeof facetFields)[number];

/**
 * `sessions` is how many were found in all, `active` of them still take hits. `found` is one page of them, newest start
 * first; `next` is the cursor of the next page. `unindexed` stored sessions are not in the index yet: what only the
 * index can answer is not found in them.
 */
export const searchAnswerSchema = z.object({
  condition: z.string(),
  sessions: z.int(),
  active: z.int(),
  unindexed: z.int(),
  found: z.array(foundSessionSchema),
  next: z.string().optional(),
  facets: z
    .array(
      z.object({
        field: z.enum(facetFields),
        values: z.array(z.object({ value: z.string().nullable(), sessions: z.int() })),
      }),
    )
    .optional(),
  elapsedMs: z.int(),
});

/** The fields that the index holds, as conditions name them. `pageText` adds the text of responses. */
export const indexRulesSchema = z.strictObject({
  fields: z
    .array(z.string().min(1).max(conditionLimits.fieldLengthMax))
    .max(indexLimits.fieldsMax)
    .default([]),
  pageText: z.boolean().default(false),
});

/**
 * `rules` are what is asked for, `serving` what answers now. While they differ, or the index is made anew, `making` says
 * how many stored sessions the new one holds; then it takes the place of the old one.
 */
export const indexStateSchema = z.object({
  rules: indexRulesSchema,
  serving: indexRulesSchema.optional(),
  storedSessions: z.int(),
  indexedSessions: z.int(),
  values: z.int(),
  bytes: z.int(),
  making: z.object({ indexedSessions: z.int() }).optional(),
});

export type SearchRequest = z.output<typeof searchRequestSchema>;
export type SearchRequestInput = z.input<typeof searchRequestSchema>;
export type Highlight = z.infer<typeof highlightSchema>;
export type FoundSession = z.infer<typeof foundSessionSchema>;
export type SearchAnswer = z.infer<typeof searchAnswerSchema>;
export type IndexRules = z.infer<typeof indexRulesSchema>;
export type IndexState = z.infer<typeof indexStateSchema>;

export const savedSearchesMax = 500;

/** Shown in lists, so it is one line of plain signs. */
export const searchNameSchema = z
  .string()
  .trim()
  .min(1)
  .max(120)
  .regex(/^[^\p{C}/]+$/u, 'may not hold control characters or /');

export const savedSearchInputSchema = z.strictObject({
  condition: z.string().min(1).max(conditionLimits.textLengthMax),
  /** A set of sessions that is meant to be used beyond searching. */
  segment: z.boolean().default(false),
});

/** What a label that is made of a saved search is to be; its name is that of the search where none is given. */
export const labelOfSearchSchema = z.strictObject({
  name: definitionNameSchema.optional(),
  colour: labelSchema.shape.colour,
});

export const savedSearchSchema = z.object({
  name: z.string(),
  condition: z.string(),
  segment: z.boolean(),
  savedAt: z.int(),
});

export const savedSearchListSchema = z.object({
  searches: z.array(savedSearchSchema),
  templates: z.array(z.object({ name: z.string(), condition: z.string() })),
});

export type SavedSearch = z.infer<typeof savedSearchSchema>;
export type SavedSearchInput = z.output<typeof savedSearchInputSchema>;
export type SavedSearchList = z.infer<typeof savedSearchListSchema>;
export type SearchTemplate = SavedSearchList['templates'][number];
