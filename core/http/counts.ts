/** /api/datasets/…/counts: what became of hits, hour by hour. */
import { z } from '@hono/zod-openapi';
import { dateRangeSchema, dateSchema, dayOf, daysIn } from '../contract/date-range.ts';
import { Problem } from '../contract/problem.ts';
import { countsLimits, datasetCountsSchema, type HourCounts } from '../contract/status.ts';
import type { Datasets } from '../settings/datasets.ts';
import { describeIssues } from './problems.ts';
import { createRoute, json, newRoutes, otherwise, slugParam } from './routes.ts';

/** The hours of a dataset that begin between two instants, `toMs` exclusive. */
export type HourlyCounts = (slug: string, fromMs: number, toMs: number) => Promise<HourCounts[]>;

const hourMs = 3_600_000;
/** No zone is further from UTC. */
const zoneHoursMax = 15;

const countsRoute = createRoute({
  method: 'get',
  path: '/datasets/{slug}/counts',
  summary: 'What became of hits, hour by hour (`to` is exclusive; days of the dataset’s zone)',
  request: { params: slugParam, query: z.object({ from: dateSchema, to: dateSchema }) },
  responses: {
    200: json(
      datasetCountsSchema,
      'Hours that had hits, with the reasons of what was not accepted, and their total.',
    ),
    ...otherwise,
  },
});

export function countsRoutes(datasets: Datasets, hourlyCounts: HourlyCounts) {
  return newRoutes().openapi(countsRoute, async (c) => {
    const range = dateRangeSchema.safeParse(c.req.valid('query'));
    if (!range.success) throw new Problem('date_range_invalid', describeIssues(range.error));
    if (daysIn(range.data) > countsLimits.daysMax) {
      throw new Problem(
        'date_range_invalid',
        `The range is longer than ${countsLimits.daysMax} days. Ask for fewer.`,
      );
    }
    const { slug, timeZone } = await datasets.get(c.req.valid('param').slug);
    const { from, to } = range.data;
    const hours = await hourlyCounts(slug, firstHour(from, timeZone), firstHour(to, timeZone));
    return c.json({ total: addUp(hours), hours }, 200);
  });
}

/** The first full hour that begins on a day of the zone. */
function firstHour(day: string, timeZone: string): number {
  let at = Date.parse(`${day}T00:00:00Z`) - zoneHoursMax * hourMs;
  while (dayOf(at, timeZone) < day) at += hourMs;
  return at;
}

function addUp(hours: readonly HourCounts[]) {
  const total = { received: 0, accepted: 0, duplicate: 0, excluded: 0, bad: 0, setAside: 0 };
  for (const hour of hours) {
    for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += hour[name];
  }
  return total;
}
