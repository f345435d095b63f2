/** Pages: what was viewed, where sessions began and ended, and how long a page was read. */
import { type BuiltInReport, table } from './panels.ts';

export const pages: BuiltInReport = {
  name: 'pages',
  title: 'Pages',
  group: 'Content',
  description: 'Every page with its views, entries, exits, bounces and reading time.',
  panels: [
    table(
      {
        name: 'pages',
        title: 'Pages',
        description:
          'By path. The bounce rate is of the sessions that began on the page, the exit rate of its views; the time leaves out last pages.',
      },
      {
        dimensions: ['path'],
        metrics: ['page_views', 'visitors', 'entries', 'bounce_rate', 'exit_rate', 'time_on_page'],
        limit: 100,
        chart: 'bars',
      },
    ),
    table(
      { name: 'entry_pages', title: 'Entry pages', description: 'Where sessions began.' },
      {
        dimensions: ['entry_path'],
        metrics: ['sessions', 'bounce_rate', 'session_duration', 'page_depth'],
      },
    ),
    table(
      { name: 'exit_pages', title: 'Exit pages', description: 'Where sessions ended.' },
      { dimensions: ['exit_path'], metrics: ['sessions', 'session_duration', 'page_depth'] },
    ),
  ],
};
