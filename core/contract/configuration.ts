/** The configuration of a dataset as one file: what is defined for it, so that it can be kept, compared, and taken elsewhere. */
import { z } from 'zod';
import { alertLimits, alertRuleSchema } from './alert.ts';
import { datasetSchema, datasetSlugSchema } from './dataset.ts';
import { definitionKinds } from './definition.ts';
import { definitionNameSchema } from './definition-name.ts';
import { eventDefinitionSchema, eventLimits, hitAttributeSchema } from './event.ts';
import { savedQueryInputSchema, savedQueryLimits } from './saved-query.ts';
import { savedSearchesMax, savedSearchInputSchema, searchNameSchema } from './search.ts';

/** Rises when a file of before cannot be read as it is any more. */
export const configurationVersion = 1;

const { label, campaign, funnel, goal, page_group, annotation, report } = definitionKinds;

const definitionsSchema = z.strictObject({
  label: z.array(label.schema).max(label.max).default([]),
  campaign: z.array(campaign.schema).max(campaign.max).default([]),
  funnel: z.array(funnel.schema).max(funnel.max).default([]),
  goal: z.array(goal.schema).max(goal.max).default([]),
  page_group: z.array(page_group.schema).max(page_group.max).default([]),
  annotation: z.array(annotation.schema).max(annotation.max).default([]),
  report: z.array(report.schema).max(report.max).default([]),
});

/** Settings that move or remove what is stored, or decide how it is read: an import names them and leaves them. */
const settingsSchema = datasetSchema.pick({
  timeZone: true,
  idleTimeoutMs: true,
  cutAtMidnight: true,
  cutOnNewCampaign: true,
  keepSessionsDays: true,
  keepBytesMax: true,
  keepIndexDays: true,
  keepPublishedDays: true,
  index: true,
  hitRules: true,
});

/** Events and attributes are those that are worked on; an import makes drafts of them. No keys, users or channels. */
export const configurationSchema = z.strictObject({
  canister: z.literal('configuration'),
  version: z.literal(configurationVersion),
  dataset: datasetSlugSchema,
  settings: settingsSchema,
  definitions: definitionsSchema,
  attributes: z.array(hitAttributeSchema).max(eventLimits.attributesMax).default([]),
  events: z.array(eventDefinitionSchema).max(eventLimits.definitionsMax).default([]),
  alerts: z.array(alertRuleSchema).max(alertLimits.rulesMax).default([]),
  searches: z
    .array(savedSearchInputSchema.extend({ name: searchNameSchema }))
    .max(savedSearchesMax)
    .default([]),
  queries: z
    .array(savedQueryInputSchema.extend({ name: definitionNameSchema }))
    .max(savedQueryLimits.queriesMax)
    .default([]),
});

/**
 * `file` is what an export gave. `otherDataset` takes the file of another dataset. `dryRun` only says what would
 * change.
 */
export const configurationImportSchema = z.strictObject({
  file: z.record(z.string(), z.unknown()),
  otherDataset: z.boolean().default(false),
  dryRun: z.boolean().default(false),
});

/** `left`: differs, and `why` says how to set it by hand. What the file does not hold stays as it is and is not listed. */
export const configurationChangeSchema = z.object({
  part: z.string(),
  name: z.string(),
  change: z.enum(['added', 'changed', 'same', 'left']),
  why: z.string().optional(),
});

export const configurationResultSchema = z.object({
  applied: z.boolean(),
  changes: z.array(configurationChangeSchema),
});

export type Configuration = z.output<typeof configurationSchema>;
export type ConfigurationImport = z.output<typeof configurationImportSchema>;
export type ConfigurationChange = z.infer<typeof configurationChangeSchema>;
export type ConfigurationResult = z.infer<typeof configurationResultSchema>;
