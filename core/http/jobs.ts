/** /api/jobs: all long work in one list, and its end by hand. */
import { z } from '@hono/zod-openapi';
import { jobIdSchema, jobListSchema } from '../contract/job.ts';
import { Problem } from '../contract/problem.ts';
import type { JobDesk } from '../desks/job-desk.ts';
import type { Datasets } from '../settings/datasets.ts';
import { mayDo } from './caller.ts';
import { createRoute, json, newRoutes, otherwise } from './routes.ts';

const listRoute = createRoute({
  method: 'get',
  path: '/jobs',
  summary: 'Long work on the datasets that one administers: what runs first, then the newest',
  responses: { 200: json(jobListSchema, 'With progress and result.'), ...otherwise },
});

const cancelRoute = createRoute({
  method: 'delete',
  path: '/jobs/{id}',
  summary: 'End long work at its next step',
  request: { params: z.object({ id: jobIdSchema }) },
  responses: { 204: { description: 'It has ended, or will in a moment.' }, ...otherwise },
});

export function jobRoutes(desk: JobDesk, datasets: Datasets) {
  return newRoutes()
    .openapi(listRoute, async (c) => {
      const all = (await datasets.list()).map(({ slug }) => slug);
      const jobs = await desk.list(all.filter((slug) => mayDo(c, 'administer', slug)));
      return c.json({ jobs }, 200);
    })
    .openapi(cancelRoute, async (c) => {
      const { id } = c.req.valid('param');
      const dataset = await desk.datasetOf(id);
      // Who may not know of it hears what is said of an unknown one.
      if (!mayDo(c, 'administer', dataset))
        throw new Problem('job_unknown', `There is no job ${id}.`);
      await desk.cancel(id);
      return c.body(null, 204);
    });
}
