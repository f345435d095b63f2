/** What of captured requests and responses is masked before it is written, besides what always is. */
import { z } from 'zod';

export const maskingLimits = { namesMax: 100, nameLengthMax: 64 } as const;

/**
 * `names` of headers, form fields and members of bodies, whose values are written as `[masked]`. Upper and lower case are
 * the same.
 */
export const maskingRulesSchema = z.strictObject({
  names: z
    .array(
      z
        .string()
        .trim()
        .min(1)
        .max(maskingLimits.nameLengthMax)
        .regex(/^[^"\\=&;:\s\p{C}]+$/u, 'is a name without spaces, quotes and the signs = & ; :'),
    )
    .max(maskingLimits.namesMax),
});
export type MaskingRules = z.infer<typeof maskingRulesSchema>;
