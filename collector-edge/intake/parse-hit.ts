/** A JSON value to a hit, by the one schema; a refusal names the field and what it should be. */

import type * as z from 'zod/mini';
import { type Hit, hitSchema } from '../../core/contract/hit.ts';
import { issueWords } from '../../core/contract/issue-words.ts';
import { Problem } from '../../core/contract/problem.ts';
import { isPlainHit } from './plain-hit.ts';

const pathLengthMax = 80;

/** @throws Problem `hit_invalid` whose detail begins with the field, such as `url: …` */
export function parseHit(value: unknown): Hit {
  return checkUrl(isPlainHit(value) ? value : parseBySchema(value));
}

/** @throws Problem `hit_invalid` for a URL that has the right form and is none */
export function checkUrl(hit: Hit): Hit {
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

const explain = (issue: z.core.$ZodIssue) =>
  issue.code === 'invalid_union'
    ? 'must be a text, a finite number, true or false'
    : issueWords(issue);
