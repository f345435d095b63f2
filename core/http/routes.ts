/** How a route is described: its request by the contract's schemas, its answer, and the problems as one shape. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { datasetSlugSchema } from '../contract/dataset.ts';
import { Problem } from '../contract/problem.ts';
import { problemSchema } from '../contract/problem-schema.ts';
import { describeIssues } from './problems.ts';

export const slugParam = z.object({ slug: datasetSlugSchema });

/** The default answer of every route. */
export const otherwise = {
  default: {
    description: 'What was wrong, where, and what to do.',
    content: { 'application/problem+json': { schema: problemSchema } },
  },
} as const;

/** An answer in JSON. */
export function json<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { 'application/json': { schema } } } as const;
}

/** A request body in JSON. */
export function body<T extends z.ZodType>(schema: T) {
  return { body: { required: true, content: { 'application/json': { schema } } } } as const;
}

/** A group of routes that refuses what does not fit a schema with one shape of problem. */
export function newRoutes(): OpenAPIHono {
  return new OpenAPIHono({
    defaultHook: (result) => {
      if (!result.success)
        throw new Problem('request_invalid', describeIssues(result.error as z.ZodError));
    },
  });
}

export { createRoute };
