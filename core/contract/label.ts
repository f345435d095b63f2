/** Labels: named, coloured segments of sessions that stand beside "all" in every report. */
import { z } from 'zod';
import { conditionLimits } from './condition.ts';
import { definitionNameSchema } from './definition-name.ts';
import { Problem } from './problem.ts';
import { savedQueryUseSchema } from './saved-query.ts';

export const labelLimits = {
  labelsMax: 200,
  /** How many may stand beside "all". */
  besideMax: 8,
  coloursMax: 8,
  /** How many labels a chain of parents may have. */
  parentsMax: 8,
  /** How many sessions a saved query may name for a label. */
  sessionsNamedMax: 100_000,
} as const;

/**
 * - `condition`: asked of the session, in the text form of the condition language
 * - `savedQuery`, in place of a condition: the sessions that the column `session_id` of its rows names. Its parameters
 *   `from` and `to` (dates, `to` exclusive) and `robots` (boolean) get what is asked for, where they have no value here
 * - `inverse`: the sessions that do not meet it
 * - `parent`: another label; `and` takes sessions of both, `or` sessions of one of them
 * - `colour`: 1 to 8 of the console's label colours
 * @example { name: 'Buyers', condition: 'custom.name = "Bought"', colour: 2 }
 */
export const labelSchema = z
  .object({
    name: definitionNameSchema,
    condition: z.string().trim().min(1).max(conditionLimits.textLengthMax).optional(),
    savedQuery: savedQueryUseSchema.optional(),
    colour: z.int().min(1).max(labelLimits.coloursMax).default(1),
    inverse: z.boolean().default(false),
    parent: definitionNameSchema.optional(),
    combine: z.enum(['and', 'or']).default('and'),
  })
  .refine(
    ({ condition, savedQuery }) => (condition === undefined) !== (savedQuery === undefined),
    'asks either a condition or a saved query',
  );

export type Label = z.infer<typeof labelSchema>;

/** @throws Problem `query_invalid` for more labels than stand beside "all" */
export function checkBeside(labels: readonly string[]): void {
  if (labels.length <= labelLimits.besideMax) return;
  throw new Problem(
    'query_invalid',
    `${labels.length} labels were asked for; at most ${labelLimits.besideMax} stand beside all.`,
  );
}
