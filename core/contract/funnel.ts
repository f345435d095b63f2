/** Funnels: stages that sessions go through. */
import { z } from 'zod';
import { conditionLimits } from './condition.ts';
import { definitionNameSchema } from './definition-name.ts';

export const funnelLimits = { funnelsMax: 100, stagesMin: 2, stagesMax: 20 } as const;

/** A stage is the page group of its name, or, with `condition`, the hits that meet it. */
export const funnelStageSchema = z.object({
  name: definitionNameSchema,
  condition: z.string().trim().min(1).max(conditionLimits.textLengthMax).optional(),
});

/**
 * - `progression`: a session counts for a stage when it saw it. It progresses when it saw a deeper stage afterwards; when
 *   it saw deeper stages only before, the session is left out of that stage's rate. Stages may be skipped.
 * - `ordered`: a session counts for a stage when it saw all stages before it, in their order.
 * @example { name: 'Order', stages: [{ name: 'Shop' }, { name: 'Cart', condition: 'request.path = "/cart"' }] }
 */
export const funnelSchema = z.object({
  name: definitionNameSchema,
  semantics: z.enum(['progression', 'ordered']).default('ordered'),
  stages: z
    .array(funnelStageSchema)
    .min(funnelLimits.stagesMin, 'a funnel has at least two stages')
    .max(funnelLimits.stagesMax)
    .refine(
      (stages) => new Set(stages.map(({ name }) => name.toLowerCase())).size === stages.length,
      'a funnel goes through each stage once: a stage that comes again would make a circle',
    ),
});

export type Funnel = z.infer<typeof funnelSchema>;
