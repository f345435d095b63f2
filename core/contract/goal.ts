/** Goals: what a session should reach, and what that is worth. */
import { z } from 'zod';
import { conditionLimits } from './condition.ts';
import { definitionNameSchema } from './definition-name.ts';
import { hitLimits } from './hit.ts';

export const goalsMax = 100;

/**
 * A session reaches a goal when it meets `condition`, and counts once. `revenue` names what the session is worth: the
 * custom events whose `property` holds an amount, where a property that is no number counts nothing; or, without
 * `property`, the numbers that the event of that name has recorded by its definition.
 * @example { name: 'Order', condition: 'custom.name = "Bought"', revenue: { event: 'Bought', property: 'total' } }
 * @example { name: 'Order', condition: 'event "Purchase"', revenue: { event: 'Purchase' } }
 */
export const goalSchema = z.object({
  name: definitionNameSchema,
  condition: z.string().trim().min(1).max(conditionLimits.textLengthMax),
  revenue: z
    .object({
      event: z.string().min(1).max(conditionLimits.eventNameLengthMax),
      property: z.string().min(1).max(hitLimits.propertyKeyLengthMax).optional(),
    })
    .optional(),
});

export type Goal = z.infer<typeof goalSchema>;
