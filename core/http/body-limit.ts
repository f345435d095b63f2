/**
 * How large a body of the API may be. It is taken in only once it is known who sends it: of strangers nothing is kept
 * in memory but what a sign-in needs.
 */
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { eventLimits } from '../contract/event.ts';
import { Problem } from '../contract/problem.ts';
import { pieceBytesMax } from './imports.ts';

/**
 * To parse and to judge an object takes ever longer the more keys it has: four megabytes of them hold up everybody for
 * two seconds. The largest that is meant are the groups of a dimension.
 */
export const keysPerObjectMax = eventLimits.dimensionListMax;

/** For what answers without a sign-in: tokens, names and passwords are short. */
export const strangerBytesMax = 16_384;

const limitOf = (maxSize: number): MiddlewareHandler =>
  bodyLimit({
    maxSize,
    onError() {
      throw new Problem('body_too_large', `A body is at most ${maxSize} bytes here.`);
    },
  });

const ofStrangers = limitOf(strangerBytesMax);
const ofKnown = limitOf(pieceBytesMax);

/**
 * Bounds the body of the request; one whose length is not announced is read here.
 * @param isKnown whether it is known who asks
 * @throws Problem `body_too_large`, `json_too_wide`
 */
export async function limitBody(c: Context, isKnown: boolean): Promise<void> {
  const limit = isKnown ? ofKnown : ofStrangers;
  await limit(c, async () => {});
  if (c.req.header('content-type')?.includes('json')) refuseWide(await c.req.text());
}

/** Counts keys without building anything. */
function refuseWide(text: string): void {
  const keysOfLevel = [0];
  let level = 0;
  for (let index = 0; index < text.length; index += 1) {
    const sign = text[index];
    if (sign === '"') {
      index = endOfText(text, index + 1);
    } else if (sign === ':') {
      const keys = (keysOfLevel[level] ?? 0) + 1;
      keysOfLevel[level] = keys;
      if (keys <= keysPerObjectMax) continue;
      throw new Problem(
        'json_too_wide',
        `An object of the body has more than ${keysPerObjectMax} keys. Look whether it is the right file; a list has no such limit.`,
      );
    } else if (sign === '{' || sign === '[') {
      level += 1;
      keysOfLevel[level] = 0;
    } else if ((sign === '}' || sign === ']') && level > 0) {
      level -= 1;
    }
  }
}

/** The index of the closing quote of a text that begins at `start`. */
function endOfText(text: string, start: number): number {
  let end = text.indexOf('"', start);
  while (end !== -1 && isEscaped(text, end, start)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end;
}

/** Whether an odd number of backslashes stands before `index`. */
function isEscaped(text: string, index: number, start: number): boolean {
  let first = index;
  while (first > start && text[first - 1] === '\\') first -= 1;
  return (index - first) % 2 === 1;
}
