/** Parameters of SQL, typed and bound, and queries that are kept under a name. */
import { z } from 'zod';
import { isDate } from './calendar.ts';
import { definitionNameSchema } from './definition-name.ts';

export const parameterTypes = ['text', 'integer', 'number', 'boolean', 'date', 'instant'] as const;
export type ParameterType = (typeof parameterTypes)[number];

export const savedQueryLimits = {
  queriesMax: 200,
  parametersMax: 20,
  textLengthMax: 10_000,
} as const;

/** As it stands behind the `$` in SQL. */
export const parameterNameSchema = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/, 'is letters, digits and _, and begins with no digit');

export const parameterValueSchema = z.union([
  z.string().max(savedQueryLimits.textLengthMax),
  z.number(),
  z.boolean(),
  z.null(),
]);
export type ParameterValue = z.infer<typeof parameterValueSchema>;

/** @example { name: 'from', type: 'date', default: '2026-11-01' } is `$from` in the SQL */
export const parameterSchema = z.object({
  name: parameterNameSchema,
  type: z.enum(parameterTypes),
  /** What it is for, shown to who fills it in. */
  meaning: z.string().max(200).optional(),
  default: parameterValueSchema.optional(),
});
export type Parameter = z.infer<typeof parameterSchema>;

export const savedQueryInputSchema = z.object({
  sql: z.string().min(1).max(65_536),
  description: z.string().max(500).default(''),
  parameters: z
    .array(parameterSchema)
    .max(savedQueryLimits.parametersMax)
    .refine(
      (all) => new Set(all.map(({ name }) => name.toLowerCase())).size === all.length,
      'names a parameter twice',
    )
    .default([]),
});
export type SavedQueryInput = z.output<typeof savedQueryInputSchema>;

export const savedQuerySchema = savedQueryInputSchema.extend({
  name: definitionNameSchema,
  /** Epoch milliseconds. */
  savedAt: z.int(),
});
export type SavedQuery = z.output<typeof savedQuerySchema>;

/** A saved query where something else uses it, with values for its parameters; those left out have their default. */
export const savedQueryUseSchema = z.strictObject({
  name: definitionNameSchema,
  values: z.record(parameterNameSchema, parameterValueSchema).default({}),
});
export type SavedQueryUse = z.output<typeof savedQueryUseSchema>;

export const savedQueryListSchema = z.object({ queries: z.array(savedQuerySchema) });

/** What is wrong with a value for a parameter of this type, as the rest of a sentence; undefined when it is fine. */
export function faultOfValue(type: ParameterType, value: ParameterValue): string | undefined {
  if (value === null) return undefined;
  const text = String(value);
  if (type === 'text') return text.includes('\0') ? 'must not hold a NUL character' : undefined;
  if (type === 'integer')
    return /^[+-]?\d{1,18}$/.test(text) ? undefined : 'must be a whole number, like 42';
  if (type === 'number')
    return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text)
      ? undefined
      : 'must be a number, like 4.2';
  if (type === 'boolean') return /^(true|false)$/.test(text) ? undefined : 'must be true or false';
  if (type === 'date') return isDate(text) ? undefined : 'must be a day, like 2026-11-21';
  const isInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/.test(
    text,
  );
  return isInstant && !Number.isNaN(Date.parse(text))
    ? undefined
    : 'must be an instant with its zone, like 2026-11-21T10:00:00Z';
}
