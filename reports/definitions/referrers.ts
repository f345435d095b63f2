/** Referrers: the hosts and pages that led here. */
import { type BuiltInReport, table } from './panels.ts';

const metrics = ['sessions', 'visitors', 'bounce_rate', 'session_duration', 'page_depth'] as const;

export const referrers: BuiltInReport = {
  name: 'referrers',
  title: 'Referrers',
  group: 'Acquisition',
  description: 'The hosts and the pages that led to sessions.',
  panels: [
    table(
      { name: 'hosts', title: 'Hosts', description: 'By the host that led here.' },
      { dimensions: ['referrer'], metrics: [...metrics], limit: 100, chart: 'bars' },
    ),
    table(
      {
        name: 'pages',
        title: 'Referring pages',
        description: 'By host and path, for sessions that another host led to.',
      },
      {
        dimensions: ['referrer', 'referrer_path'],
        metrics: ['sessions', 'visitors'],
        condition: 'referrer.host exists',
        limit: 50,
      },
    ),
    table(
      {
        name: 'landings',
        title: 'Where they land',
        description: 'By host and entry page, for sessions that another host led to.',
      },
      {
        dimensions: ['referrer', 'entry_path'],
        metrics: ['sessions', 'bounce_rate'],
        condition: 'referrer.host exists',
        limit: 50,
      },
    ),
  ],
};
