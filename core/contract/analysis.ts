/** Analyses: the questions that are no plain metrics by dimensions. Each answers in the form of a query. */
import { z } from 'zod';
import { comparisonSchema } from './comparison.ts';
import { conditionLimits } from './condition.ts';
import { dateRangeSchema } from './date-range.ts';
import { definitionNameSchema } from './definition-name.ts';
import { labelLimits } from './label.ts';
import { conditionTextSchema, queryLimits } from './query.ts';
import { webVitalNames } from './web-vital.ts';

export const analysisLimits = {
  boxesMax: 100,
  cohortsMax: 60,
  sameWeekdaysMin: 4,
  sameWeekdaysMax: 16,
} as const;

const common = {
  range: dateRangeSchema,
  robots: z.boolean().default(false),
  seenByTag: z.boolean().default(false),
  condition: conditionTextSchema.optional(),
  labels: z.array(definitionNameSchema).max(labelLimits.besideMax).default([]),
  limit: z.int().min(1).max(queryLimits.rowsMax).default(100),
};
/** Of those whose figures can stand beside the ones of another period. */
const compared = { ...common, comparison: comparisonSchema.optional() };
const page = z.string().min(1).max(2_048);
const dimension = z.enum([
  'path',
  'entry_path',
  'exit_path',
  'channel',
  'referrer',
  'source',
  'medium',
  'campaign',
  'term',
  'browser',
  'system',
  'device',
  'country',
  'network',
  'language',
  'status',
  'event',
]);

/**
 * - `paths`: the pages before and after a page, by clicks, each with its share of the page's views; a page itself
 *   (a reload) and shares under `threshold` are left out; `boxesMax` a side
 * - `navigation`: where people went from a page: clicks to each other page as a share of all clicks to other pages and
 *   exits
 * - `funnel`: the stages of a funnel with what reached them and what went on
 * - `retention`: visitors by the period of their first session, and how many of them came in each period after
 * - `movers`: values of a dimension whose last day of the range departs most from the same weekdays before
 * - `changes`: values whose share of all sessions differs between range and compared period beyond chance
 * - `campaigns`: what campaigns cost and brought
 * - `click_fraud`: signs of worthless clicks, by campaign
 * - `capture_integrity`: what is missing or odd in what was captured, by day
 * - `tag_and_log`: page views that tracker and log both saw, or only one of them, by path or by whom
 * - `web_vitals`: how fast page loads were, by measure, or one measure by path or device
 * - `recorded_events`: what events have recorded by their definitions, or pages have sent
 */
export const analysisSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('paths'),
    ...compared,
    page,
    threshold: z.number().min(0).max(1).default(0.01),
    boxesMax: z.int().min(1).max(analysisLimits.boxesMax).default(15),
  }),
  z.object({ kind: z.literal('navigation'), ...compared, page }),
  z.object({ kind: z.literal('funnel'), ...compared, funnel: definitionNameSchema }),
  z.object({
    kind: z.literal('retention'),
    ...common,
    unit: z.enum(['day', 'week', 'month']).default('week'),
  }),
  z.object({
    kind: z.literal('movers'),
    ...common,
    dimension: dimension.default('path'),
    metric: z.enum(['sessions', 'page_views', 'hits']).default('sessions'),
    sameWeekdays: z
      .int()
      .min(analysisLimits.sameWeekdaysMin)
      .max(analysisLimits.sameWeekdaysMax)
      .default(8),
  }),
  z.object({
    kind: z.literal('changes'),
    ...common,
    dimensions: z
      .array(dimension)
      .min(1)
      .max(8)
      .default(['channel', 'source', 'entry_path', 'path', 'campaign', 'country', 'device']),
    comparison: comparisonSchema.default('previous_period'),
    /** The greatest share of false finds among what is called changed. */
    falseShareMax: z.number().min(0.0001).max(0.5).default(0.05),
  }),
  z.object({
    kind: z.literal('campaigns'),
    ...compared,
    touch: z.enum(['first', 'last']).default('last'),
    goal: definitionNameSchema.optional(),
  }),
  z.object({ kind: z.literal('click_fraud'), ...common }),
  z.object({ kind: z.literal('capture_integrity'), ...common }),
  z.object({
    kind: z.literal('tag_and_log'),
    ...common,
    by: z.enum(['path', 'robot_purpose', 'browser', 'network']).default('path'),
  }),
  z.object({
    kind: z.literal('web_vitals'),
    ...compared,
    by: z.enum(['measure', 'path', 'device']).default('measure'),
    measure: z.enum(webVitalNames).default('lcp'),
  }),
  z.object({
    kind: z.literal('recorded_events'),
    ...common,
    origin: z.enum(['definition', 'page']).default('definition'),
    by: z.enum(['event', 'text', 'dimension']).default('event'),
    /** Names are exact; without one, all events. */
    event: z.string().min(1).max(conditionLimits.eventNameLengthMax).optional(),
    dimension: z.string().min(1).max(conditionLimits.fieldLengthMax).optional(),
  }),
]);

export type Analysis = z.output<typeof analysisSchema>;
export type AnalysisInput = z.input<typeof analysisSchema>;
export type AnalysisKind = Analysis['kind'];
export type AnalysisOf<K extends AnalysisKind> = Extract<Analysis, { kind: K }>;
