/** Campaigns: tagged or ruled sources with what they cost. */
import { z } from 'zod';
import { conditionLimits } from './condition.ts';
import { dateSchema } from './date-range.ts';
import { definitionNameSchema } from './definition-name.ts';

export const campaignLimits = {
  campaignsMax: 500,
  costFileBytesMax: 3_000_000,
  costRowsMax: 100_000,
  amountMax: 1e9,
  countMax: 1e12,
  columnNameLengthMax: 120,
} as const;

const utmText = z.string().trim().min(1).max(255);

/**
 * A session belongs to the first campaign, in their order, whose `condition` it meets, or all of whose `utm` fields it
 * has (compared without case).
 * @example { name: 'Spring', utm: { source: 'google', campaign: 'spring' } }
 */
export const campaignSchema = z
  .object({
    name: definitionNameSchema,
    condition: z.string().trim().min(1).max(conditionLimits.textLengthMax).optional(),
    utm: z
      .object({
        source: utmText,
        medium: utmText,
        campaign: utmText,
        term: utmText,
        content: utmText,
      })
      .partial()
      .refine((utm) => Object.keys(utm).length > 0, 'names no utm field')
      .optional(),
  })
  .refine(
    ({ condition, utm }) => (condition === undefined) !== (utm === undefined),
    'give either a condition or utm fields',
  );

/** `mapped` files say by name which column holds what; the others are the exports of that name. */
export const costLayouts = ['mapped', 'google_ads', 'microsoft_ads', 'meta'] as const;
export type CostLayout = (typeof costLayouts)[number];

export const costFields = ['day', 'campaign', 'cost', 'clicks', 'impressions', 'currency'] as const;
export type CostField = (typeof costFields)[number];

const columnName = z.string().trim().min(1).max(campaignLimits.columnNameLengthMax);

/**
 * `columns` (of a `mapped` file) gives the head of the column of each field; `day`, `campaign` and `cost` are needed.
 * `currency` is the three-letter code of the costs, where the file does not say it. Costs of the same campaign and day
 * take the place of earlier ones.
 */
export const costImportSchema = z.object({
  layout: z.enum(costLayouts).default('mapped'),
  columns: z.partialRecord(z.enum(costFields), columnName).optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'is no currency code such as EUR')
    .optional(),
  /** The bytes of the file as text. */
  csv: z.string().min(1).max(campaignLimits.costFileBytesMax),
});

/** What a campaign cost on a day. `campaign` is its name in the file: that of a campaign, or of a utm_campaign. */
export const campaignCostSchema = z.object({
  campaign: z.string().min(1).max(255),
  day: dateSchema,
  cost: z.number().min(0).max(campaignLimits.amountMax),
  clicks: z.int().min(0).max(campaignLimits.countMax).nullable(),
  impressions: z.int().min(0).max(campaignLimits.countMax).nullable(),
  currency: z.string(),
});

export const costImportResultSchema = z.object({
  rows: z.int(),
  campaigns: z.array(z.string()),
  from: z.string(),
  to: z.string(),
  cost: z.number(),
  currency: z.string(),
  /** Names of the file that no campaign has: they are matched with utm_campaign itself. */
  unmatched: z.array(z.string()),
});

export type Campaign = z.infer<typeof campaignSchema>;
export type CampaignCost = z.infer<typeof campaignCostSchema>;
export type CostImport = z.infer<typeof costImportSchema>;
export type CostImportResult = z.infer<typeof costImportResultSchema>;
