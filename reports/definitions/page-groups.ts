/** Page groups: the same figures as of pages, for groups of them that a user has made. */
import { type BuiltInReport, table } from './panels.ts';

export const pageGroups: BuiltInReport = {
  name: 'page-groups',
  title: 'Page groups',
  group: 'Content',
  description: 'Pages taken together, by the page groups of the dataset.',
  panels: [
    table(
      {
        name: 'groups',
        title: 'Page groups',
        description: 'A hit that fits several groups belongs to the first of them.',
      },
      {
        dimensions: ['page_group'],
        metrics: ['page_views', 'sessions', 'visitors', 'entries', 'exits', 'time_on_page'],
        limit: 200,
        chart: 'bars',
      },
    ),
  ],
};
