/** The rules of retention of a dataset by their names, without a schema, so that the console loads no validator. */
import type { RetentionRules } from './upkeep.ts';

export const retentionRuleNames = [
  'keepSessionsDays',
  'keepBytesMax',
  'keepIndexDays',
  'keepPublishedDays',
] as const satisfies readonly (keyof RetentionRules)[];

/** The rules of retention out of all that a dataset is. */
export const retentionOf = (dataset: RetentionRules): RetentionRules =>
  Object.fromEntries(retentionRuleNames.map((name) => [name, dataset[name]]));
