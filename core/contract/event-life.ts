/**
 * The life of an event definition: drafted, tried over the past, published as part of a set, changed, rolled back,
 * deleted, and run over the past (backfilled). Days are of the dataset's time zone; an end is exclusive.
 */
import { z } from 'zod';
import { conditionLimits } from './condition.ts';
import { dateSchema } from './date-range.ts';
import {
  eventDefinitionSchema,
  eventLimits,
  eventSetSchema,
  eventTriggers,
  hitAttributeSchema,
} from './event.ts';

export const eventLifeLimits = {
  /** Changes that one answer lists. */
  changesMax: 500,
  /** Sessions that a dry run names; it counts all. */
  sessionsListed: 100,
  /** Faults that a dry run describes; it counts all. */
  faultsListed: 20,
  /** Dry runs that wait or run at the same time, and results that are kept. */
  dryRunsWaiting: 8,
  dryRunsKept: 50,
  /** Backfills of a dataset that wait or run at the same time. */
  backfillsWaiting: 100,
} as const;

/** Who changed something: the command line, or a program that asked the API; `canister` is the program itself. */
export const authors = ['cli', 'api', 'canister'] as const;
export type Author = (typeof authors)[number];
const author = z.enum(authors);

export const draftKinds = ['event', 'attribute'] as const;
export type DraftKind = (typeof draftKinds)[number];

/**
 * - `draft`: never published, or not any more
 * - `published`: as it is published
 * - `changed`: published, and changed since
 */
export const draftStates = ['draft', 'published', 'changed'] as const;

const draft = z.object({
  /** Counts up with each saving; send it back as `If-Match` so that no change of others is overwritten. */
  revision: z.int(),
  state: z.enum(draftStates),
  changedAt: z.int(),
  author,
});
export const eventDraftSchema = draft.extend({ definition: eventDefinitionSchema });
export const attributeDraftSchema = draft.extend({ definition: hitAttributeSchema });

/** Everything that is worked on, in the order of evaluation. `version` is the set in force; 0 are the standard events. */
export const eventListSchema = z.object({
  version: z.int(),
  events: z.array(eventDraftSchema),
  attributes: z.array(attributeDraftSchema),
});

export const changeActions = [
  'saved',
  'deleted',
  'ordered',
  'published',
  'rolled_back',
  'facts_removed',
] as const;

/** One thing that was done. `version` is the set that was published with it. */
export const eventChangeSchema = z.object({
  number: z.int(),
  at: z.int(),
  author,
  action: z.enum(changeActions),
  kind: z.enum([...draftKinds, 'set']),
  name: z.string().optional(),
  version: z.int().optional(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});

/** What differs between two sets: definitions that came, went, or have other fields; and those that changed places. */
export const setDiffSchema = z.object({
  from: z.string(),
  to: z.string(),
  changes: z.array(
    z.object({
      kind: z.enum(draftKinds),
      name: z.string(),
      change: z.enum(['added', 'removed', 'changed', 'moved']),
      /** Absent values were not there before, or are not there after. */
      fields: z.array(
        z.object({
          field: z.string(),
          before: z.unknown().optional(),
          after: z.unknown().optional(),
        }),
      ),
    }),
  ),
});

/** A published set in short. */
export const setSummarySchema = z.object({
  version: z.int(),
  publishedAt: z.int(),
  author,
  events: z.int(),
  attributes: z.int(),
});
export const publishedSetSchema = setSummarySchema.omit({ events: true, attributes: true }).extend({
  set: eventSetSchema,
});

const names = z.array(z.string().min(1).max(eventLimits.nameLengthMax));

/**
 * What goes into the next set: the drafts of these events and attributes; without both, all drafts. Attributes that a
 * named event uses go with it.
 */
export const publishInputSchema = z.object({
  events: names.max(eventLimits.definitionsMax).optional(),
  attributes: names.max(eventLimits.attributesMax).optional(),
});

/** Back to what was published: the whole set of that version, or one event of it. */
export const rollbackInputSchema = z.object({
  version: z.int().min(0),
  event: z.string().min(1).max(eventLimits.nameLengthMax).optional(),
});

export const orderInputSchema = z.object({ events: names.max(eventLimits.definitionsMax) });

const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');
export const deleteQuerySchema = z.object({
  /** Delete the events that need this one as well. */
  dependents: flag,
  /** Take its past facts away as well. */
  facts: flag,
});

export const deleteResultSchema = z.object({
  deleted: names,
  /** The set that was published without them, where they were published. */
  version: z.int().optional(),
});

/** A condition as somebody writes it, to be looked at while it is written; without a trigger it is one of a search. */
export const conditionCheckSchema = z.object({
  condition: z.string().max(conditionLimits.textLengthMax),
  trigger: z.enum(eventTriggers).optional(),
});
export const conditionVerdictSchema = z.object({
  valid: z.boolean(),
  /** How the program would write it. */
  text: z.string().optional(),
  fault: z
    .object({
      message: z.string(),
      /** Where in the text, from 0, in UTF-16 units; absent where it concerns the whole. */
      at: z.int().optional(),
    })
    .optional(),
});

/** What may stand in a condition, for completion. */
export const completionSchema = z.object({
  fields: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      home: z.string(),
      meaning: z.string(),
      list: z.boolean(),
      masked: z.boolean(),
      inTables: z.boolean(),
    }),
  ),
  operators: z.array(z.string()),
  events: names,
  hitAttributes: z.array(z.object({ name: z.string(), home: z.enum(['hit', 'step']) })),
  sessionAttributes: z.array(z.string()),
});

const range = z.object({ from: dateSchema.optional(), to: dateSchema.optional() });
const hasOrder = ({ from, to }: z.infer<typeof range>) =>
  from === undefined || to === undefined || from < to;
const orderSays = { error: 'must begin before it ends (to is exclusive)', path: ['from'] };

/** Sessions that began in these days; without them, all there are. `definition` is tried instead of the draft. */
export const dryRunInputSchema = range
  .extend({
    event: z.string().min(1).max(eventLimits.nameLengthMax),
    definition: eventDefinitionSchema.optional(),
  })
  .refine(hasOrder, orderSays);

export const backfillInputSchema = range
  .extend({ event: z.string().min(1).max(eventLimits.nameLengthMax) })
  .refine(hasOrder, orderSays);

export const jobStates = ['waiting', 'running', 'done', 'cancelled', 'failed'] as const;
export type JobState = (typeof jobStates)[number];

const job = range.extend({
  number: z.int(),
  event: z.string(),
  state: z.enum(jobStates),
  /** Why it failed. */
  reason: z.string().optional(),
  sessionsTotal: z.int(),
  sessionsDone: z.int(),
  /** Stored sessions whose record does not open: they are left out. */
  unreadable: z.int(),
});

const someSessions = z.object({
  count: z.int(),
  /** The first ones, in the order of their end. */
  sessions: z.array(z.string()),
});

/** How often an event would have fired. `gained` and `lost` are against the published definition of the same name. */
export const dryRunSchema = job.extend({
  occurrences: z.int(),
  fired: someSessions,
  published: z
    .object({
      version: z.int(),
      occurrences: z.int(),
      sessions: z.int(),
      gained: someSessions,
      lost: someSessions,
    })
    .optional(),
  faultCount: z.int(),
  faults: z.array(
    z.object({ session: z.string(), hitNumber: z.int(), event: z.string(), reason: z.string() }),
  ),
});

/** An event run over the past. `facts` are the rows that it has now by this backfill. */
export const backfillSchema = job.extend({
  version: z.int(),
  requestedAt: z.int(),
  changedAt: z.int(),
  sessionsFired: z.int(),
  facts: z.int(),
});

/**
 * Whether a published event has been run over the past as it is in force:
 * - `none`: no stored session began before it was published as it is
 * - `open`: it was not, or not over all days
 * - `under_way`, `done`: by a backfill over all days
 */
export const pastStates = ['none', 'open', 'under_way', 'done'] as const;

/** An event before it was published as it is. A backfill over all days reads all stored sessions. */
export const eventPastSchema = z.object({
  event: z.string(),
  state: z.enum(pastStates),
  /** When it came into force as it is, and the set that it came with; absent for one that has always been there. */
  publishedAt: z.int().optional(),
  version: z.int().optional(),
  storedSessions: z.int(),
  /** When the first stored session began. */
  storedSince: z.int().optional(),
});

export type EventPast = z.infer<typeof eventPastSchema>;
export type EventDraft = z.infer<typeof eventDraftSchema>;
export type AttributeDraft = z.infer<typeof attributeDraftSchema>;
export type EventList = z.infer<typeof eventListSchema>;
export type EventChange = z.infer<typeof eventChangeSchema>;
export type SetDiff = z.infer<typeof setDiffSchema>;
export type SetSummary = z.infer<typeof setSummarySchema>;
export type PublishedSet = z.infer<typeof publishedSetSchema>;
export type PublishInput = z.infer<typeof publishInputSchema>;
export type DeleteResult = z.infer<typeof deleteResultSchema>;
export type Completion = z.infer<typeof completionSchema>;
export type ConditionVerdict = z.infer<typeof conditionVerdictSchema>;
export type DryRun = z.infer<typeof dryRunSchema>;
export type Backfill = z.infer<typeof backfillSchema>;
