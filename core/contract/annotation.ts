/** Annotations: what happened on a day, shown where charts and tables of days are. */
import { z } from 'zod';
import { dateSchema } from './date-range.ts';
import { definitionNameSchema } from './definition-name.ts';

export const annotationLimits = { annotationsMax: 2_000, textLengthMax: 1_000 } as const;

/** `until` is the day after the last one, where it lasted longer than a day. */
export const annotationSchema = z
  .object({
    name: definitionNameSchema,
    day: dateSchema,
    until: dateSchema.optional(),
    text: z.string().trim().max(annotationLimits.textLengthMax).default(''),
  })
  .refine(({ day, until }) => until === undefined || day < until, {
    error: 'must be after the day on which it began',
    path: ['until'],
  });

export type Annotation = z.infer<typeof annotationSchema>;
