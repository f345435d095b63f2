/** A JSON value to a hit, by the one schema; a refusal names the field and what it should be. */
import type * as z from 'zod/mini';
import { type Hit, hitSchema } from '../../core/contract/hit.ts';
import { Problem } from '../../core/contract/problem.ts';
import { isPlainHit } from './plain-hit.ts';

const pathLengthMax = 80;

/** @throws Problem `hit_invalid` whose detail begins with the field, such as `url: …` */
export function parseHit(value: unknown): Hit {
  const hit = isPlainHit(value) ? value : parseBySchema(value);
  if (!URL.canParse(hit.url)) throw new Problem('hit_invalid', 'url: is not a URL');
  return hit;
}

function parseBySchema(value: unknown): Hit {
  const parsed = hitSchema.safeParse(value);
  if (!parsed.success) throw new Problem('hit_invalid', describe(parsed.error.issues, value));
  return parsed.data;
}

function describe(issues: readonly z.core.$ZodIssue[], value: unknown): string {
  const issue = issues[0];
  if (issue === undefined) return 'The hit does not have the right shape.';
  const path = issue.path.join('.').slice(0, pathLengthMax);
  if (path === '') return `The hit ${explain(issue)}`;
  return isMissing(value, issue.path) ? `${path}: is missing` : `${path}: ${explain(issue)}`;
}

function isMissing(value: unknown, path: readonly PropertyKey[]): boolean {
  let at: unknown = value;
  for (const key of path) at = (at as Record<PropertyKey, unknown> | undefined)?.[key];
  return at === undefined;
}

function explain(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${article(issue.expected)}`;
    case 'too_small':
      return `is below the least of ${issue.minimum}`;
    case 'too_big':
      return `is above the greatest of ${issue.maximum}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_format':
      return 'does not have the right form';
    case 'invalid_union':
      return 'must be a text, a finite number, true or false';
    case 'custom':
      return issue.message;
    default:
      return 'is not right';
  }
}

function article(expected: string): string {
  return /^[aeiou]/.test(expected) ? `an ${expected}` : `a ${expected}`;
}
