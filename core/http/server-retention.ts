/** /api/retention: how long the server keeps its audit trail, and what became of messages. */
import { entryOf } from '../access/caller.ts';
import type { ServerRetentionDesk } from '../access/server-retention.ts';
import { serverRetentionInputSchema, serverRetentionSchema } from '../contract/server-retention.ts';
import { callerOf } from './caller.ts';
import { body, createRoute, json, newRoutes, otherwise } from './routes.ts';

const readRoute = createRoute({
  method: 'get',
  path: '/retention',
  summary: 'How long the server keeps what is about no dataset',
  responses: { 200: json(serverRetentionSchema, 'The rules in force.'), ...otherwise },
});

const setRoute = createRoute({
  method: 'put',
  path: '/retention',
  summary: 'Set how long the server keeps what is about no dataset, and remove what is older',
  request: body(serverRetentionInputSchema),
  responses: { 200: json(serverRetentionSchema, 'The rules in force.'), ...otherwise },
});

export function serverRetentionRoutes(desk: ServerRetentionDesk) {
  return newRoutes()
    .openapi(readRoute, async (c) => c.json(await desk.get(), 200))
    .openapi(setRoute, async (c) => {
      const entry = entryOf(callerOf(c), 'set retention of the server', '');
      return c.json(await desk.set(c.req.valid('json'), entry), 200);
    });
}
