/** Errors: what was answered with one, what is missing, and who still links to it. */
import { type BuiltInReport, figures, table } from './panels.ts';

export const errors: BuiltInReport = {
  name: 'errors',
  title: 'Errors and missing pages',
  group: 'Quality',
  description: 'Failing requests, missing pages, and the pages that link to them.',
  panels: [
    figures(
      {
        name: 'totals',
        title: 'Totals',
        description:
          'Of hits whose status is known: logs and the edge know it, the tracker does not.',
      },
      ['errors', 'error_rate', 'response_time', 'hits'],
    ),
    table(
      {
        name: 'statuses',
        title: 'Statuses',
        description: 'Errors by status code.',
      },
      {
        dimensions: ['status'],
        metrics: ['hits', 'sessions'],
        hitCondition: 'response.status >= 400',
        chart: 'bars',
      },
    ),
    table(
      {
        name: 'missing',
        title: 'Missing pages',
        description: 'Paths that were not found (404, 410), and the page that led to each.',
      },
      {
        dimensions: ['path', 'hit_referrer'],
        metrics: ['hits', 'sessions'],
        hitCondition: 'response.status in (404, 410)',
        limit: 100,
      },
    ),
    table(
      {
        name: 'failing',
        title: 'Failing pages',
        description: 'Paths where the server itself failed (500 and above).',
      },
      {
        dimensions: ['path', 'status'],
        metrics: ['hits', 'sessions'],
        hitCondition: 'response.status >= 500',
        limit: 50,
      },
    ),
  ],
};
