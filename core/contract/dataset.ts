/** A dataset: one analysed site, with its settings, its raw data and what is derived from it. */
import { z } from 'zod';
import { hitRulesSchema } from './hit-rules.ts';
import { maskingRulesSchema } from './masking.ts';
import { indexRulesSchema } from './search.ts';
import { sessionRulesSchema } from './session-rules.ts';
import { retentionRulesSchema } from './upkeep.ts';

/** The slug names the dataset's folder, so it is kept to what every file system takes. */
export const datasetSlugSchema = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/,
    'use 1 to 40 of a-z, 0-9 and -, not starting or ending with -',
  );

export const timeZoneSchema = z
  .string()
  .min(1)
  .max(64)
  .refine(isTimeZone, 'is not a known time zone, such as Europe/Berlin');

const hostSchema = z
  .string()
  .min(1)
  .max(253)
  .regex(
    /^(\*\.)?[a-z0-9.-]+(:\d{1,5})?$/,
    'is not a host name, such as www.shop.example or *.shop.example',
  );

export const datasetLimits = {
  nameLengthMax: 120,
  hostsMax: 100,
} as const;

const nameSchema = z.string().trim().min(1).max(datasetLimits.nameLengthMax);
const hostsSchema = z.array(hostSchema).max(datasetLimits.hostsMax);

/**
 * What may be set when a dataset is made.
 * `hosts` lists the hosts whose hits are taken; an empty list takes all.
 */
export const datasetInputSchema = z.object({
  slug: datasetSlugSchema,
  name: nameSchema.optional(),
  timeZone: timeZoneSchema.default('UTC'),
  hosts: hostsSchema.default([]),
  idleTimeoutMs: sessionRulesSchema.shape.idleTimeoutMs.default(30 * 60 * 1000),
  cutAtMidnight: z.boolean().default(false),
  cutOnNewCampaign: z.boolean().default(false),
});

/** What of it may be set anew at any time, besides its rules. */
export const datasetChangeSchema = z.object({
  name: nameSchema,
  timeZone: timeZoneSchema,
  hosts: hostsSchema,
});

export const datasetSchema = retentionRulesSchema.extend({
  slug: datasetSlugSchema,
  name: z.string(),
  timeZone: z.string(),
  hosts: z.array(z.string()),
  idleTimeoutMs: z.int(),
  /** What ends its sessions in place of its own idle timeout, where the server has one for all datasets. */
  idleTimeoutMsInForce: z.int().optional(),
  cutAtMidnight: z.boolean(),
  cutOnNewCampaign: z.boolean(),
  /** What is made of its hits; absent where nobody has set rules. */
  hitRules: hitRulesSchema.optional(),
  /** What the session index holds; absent where nothing is indexed. */
  index: indexRulesSchema.optional(),
  /** What is masked besides what always is. */
  masking: maskingRulesSchema.optional(),
  writeKey: z.string(),
  createdAt: z.int(),
});

export type DatasetChange = z.infer<typeof datasetChangeSchema>;
export type DatasetInput = z.input<typeof datasetInputSchema>;
export type Dataset = z.infer<typeof datasetSchema>;

/** A dataset as collectors know it: found by its write key. `addressSecret` keys the hash of client addresses. */
export interface DatasetEntry {
  slug: string;
  writeKey: string;
  hosts: string[];
  addressSecret: string;
  /** Names whose values are masked besides those that always are. */
  maskedNames?: readonly string[];
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
