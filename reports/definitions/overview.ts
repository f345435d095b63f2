/** The overview: how much traffic there was, on which days, on which pages, from where, and how it was answered. */
import { type BuiltInReport, byDay, byHour, figures, table } from './panels.ts';

export const overview: BuiltInReport = {
  name: 'overview',
  title: 'Overview',
  group: 'Traffic',
  description: 'The traffic of a dataset at a glance.',
  panels: [
    figures(
      {
        name: 'totals',
        title: 'Totals',
        description: 'Sessions that started in the range, and pages that were viewed in it.',
      },
      ['sessions', 'visitors', 'page_views', 'bounce_rate', 'session_duration', 'page_depth'],
    ),
    byDay(['sessions', 'visitors', 'page_views']),
    byHour(['sessions', 'visitors', 'page_views']),
    table(
      {
        name: 'pages',
        title: 'Pages',
        description: 'The pages that were viewed most, by path.',
      },
      { dimensions: ['path'], metrics: ['page_views', 'visitors'] },
    ),
    table(
      {
        name: 'referrers',
        title: 'Referrers',
        description: 'The hosts that led to sessions.',
      },
      { dimensions: ['referrer'], metrics: ['sessions', 'visitors'] },
    ),
    table(
      {
        name: 'statuses',
        title: 'Statuses',
        description:
          'How the server answered: hits by HTTP status code, where the source knows it.',
      },
      { dimensions: ['status'], metrics: ['hits'] },
    ),
  ],
};
