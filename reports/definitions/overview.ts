/** The overview: how much traffic there was, on which days, on which pages, from where, and how it was answered. */
import { dateRangeLimits } from '../../core/contract/date-range.ts';
import type { ReportDefinition } from './report-definition.ts';

const tableRowsMax = 25;

export const overview: ReportDefinition = {
  name: 'overview',
  title: 'Overview',
  description: 'The traffic of a dataset at a glance.',
  panels: [
    {
      name: 'totals',
      title: 'Totals',
      description: 'Sessions that started in the range, and what happened in them.',
      kind: 'figures',
      query: {
        metrics: [
          'sessions',
          'visitors',
          'page_views',
          'bounce_rate',
          'session_duration',
          'page_depth',
        ],
      },
    },
    {
      name: 'by_day',
      title: 'By day',
      description: "One row a day in the dataset's time zone. Visitors do not add up over days.",
      kind: 'series',
      query: {
        metrics: ['sessions', 'visitors', 'page_views'],
        dimensions: ['day'],
        limit: dateRangeLimits.daysMax,
      },
    },
    {
      name: 'pages',
      title: 'Pages',
      description: 'The pages that were viewed most, by path.',
      kind: 'table',
      query: { metrics: ['page_views', 'visitors'], dimensions: ['path'], limit: tableRowsMax },
    },
    {
      name: 'referrers',
      title: 'Referrers',
      description: 'The hosts that led to sessions.',
      kind: 'table',
      query: { metrics: ['sessions', 'visitors'], dimensions: ['referrer'], limit: tableRowsMax },
    },
    {
      name: 'statuses',
      title: 'Statuses',
      description: 'How the server answered: hits by HTTP status code, where the source knows it.',
      kind: 'table',
      query: { metrics: ['hits'], dimensions: ['status'], limit: tableRowsMax },
    },
  ],
};
