/** /api/datasets/…/sessions: the active sessions, once or as a stream; one session whole; and its end. */
import { z } from '@hono/zod-openapi';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import {
  activeSessionsSchema,
  sessionLimits,
  sessionSchema,
  wholeSessionSchema,
} from '../contract/session.ts';
import type { Engine } from '../engine/engine.ts';
import { callerOf, stillMay } from './caller.ts';
import type { OpenStreams } from './open-streams.ts';
import { createRoute, json, newRoutes, otherwise, slugParam } from './routes.ts';

const updateEveryMs = 500;
const heartbeatEvery = 30;
const lookAgainEvery = 4;
const sessionsMax = 1_000;

const limitQuery = z.object({
  limit: z.coerce.number().int().min(1).max(sessionsMax).default(100),
});

const activeRoute = createRoute({
  method: 'get',
  path: '/datasets/{slug}/sessions/active',
  summary: 'The active sessions, newest activity first',
  request: { params: slugParam, query: limitQuery },
  responses: {
    200: json(activeSessionsSchema, 'The sessions that still take hits.'),
    ...otherwise,
  },
});

const streamRoute = createRoute({
  method: 'get',
  path: '/datasets/{slug}/sessions/active/stream',
  summary: 'The active sessions as server-sent events: one at once, then one with every change',
  request: { params: slugParam, query: limitQuery },
  responses: {
    200: {
      description: 'Events called `sessions`.',
      content: { 'text/event-stream': { schema: z.string() } },
    },
    ...otherwise,
  },
});

const sessionParam = slugParam.extend({ id: sessionSchema.shape.id });

const unlessHitsQuery = z.object({
  unlessHits: z.coerce.number().int().min(1).max(sessionLimits.hitsMax).optional(),
});

const sessionRoute = createRoute({
  method: 'get',
  path: '/datasets/{slug}/sessions/{id}',
  summary: 'One session with all its hits, active or ended',
  request: { params: sessionParam, query: unlessHitsQuery },
  responses: {
    200: json(wholeSessionSchema, '`endReason` is absent while it is active.'),
    204: { description: 'It is active and has exactly `unlessHits` hits: no news.' },
    ...otherwise,
  },
});

const endRoute = createRoute({
  method: 'post',
  path: '/datasets/{slug}/sessions/{id}/end',
  summary: 'End an active session',
  request: { params: sessionParam },
  responses: {
    202: json(z.object({ id: z.string() }), 'It ends behind the hits that came before.'),
    ...otherwise,
  },
});

export function sessionRoutes(engine: Engine, streams: OpenStreams) {
  return newRoutes()
    .openapi(activeRoute, async (c) => {
      const news = await engine.activeSessions(
        c.req.valid('param').slug,
        c.req.valid('query').limit,
      );
      return c.json(news?.active ?? { total: 0, robots: 0, sessions: [] }, 200);
    })
    .openapi(sessionRoute, async (c) => {
      const { slug, id } = c.req.valid('param');
      const session = await engine.session(slug, id, c.req.valid('query').unlessHits);
      return session === undefined ? c.body(null, 204) : c.json(session, 200);
    })
    .openapi(endRoute, async (c) => {
      const { slug, id } = c.req.valid('param');
      await engine.endSession(slug, id);
      return c.json({ id }, 202);
    })
    .openapi(streamRoute, async (c) => {
      const { slug } = c.req.valid('param');
      const { limit } = c.req.valid('query');
      let news = await engine.activeSessions(slug, limit);
      let version = news?.version;
      let end = () => {};
      const leave = streams.open(callerOf(c).actor, () => end());
      return streamSSE(c, (stream) => {
        end = () => void stream.close();
        return tell(stream).finally(leave);
      });

      async function tell(stream: SSEStreamingApi): Promise<void> {
        for (let quiet = 0, turn = 1; !stream.aborted && !stream.closed; quiet += 1, turn += 1) {
          // Who was put out meanwhile hears nothing more.
          if (turn % lookAgainEvery === 0 && !(await stillMay(c))) return;
          if (news) {
            version = news.version;
            quiet = 0;
            await stream.writeSSE({ event: 'sessions', data: JSON.stringify(news.active) });
          } else if (quiet % heartbeatEvery === heartbeatEvery - 1)
            await stream.write(': still here\n\n');
          await stream.sleep(updateEveryMs);
          try {
            news = await engine.activeSessions(slug, limit, version);
          } catch {
            // The server stops, or the dataset is held now: whoever asks again is told so.
            return;
          }
        }
      }
    });
}
