/** A step: one client action inside a hit (a click, an input, a script error), sent batched with its hit. */
import * as z from 'zod/mini';

export const stepLimits = {
  stepsPerHitMax: 100,
  targetLengthMax: 256,
  valueLengthMax: 1024,
} as const;

/**
 * `dead_click`: a click after which nothing moved; `rage_click`: several on one element in a row; `outbound`,
 * `download`: a link to another site, or to a file, was followed.
 */
export const stepKinds = [
  'click',
  'input',
  'submit',
  'scroll',
  'error',
  'dead_click',
  'rage_click',
  'outbound',
  'download',
] as const;

/**
 * `at` is the page's own clock in epoch milliseconds.
 * @example { kind: 'click', at: 1747476303000, target: 'button#buy' }
 */
export const stepSchema = z.object({
  kind: z.enum(stepKinds),
  at: z.int().check(z.nonnegative()),
  target: z.optional(z.string().check(z.maxLength(stepLimits.targetLengthMax))),
  value: z.optional(z.string().check(z.maxLength(stepLimits.valueLengthMax))),
});

export type Step = z.infer<typeof stepSchema>;
