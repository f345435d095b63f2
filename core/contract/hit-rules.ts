/**
 * The hit rules of a dataset: what is made of a hit's URL, which channel its session came by, which hits are left out
 * of the figures, and who is a robot. A set of rules has a version; a changed one holds for hits that come from then on.
 */
import { z } from 'zod';

export const hitRuleLimits = {
  parametersMax: 200,
  parameterLengthMax: 128,
  defaultPagesMax: 20,
  defaultPageLengthMax: 64,
  channelsMax: 100,
  exclusionsMax: 100,
  robotsMax: 200,
  nameLengthMax: 80,
  conditionLengthMax: 4_000,
  agentPartLengthMax: 200,
} as const;

/** What a robot is for. */
export const robotPurposes = [
  'search engine',
  'AI training',
  'AI search',
  'AI assistant',
  'link preview',
  'monitoring',
  'SEO tool',
  'feed reader',
  'scanner',
  'archiver',
  'advertising',
  'program',
  'other',
] as const;
export type RobotPurpose = (typeof robotPurposes)[number];

/** What a session does that no person does: each is a rule with this name. */
export const robotBehaviours = ['robots.txt first', 'no assets', 'regular intervals'] as const;
export type RobotBehaviour = (typeof robotBehaviours)[number];

const name = z
  .string()
  .trim()
  .min(1)
  .max(hitRuleLimits.nameLengthMax)
  .regex(/^[^\p{Cc}]*$/u, 'must be one line without control characters');
const parameter = z.string().min(1).max(hitRuleLimits.parameterLengthMax);
const parameters = z.array(parameter).max(hitRuleLimits.parametersMax);
const condition = z.string().trim().min(1).max(hitRuleLimits.conditionLengthMax);

/**
 * - `keepParameters`: all other query parameters are dropped; an empty list drops all
 * - `dropParameters`: these are dropped; `*` at the end stands for anything
 * - `renameParameters`: old name → new name, before the two above look at them
 * - `lowerCasePaths`, `lowerCaseParameters`: names of parameters, and their values stay
 * - `defaultPages`: file names that stand for their folder, such as `index.html`
 * - `dropTrackingInLogs`: click ids, session ids and utm parameters go from the URLs of logs too, as from those of pages
 */
export const urlRulesSchema = z.strictObject({
  keepParameters: parameters.optional(),
  dropParameters: parameters.default([]),
  renameParameters: z
    .record(parameter, parameter)
    .refine(
      (value) => Object.keys(value).length <= hitRuleLimits.parametersMax,
      `at most ${hitRuleLimits.parametersMax} parameters can be renamed`,
    )
    .default({}),
  lowerCasePaths: z.boolean().default(false),
  lowerCaseParameters: z.boolean().default(false),
  defaultPages: z
    .array(
      z
        .string()
        .min(1)
        .max(hitRuleLimits.defaultPageLengthMax)
        .regex(/^[^/?#\s]+$/, 'is a file name, such as index.html'),
    )
    .max(hitRuleLimits.defaultPagesMax)
    .default([]),
  dropTrackingInLogs: z.boolean().default(false),
});

/** Own rules come before the usual ones; the first whose condition holds for the first hit of a session gives its channel. */
export const channelRuleSchema = z.strictObject({ channel: name, condition });

/** Hits for which the condition holds are left out of all figures, and counted under the name. */
export const exclusionSchema = z.strictObject({ name, condition });

/** A robot by a part of its user agent, in any case; own ones come before the known ones. */
export const ownRobotSchema = z.strictObject({
  name,
  userAgentContains: z.string().trim().min(3).max(hitRuleLimits.agentPartLengthMax),
  purpose: z.enum(robotPurposes).default('other'),
});

/**
 * - `robotsTxtFirst`: the first request of the session was for robots.txt
 * - `noAssetsPageViews`: so many page views in a log without one file that pages load; 0: never. Only for sites whose
 *   logs have the requests for such files
 * - `regularPageViews`: so many page views in intervals that are all the same to a tenth; 0: never
 */
export const robotBehaviourRulesSchema = z.strictObject({
  robotsTxtFirst: z.boolean().default(true),
  noAssetsPageViews: z
    .int()
    .max(10_000)
    .refine((value) => value === 0 || value >= 3, 'is 0, or 3 and more')
    .default(0),
  regularPageViews: z
    .int()
    .max(10_000)
    .refine((value) => value === 0 || value >= 5, 'is 0, or 5 and more')
    .default(0),
});

const isUnique = (names: readonly string[]) => new Set(names).size === names.length;

export const hitRulesInputSchema = z.strictObject({
  urls: urlRulesSchema.prefault({}),
  channels: z.array(channelRuleSchema).max(hitRuleLimits.channelsMax).default([]),
  exclusions: z
    .array(exclusionSchema)
    .max(hitRuleLimits.exclusionsMax)
    .refine((all) => isUnique(all.map((one) => one.name)), 'have a name each, and no two the same')
    .default([]),
  robots: z.array(ownRobotSchema).max(hitRuleLimits.robotsMax).default([]),
  behaviour: robotBehaviourRulesSchema.prefault({}),
});

/** `version` counts the changes; 0: nobody has set any. */
export const hitRulesSchema = hitRulesInputSchema.extend({ version: z.int().nonnegative() });

export type UrlRules = z.output<typeof urlRulesSchema>;
export type HitRulesInput = z.output<typeof hitRulesInputSchema>;
export type HitRules = z.output<typeof hitRulesSchema>;
export type RobotBehaviourRules = z.output<typeof robotBehaviourRulesSchema>;

/** The rules of a dataset for which nobody has set any. */
export const usualHitRules: HitRules = { ...hitRulesInputSchema.parse({}), version: 0 };

/** What to try rules on: a request as it might come. */
export const hitTrialSchema = z.strictObject({
  url: z.string().min(1).max(2_048).optional(),
  referrer: z.string().max(2_048).optional(),
  userAgent: z.string().max(512).optional(),
  /** Looked up where there is a database of places; it is cut before that, as all addresses are. */
  address: z.string().max(45).optional(),
  /** Rules that are not in force; without it those that are. */
  rules: hitRulesInputSchema.optional(),
});
export type HitTrial = z.output<typeof hitTrialSchema>;

/** What becomes of such a request. */
export const hitTrialResultSchema = z.object({
  version: z.int(),
  page: z
    .object({
      host: z.string(),
      path: z.string(),
      query: z.string().optional(),
      /** Path and query before URL rules changed them. */
      before: z.string().optional(),
    })
    .optional(),
  acquisition: z.record(z.string(), z.string()),
  technology: z.record(z.string(), z.string()),
  place: z.record(z.string(), z.string()),
  addressPrefix: z.string().optional(),
  excludedBy: z.string().optional(),
});
export type HitTrialResult = z.infer<typeof hitTrialResultSchema>;

/** What exclusions have left out, by rule and by origin of the hits. */
export const excludedHitsSchema = z.array(
  z.object({ rule: z.string(), origin: z.string(), hits: z.int(), lastAt: z.int() }),
);
export type ExcludedHits = z.infer<typeof excludedHitsSchema>;
