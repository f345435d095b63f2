/** The name of a label, campaign, funnel, goal, page group or annotation. */
import { z } from 'zod';

export const definitionNameLengthMax = 80;

/** Two names of a kind that differ in case only are one name. */
export const definitionNameSchema = z
  .string()
  .trim()
  .min(1)
  .max(definitionNameLengthMax)
  .regex(/^[^"\p{Cc}\p{Surrogate}\u2028\u2029]+$/u, 'may not hold quotes or control characters');
