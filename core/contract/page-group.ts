/** Page groups: hits that count as one page. */
import { z } from 'zod';
import { conditionLimits } from './condition.ts';
import { definitionNameSchema } from './definition-name.ts';

export const pageGroupsMax = 200;

/**
 * `condition` is asked of each hit. A hit that fits several groups belongs to the first of them, in their order.
 * @example { name: 'Shop', condition: 'request.path starts with "/shop/"' }
 */
export const pageGroupSchema = z.object({
  name: definitionNameSchema,
  condition: z.string().trim().min(1).max(conditionLimits.textLengthMax),
});

export type PageGroup = z.infer<typeof pageGroupSchema>;
