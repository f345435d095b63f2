/** /api/…/imports: a log comes in pieces, so that it may be of any size and progress can be shown. */
import { z } from '@hono/zod-openapi';
import {
  importOptionsSchema,
  importProgressSchema,
  importSummarySchema,
} from '../contract/import.ts';
import { Problem } from '../contract/problem.ts';
import type { Engine } from '../engine/engine.ts';
import { createImportTurns } from './import-turns.ts';
import { createNumberedWork } from './numbered-work.ts';
import { body, createRoute, json, newRoutes, otherwise, slugParam } from './routes.ts';

/** How many bytes of a file one request may bring; no body of the API is larger. */
export const pieceBytesMax = 4 * 1024 * 1024;
const fileNameLengthMax = 1_024;

const importParam = z.object({ number: z.coerce.number().int().min(1) });
const turnQuery = z.object({
  turn: z
    .uuid()
    .optional()
    .describe('A wait that broke off and is asked for again with the same one keeps its place'),
});
const progress = { 200: json(importProgressSchema, 'How far the import is.'), ...otherwise };

const beginRoute = createRoute({
  method: 'post',
  path: '/datasets/{slug}/imports',
  summary: 'Begin an import; waits while another one of the dataset is under way',
  request: { params: slugParam, query: turnQuery, ...body(importOptionsSchema) },
  responses: {
    201: json(z.object({ number: z.int() }), 'The number of the import.'),
    ...otherwise,
  },
});

const beginFileRoute = createRoute({
  method: 'post',
  path: '/imports/{number}/file',
  summary: 'Begin the next file',
  request: { params: importParam, ...body(z.object({ name: z.string().max(fileNameLengthMax) })) },
  responses: { 204: { description: 'Its bytes may come.' }, ...otherwise },
});

const bytesRoute = createRoute({
  method: 'post',
  path: '/imports/{number}/bytes',
  summary: `The next bytes of the file, at most ${pieceBytesMax} a request`,
  request: { params: importParam },
  responses: progress,
});

const endFileRoute = createRoute({
  method: 'post',
  path: '/imports/{number}/file/end',
  summary: 'The file is complete',
  request: { params: importParam },
  responses: progress,
});

const finishRoute = createRoute({
  method: 'post',
  path: '/imports/{number}/finish',
  summary: 'No more files: end open sessions, make all durable, sum up',
  request: { params: importParam },
  responses: { 200: json(importSummarySchema, 'Every line accounted for.'), ...otherwise },
});

const abandonRoute = createRoute({
  method: 'delete',
  path: '/imports/{number}',
  summary: 'Stop an import; what is stored stays, and the files can be imported again',
  request: { params: importParam },
  responses: { 204: { description: 'The import has ended.' }, ...otherwise },
});

export function importRoutes(engine: Engine) {
  const work = createNumberedWork('import_unknown');
  const turns = createImportTurns(engine);
  return newRoutes()
    .openapi(beginRoute, async (c) => {
      const { slug } = c.req.valid('param');
      const { turn } = c.req.valid('query');
      const { signal } = c.req.raw;
      const begun = await turns.begin(slug, c.req.valid('json'), turn, signal);
      if (signal.aborted) throw new Problem('import_unknown', 'Whoever began the import has gone.');
      return c.json({ number: work.begun(begun, slug) }, 201);
    })
    .openapi(beginFileRoute, async (c) => {
      await engine.beginFile(
        work.numberOf(c, c.req.valid('param').number),
        c.req.valid('json').name,
      );
      return c.body(null, 204);
    })
    .openapi(bytesRoute, async (c) => {
      const bytes = new Uint8Array(await c.req.arrayBuffer());
      return c.json(
        await engine.feedFile(work.numberOf(c, c.req.valid('param').number), bytes),
        200,
      );
    })
    .openapi(endFileRoute, async (c) =>
      c.json(await engine.endFile(work.numberOf(c, c.req.valid('param').number)), 200),
    )
    .openapi(finishRoute, async (c) => {
      return c.json(await engine.finishImport(work.numberOf(c, c.req.valid('param').number)), 200);
    })
    .openapi(abandonRoute, async (c) => {
      await engine.abandonImport(work.numberOf(c, c.req.valid('param').number));
      return c.body(null, 204);
    });
}
