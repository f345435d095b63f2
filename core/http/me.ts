/** /api/me: who asks, and what users do about themselves. */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { meOf } from '../access/caller.ts';
import type { From } from '../access/sign-in-desk.ts';
import {
  confirmFactorSchema,
  currentPasswordSchema,
  meSchema,
  newPasswordInputSchema,
  newSecondFactorSchema,
  recoveryCodesSchema,
  signInSchema,
} from '../contract/access.ts';
import { callerOf } from './caller.ts';
import type { AccessOptions } from './guard.ts';
import { body, createRoute, json, newRoutes, otherwise } from './routes.ts';

const done = { 204: { description: 'Done.' }, ...otherwise };

const meRoute = createRoute({
  method: 'get',
  path: '/me',
  summary: 'Who asks, and with which roles',
  responses: { 200: json(meSchema, 'A user, a key, or this machine.'), ...otherwise },
});
const signInsRoute = createRoute({
  method: 'get',
  path: '/me/sign-ins',
  summary: 'Where the user is signed in',
  responses: {
    200: json(z.object({ signIns: z.array(signInSchema) }), 'Last seen first.'),
    ...otherwise,
  },
});
const endRoute = createRoute({
  method: 'delete',
  path: '/me/sign-ins/{id}',
  summary: 'End a sign-in of the user',
  request: { params: z.object({ id: z.string().max(40) }) },
  responses: done,
});
const passwordRoute = createRoute({
  method: 'post',
  path: '/me/password',
  summary: 'Choose another password; ends the other sign-ins',
  request: body(newPasswordInputSchema),
  responses: done,
});
const factorRoute = createRoute({
  method: 'post',
  path: '/me/second-factor',
  summary: 'Begin to set up an authenticator',
  request: body(currentPasswordSchema),
  responses: { 200: json(newSecondFactorSchema, 'What the authenticator takes.'), ...otherwise },
});
const confirmRoute = createRoute({
  method: 'post',
  path: '/me/second-factor/confirm',
  summary: 'Show that the authenticator works; from then on it is needed',
  request: body(confirmFactorSchema),
  responses: {
    200: json(recoveryCodesSchema, 'Each is good once. Shown only here.'),
    ...otherwise,
  },
});
const removeRoute = createRoute({
  method: 'post',
  path: '/me/second-factor/remove',
  summary: 'Sign in by password alone again',
  request: body(currentPasswordSchema),
  responses: done,
});

export function meRoutes({ desk, clientAddress }: AccessOptions) {
  const { own } = desk;
  const fromOf = (c: Context): From => ({ address: clientAddress(c), browser: '' });
  return newRoutes()
    .openapi(meRoute, (c) => c.json(meOf(callerOf(c)), 200))
    .openapi(signInsRoute, async (c) => c.json({ signIns: await own.signIns(callerOf(c)) }, 200))
    .openapi(endRoute, async (c) => {
      await own.endSignIn(callerOf(c), c.req.valid('param').id);
      return c.body(null, 204);
    })
    .openapi(passwordRoute, async (c) => {
      await own.setPassword(callerOf(c), c.req.valid('json'), fromOf(c));
      return c.body(null, 204);
    })
    .openapi(factorRoute, async (c) => {
      const { current } = c.req.valid('json');
      return c.json(await own.newSecondFactor(callerOf(c), current, fromOf(c)), 200);
    })
    .openapi(confirmRoute, async (c) => {
      const { code } = c.req.valid('json');
      return c.json({ recoveryCodes: await own.confirmSecondFactor(callerOf(c), code) }, 200);
    })
    .openapi(removeRoute, async (c) => {
      await own.removeSecondFactor(callerOf(c), c.req.valid('json').current, fromOf(c));
      return c.body(null, 204);
    });
}
