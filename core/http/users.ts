/** /api/users, /api/api-keys and /api/audit: what administrators of everything see and do. */
import { z } from '@hono/zod-openapi';
import { entryOf } from '../access/caller.ts';
import {
  accessLimits,
  apiKeySchema,
  auditCheckSchema,
  auditEntrySchema,
  grantsInputSchema,
  linkSchema,
  madeApiKeySchema,
  newApiKeySchema,
  newUserSchema,
  resetInputSchema,
  signInSchema,
  userChangeSchema,
  userSchema,
} from '../contract/access.ts';
import { callerOf } from './caller.ts';
import type { AccessOptions } from './guard.ts';
import { body, createRoute, json, newRoutes, otherwise } from './routes.ts';

const idParam = z.object({ id: z.string().min(1).max(40) });
const changed = { 200: json(userSchema, 'The user.'), ...otherwise };
const done = { 204: { description: 'Done.' }, ...otherwise };

const listRoute = createRoute({
  method: 'get',
  path: '/users',
  summary: 'All users with their roles',
  responses: {
    200: json(z.object({ users: z.array(userSchema) }), 'By mail address.'),
    ...otherwise,
  },
});
const createUserRoute = createRoute({
  method: 'post',
  path: '/users',
  summary: 'Invite a user',
  request: body(newUserSchema),
  responses: {
    201: json(linkSchema.extend({ user: userSchema }), 'With the link, unless it was mailed.'),
    ...otherwise,
  },
});
const changeRoute = createRoute({
  method: 'put',
  path: '/users/{id}',
  summary: 'Give a user another name or mail address',
  description: 'One signs in by the mail address: from now on by the new one.',
  request: { params: idParam, ...body(userChangeSchema) },
  responses: changed,
});
const rolesRoute = createRoute({
  method: 'put',
  path: '/users/{id}/roles',
  summary: 'Set the roles of a user; they are in force at once',
  request: { params: idParam, ...body(grantsInputSchema) },
  responses: changed,
});
const disableRoute = createRoute({
  method: 'post',
  path: '/users/{id}/disable',
  summary: 'Keep a user out, and end its sign-ins',
  request: { params: idParam },
  responses: changed,
});
const enableRoute = createRoute({
  method: 'post',
  path: '/users/{id}/enable',
  summary: 'Let a user in again',
  request: { params: idParam },
  responses: changed,
});
const resetRoute = createRoute({
  method: 'post',
  path: '/users/{id}/reset',
  summary: 'A new link: of the invitation, or for another password',
  request: { params: idParam, ...body(resetInputSchema) },
  responses: { 200: json(linkSchema, 'The link, unless it was mailed.'), ...otherwise },
});
const deleteRoute = createRoute({
  method: 'delete',
  path: '/users/{id}',
  summary: 'Delete a user',
  request: { params: idParam },
  responses: done,
});
const signInsRoute = createRoute({
  method: 'get',
  path: '/users/{id}/sign-ins',
  summary: 'Where a user is signed in',
  request: { params: idParam },
  responses: {
    200: json(z.object({ signIns: z.array(signInSchema) }), 'Last seen first.'),
    ...otherwise,
  },
});
const endRoute = createRoute({
  method: 'delete',
  path: '/users/{id}/sign-ins',
  summary: 'End all sign-ins of a user',
  request: { params: idParam },
  responses: done,
});

export function userRoutes({ desk }: AccessOptions) {
  const { users, store } = desk;
  return newRoutes()
    .openapi(listRoute, async (c) => c.json({ users: await users.list() }, 200))
    .openapi(createUserRoute, async (c) =>
      c.json(await users.create(c.req.valid('json'), callerOf(c)), 201),
    )
    .openapi(changeRoute, async (c) => {
      const { id } = c.req.valid('param');
      return c.json(await users.change(id, c.req.valid('json'), callerOf(c)), 200);
    })
    .openapi(rolesRoute, async (c) => {
      const { grants } = c.req.valid('json');
      return c.json(await users.setGrants(c.req.valid('param').id, grants, callerOf(c)), 200);
    })
    .openapi(disableRoute, async (c) =>
      c.json(await users.setDisabled(c.req.valid('param').id, true, callerOf(c)), 200),
    )
    .openapi(enableRoute, async (c) =>
      c.json(await users.setDisabled(c.req.valid('param').id, false, callerOf(c)), 200),
    )
    .openapi(resetRoute, async (c) => {
      const { id } = c.req.valid('param');
      return c.json(await users.reset(id, c.req.valid('json'), callerOf(c)), 200);
    })
    .openapi(deleteRoute, async (c) => {
      await users.remove(c.req.valid('param').id, callerOf(c));
      return c.body(null, 204);
    })
    .openapi(signInsRoute, async (c) => {
      const { id } = await users.find(c.req.valid('param').id);
      const kept = await store.signIns(id);
      const signIns = kept.map(({ userId: _user, tokenHash: _token, ...signIn }) => ({
        ...signIn,
        current: signIn.id === callerOf(c).signInId,
      }));
      return c.json({ signIns }, 200);
    })
    .openapi(endRoute, async (c) => {
      const { id, email } = await users.find(c.req.valid('param').id);
      await store.endSignIns(id, undefined, entryOf(callerOf(c), 'end all sign-ins', email));
      return c.body(null, 204);
    });
}

const keysRoute = createRoute({
  method: 'get',
  path: '/api-keys',
  summary: 'All API keys; of each only its beginning',
  responses: { 200: json(z.object({ keys: z.array(apiKeySchema) }), 'By name.'), ...otherwise },
});
const createKeyRoute = createRoute({
  method: 'post',
  path: '/api-keys',
  summary: 'Make an API key: a role in a dataset, until a day',
  request: body(newApiKeySchema),
  responses: { 201: json(madeApiKeySchema, 'The key is shown only here.'), ...otherwise },
});
const deleteKeyRoute = createRoute({
  method: 'delete',
  path: '/api-keys/{id}',
  summary: 'Delete an API key; it opens nothing from now on',
  request: { params: idParam },
  responses: done,
});
const auditRoute = createRoute({
  method: 'get',
  path: '/audit',
  summary: 'Who did what, newest first',
  request: {
    query: z.object({
      before: z.coerce.number().int().min(1).optional(),
      limit: z.coerce.number().int().min(1).max(accessLimits.auditListedMax).default(100),
    }),
  },
  responses: {
    200: json(z.object({ entries: z.array(auditEntrySchema) }), 'Entries.'),
    ...otherwise,
  },
});
const verifyRoute = createRoute({
  method: 'get',
  path: '/audit/verify',
  summary: 'Count the hashes of the audit trail anew',
  responses: { 200: json(auditCheckSchema, 'Whether anything was changed.'), ...otherwise },
});

export function keyRoutes({ desk }: AccessOptions) {
  const { keys, audit } = desk;
  return newRoutes()
    .openapi(keysRoute, async (c) => c.json({ keys: await keys.list() }, 200))
    .openapi(createKeyRoute, async (c) =>
      c.json(await keys.create(c.req.valid('json'), callerOf(c)), 201),
    )
    .openapi(deleteKeyRoute, async (c) => {
      await keys.remove(c.req.valid('param').id, callerOf(c));
      return c.body(null, 204);
    })
    .openapi(auditRoute, async (c) =>
      c.json({ entries: await audit.list(c.req.valid('query')) }, 200),
    )
    .openapi(verifyRoute, async (c) => c.json(await audit.verify(), 200));
}
