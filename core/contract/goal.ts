/** Goals: what a session should reach, and what that is worth. */
import { z } from 'zod';
import { conditionLimits } from './condition.ts';
import { definitionNameSchema } from './definition-name.ts';
import { hitLimits } from './hit.ts';

export const goalsMax = 100;

/**
 * A session reaches a goal when it meets `condition`, and counts once. `revenue` names the custom events of the session
 * whose property holds an amount; a property that is no number counts nothing.
 * @example { name: 'Order', condition: 'custom.name = "Bought"', revenue: { event: 'Bought', property: 'total' } }
 */
export const goalSchema = z.object({
  name: definitionNameSchema,
  condition: z.string().trim().min(1).max(conditionLimits.textLengthMax),
  revenue: z
    .object({
      event: z.string().min(1).max(hitLimits.eventNameLengthMax),
      property: z.string().min(1).max(hitLimits.propertyKeyLengthMax),
    })
    .optional(),
});

export type Goal = z.infer<typeof goalSchema>;
