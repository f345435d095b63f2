/**
 * How large a body of the API may be. It is taken in only once it is known who sends it: of strangers nothing is kept
 * in memory but what a sign-in needs.
 */
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { eventLimits } from '../contract/event.ts';
import { shapeFault } from '../contract/json-shape.ts';
import { Problem } from '../contract/problem.ts';
import { pieceBytesMax } from './imports.ts';

/**
 * To parse and to judge an object takes ever longer the more keys it has: four megabytes of them hold up everybody for
 * two seconds. The largest that is meant are the groups of a dimension.
 */
export const keysPerObjectMax = eventLimits.dimensionListMax;

/** For what answers without a sign-in: tokens, names and passwords are short. */
export const strangerBytesMax = 16_384;

function limitOf(maxSize: number): MiddlewareHandler {
  const onError = () => {
    throw new Problem('body_too_large', `A body is at most ${maxSize} bytes here.`);
  };
  const limit = bodyLimit({ maxSize, onError });
  return async (c, next) => {
    // One that was asked for and not read to its end keeps the connection from its next request, and ends it.
    if (Number(c.req.header('content-length')) > maxSize) onError();
    return await limit(c, next);
  };
}

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

/** @throws Problem `json_too_wide` */
function refuseWide(bytes: Uint8Array): void {
  // How deep it may be, each schema says; what lies in no object, such as a line of a log, has no keys.
  const limits = {
    keysPerObjectMax,
    depthMax: Number.POSITIVE_INFINITY,
    keysFromLevel: 1,
  } as const;
  if (shapeFault(bytes, limits) === undefined) return;
  throw new Problem(
    'json_too_wide',
    `An object of the body has more than ${keysPerObjectMax} keys. Look whether it is the right file; a list has no such limit.`,
  );
}
