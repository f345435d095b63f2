/** The rules by which a dataset's sessions end, as far as they can be set. */
import { z } from 'zod';

export const idleTimeoutLimits = { msMin: 1_000, msMax: 86_400_000 } as const;

/**
 * `idleTimeoutMs` ends a session. `cutAtMidnight` also ends it when the day of the dataset's time zone ends,
 * `cutOnNewCampaign` when its visitor comes by another campaign.
 */
export const sessionRulesSchema = z.object({
  idleTimeoutMs: z.int().min(idleTimeoutLimits.msMin).max(idleTimeoutLimits.msMax),
  cutAtMidnight: z.boolean(),
  cutOnNewCampaign: z.boolean(),
});

export type SessionRules = z.infer<typeof sessionRulesSchema>;
/** Some of them; those that are left out stay as they are. */
export type RuleChanges = { [K in keyof SessionRules]?: SessionRules[K] | undefined };
