/** The one place where errors become answers. The server's fault is logged, the client's is only answered. */
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { z } from 'zod';
import { Problem } from '../contract/problem.ts';

/** Answers an error as `application/problem+json`. Nothing of an unexpected error reaches the outside. */
export function answerError(error: unknown, c: Context): Response {
  const problem = toProblem(error);
  if (problem.status >= 500) console.error(`${c.req.method} ${c.req.path}: ${stackOf(error)}`);
  const { status, ...rest } = problem.toBody();
  return c.body(JSON.stringify({ ...rest, status }), status as 400, {
    'Content-Type': 'application/problem+json',
  });
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof z.ZodError)
    return new Problem('request_invalid', describeIssues(error), { cause: error });
  if (error instanceof HTTPException && error.status < 500) {
    return new Problem('request_invalid', error.message || 'The request could not be read.');
  }
  return new Problem(
    'internal',
    'An unexpected error. Nothing that was acknowledged is lost; the server’s log says more.',
  );
}

/** `range.from: is not a date like 2026-11-21; metrics: …` */
export function describeIssues(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
    .join('; ');
}

const stackOf = (error: unknown) =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
