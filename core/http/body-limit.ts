/**
 * How large a body of the API may be. It is taken in only once it is known who sends it: of strangers nothing is kept
 * in memory but what a sign-in needs.
 */
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { Problem } from '../contract/problem.ts';
import { pieceBytesMax } from './imports.ts';

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
 * @throws Problem `body_too_large`
 */
export async function limitBody(c: Context, isKnown: boolean): Promise<void> {
  const limit = isKnown ? ofKnown : ofStrangers;
  await limit(c, async () => {});
}
