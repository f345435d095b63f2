/** The one place where errors become answers. The server's fault is logged, the client's is only answered. */
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { matchedRoutes } from 'hono/route';
import { z } from 'zod';
import { issueWords } from '../contract/issue-words.ts';
import { Problem } from '../contract/problem.ts';
import { isDiskFull } from '../disk-full.ts';
import { describeError, type Log } from '../log.ts';

/** Makes what answers an error as `application/problem+json`. Nothing of an unexpected error reaches the outside. */
export function answerErrors(log: Log): (error: unknown, c: Context) => Response {
  return (error, c) => {
    const problem = toProblem(error);
    if (problem.status >= 500 && problem.code !== 'shutting_down') logFault(log, problem, error, c);
    return answer(problem, c);
  };
}

function logFault(log: Log, problem: Problem, error: unknown, c: Context): void {
  // The route as it is written down, not as it was asked: a path may hold anything.
  const route = `${c.req.method} ${routeOf(c)}`;
  const { error: said, at } = describeError(error);
  log('error', problem.code, `${route}: ${said}`, { route, error: said, at });
}

/** The route that was meant, not the ones that watch over many. */
function routeOf(c: Context): string {
  const paths = matchedRoutes(c).map(({ path }) => path);
  return paths.find((path) => !path.includes('*')) ?? 'a route';
}

function answer(problem: Problem, c: Context): Response {
  const { status, ...rest } = problem.toBody();
  return c.body(JSON.stringify({ ...rest, status }), status as 400, {
    'Content-Type': 'application/problem+json',
  });
}

const unread = 'The request could not be read.';
/** What is said of a body by those who take it apart, in words for whoever sent it. */
const unreadWords: Readonly<Record<string, string>> = {
  'Malformed JSON in request body': 'The body is not JSON.',
  'Unsupported Media Type': 'The body is JSON: send it with Content-Type: application/json.',
};

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof z.ZodError)
    return new Problem('request_invalid', describeIssues(error), { cause: error });
  if (error instanceof HTTPException && error.status < 500) {
    return new Problem('request_invalid', unreadWords[error.message] ?? (error.message || unread));
  }
  if (isDiskFull(error))
    return new Problem(
      'disk_low',
      'There is no room left on the disk of the data folder. What was acknowledged is stored. Make room, and ask again.',
      { cause: error },
    );
  return new Problem(
    'internal',
    'An unexpected error. Nothing that was acknowledged is lost; the server’s log says more.',
  );
}

const issuesMax = 5;
const issueLengthMax = 500;

/** `range.from: is not a date like 2026-11-21; metrics: …` */
export function describeIssues(error: z.ZodError): string {
  return (
    error.issues
      .slice(0, issuesMax)
      .map((issue) => {
        const words = issueWords(issue);
        return issue.path.length > 0 ? `${issue.path.join('.')}: ${words}` : words;
      })
      // A message may name all that was not expected, which is as long as whoever asks likes.
      .map((told) => (told.length > issueLengthMax ? `${told.slice(0, issueLengthMax)}…` : told))
      .join('; ')
  );
}
