/** /api/sign-in, /first, /links and /forgotten: what answers without a sign-in, and begins or ends one. */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { meOf } from '../access/caller.ts';
import type { OidcDesk } from '../access/oidc.ts';
import type { From, NewSignIn } from '../access/sign-in-desk.ts';
import {
  firstInputSchema,
  forgottenInputSchema,
  linkStateSchema,
  meSchema,
  signInInputSchema,
  tokenInputSchema,
  useLinkInputSchema,
  waysInSchema,
} from '../contract/access.ts';
import { Problem } from '../contract/problem.ts';
import { callerOf } from './caller.ts';
import { clearSignIn, readSignIn, takeTicket, writeSignIn, writeTicket } from './cookies.ts';
import type { AccessOptions } from './guard.ts';
import { body, createRoute, json, newRoutes, otherwise } from './routes.ts';

const path = '/sign-in';
const signedIn = { 200: json(meSchema, 'Who is signed in now; the cookie says so.'), ...otherwise };

const waysRoute = createRoute({
  method: 'get',
  path,
  summary: 'How one signs in here',
  responses: { 200: json(waysInSchema, 'The ways.'), ...otherwise },
});
const signInRoute = createRoute({
  method: 'post',
  path,
  summary: 'Sign in by password, and by a code where there is a second factor',
  request: body(signInInputSchema),
  responses: signedIn,
});
const signOutRoute = createRoute({
  method: 'delete',
  path,
  summary: 'Sign out',
  responses: { 204: { description: 'The cookie opens nothing any more.' }, ...otherwise },
});
const oidcRoute = createRoute({
  method: 'get',
  path: '/sign-in/oidc',
  summary: 'Sign in by the organisation: sends the browser there',
  responses: { 302: { description: 'To the provider.' }, ...otherwise },
});
const callbackRoute = createRoute({
  method: 'get',
  path: '/sign-in/oidc/callback',
  summary: 'Where the provider sends the browser back to',
  responses: { 302: { description: 'To the console.' }, ...otherwise },
});
const firstRoute = createRoute({
  method: 'post',
  path: '/first',
  summary: 'Make the first administrator, by the link that the server has printed',
  request: body(firstInputSchema),
  responses: signedIn,
});
const lookRoute = createRoute({
  method: 'post',
  path: '/links/look',
  summary: 'What a link is good for',
  request: body(tokenInputSchema),
  responses: { 200: json(linkStateSchema, 'And for whom.'), ...otherwise },
});
const useRoute = createRoute({
  method: 'post',
  path: '/links/use',
  summary: 'Choose a password by a link that works once',
  request: body(useLinkInputSchema),
  responses: {
    200: json(meSchema, 'After an invitation one is signed in.'),
    204: { description: 'After a reset one signs in with the new password.' },
    ...otherwise,
  },
});
const forgottenRoute = createRoute({
  method: 'post',
  path: '/forgotten',
  summary: 'Ask for a link for another password',
  request: body(forgottenInputSchema),
  responses: {
    202: json(
      z.object({ asked: z.literal(true) }),
      'The same whether there is such a user or not.',
    ),
    ...otherwise,
  },
});

export function signInRoutes(options: AccessOptions & { oidc?: OidcDesk | undefined }) {
  const { desk, oidc, clientAddress } = options;
  const fromOf = (c: Context): From => ({
    address: clientAddress(c),
    browser: c.req.header('user-agent') ?? '',
  });

  /** The cookie that was there before opens nothing any more: nobody can have placed it. */
  async function enter(c: Context, { token, caller }: NewSignIn) {
    const before = readSignIn(c, options);
    const old = before === undefined ? undefined : await desk.signIns.callerOf(before, fromOf(c));
    if (old !== undefined) await desk.signIns.end(old);
    writeSignIn(c, token, options);
    return meOf(caller);
  }

  function needOidc(): OidcDesk {
    if (oidc) return oidc;
    throw new Problem('route_unknown', 'Sign-in by an organisation is not set up here.');
  }

  return newRoutes()
    .openapi(waysRoute, async (c) =>
      c.json({ unclaimed: !(await desk.claimed()), oidc: oidc !== undefined }, 200),
    )
    .openapi(signInRoute, async (c) =>
      c.json(await enter(c, await desk.signIns.byPassword(c.req.valid('json'), fromOf(c))), 200),
    )
    .openapi(signOutRoute, async (c) => {
      await desk.signIns.end(callerOf(c));
      clearSignIn(c, options);
      // What the browser kept of this person's work is not for the next one.
      c.header('Clear-Site-Data', '"cache"');
      return c.body(null, 204);
    })
    .openapi(oidcRoute, async (c) => {
      const { url, ticket } = await needOidc().begin();
      writeTicket(c, ticket, options);
      return c.redirect(url, 302);
    })
    .openapi(callbackRoute, async (c) => {
      const ticket = takeTicket(c, options);
      const { search } = new URL(c.req.url);
      const url = new URL(`${options.consoleUrl()}/api/sign-in/oidc/callback${search}`);
      try {
        const { subject, email } = await needOidc().finish(url, ticket);
        await enter(c, await desk.signIns.byOrganisation(subject, email, fromOf(c)));
        return c.redirect('/', 302);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        // A person looks at this, not a program.
        return c.redirect(`/sign-in?refused=${error.code}`, 302);
      }
    })
    .openapi(firstRoute, async (c) =>
      c.json(await enter(c, await desk.links.first(c.req.valid('json'), fromOf(c))), 200),
    )
    .openapi(lookRoute, async (c) => c.json(await desk.links.look(c.req.valid('json').token), 200))
    .openapi(useRoute, async (c) => {
      const signIn = await desk.links.use(c.req.valid('json'), fromOf(c));
      return signIn === undefined ? c.body(null, 204) : c.json(await enter(c, signIn), 200);
    })
    .openapi(forgottenRoute, (c) => {
      desk.links.forgotten(c.req.valid('json').email, fromOf(c));
      return c.json({ asked: true } as const, 202);
    });
}
