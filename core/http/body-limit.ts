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
  // As bytes: whoever reads them after this gets them as they came, whatever the header calls them.
  if (c.req.header('content-type')?.includes('json'))
    refuseWide(new Uint8Array(await c.req.arrayBuffer()));
}

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const bitOfCase = 0x20;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Counts keys without building anything. UTF-8 never holds these bytes inside another character. */
function refuseWide(bytes: Uint8Array): void {
  const keysOfLevel = [0];
  let level = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] as number;
    if (byte === quote) {
      index = endOfText(bytes, index + 1);
    } else if (byte === colon && level > 0) {
      const keys = (keysOfLevel[level] ?? 0) + 1;
      keysOfLevel[level] = keys;
      if (keys > keysPerObjectMax) throw tooWide();
    } else if ((byte | bitOfCase) === openBrace) {
      level += 1;
      keysOfLevel[level] = 0;
    } else if ((byte | bitOfCase) === closeBrace && level > 0) {
      level -= 1;
    }
  }
}

const tooWide = () =>
  new Problem(
    'json_too_wide',
    `An object of the body has more than ${keysPerObjectMax} keys. Look whether it is the right file; a list has no such limit.`,
  );

/** The index of the closing quote of a text that begins at `start`. */
function endOfText(bytes: Uint8Array, start: number): number {
  let end = bytes.indexOf(quote, start);
  while (end !== -1 && isEscaped(bytes, end, start)) end = bytes.indexOf(quote, end + 1);
  return end === -1 ? bytes.length : end;
}

/** Whether an odd number of backslashes stands before `index`. */
function isEscaped(bytes: Uint8Array, index: number, start: number): boolean {
  let first = index;
  while (first > start && bytes[first - 1] === backslash) first -= 1;
  return (index - first) % 2 === 1;
}
