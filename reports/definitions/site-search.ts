/** Site search: what people look for on the site itself. */
import { type BuiltInReport, table } from './panels.ts';

const isSearch = 'hit.type = "page_view" and site_search exists';

export const siteSearch: BuiltInReport = {
  name: 'site-search',
  title: 'Site search',
  group: 'Content',
  description: 'Searches on the site, known by q, query, s, search or keyword in the address.',
  panels: [
    table(
      {
        name: 'searches',
        title: 'Searches',
        description: 'What was looked for, as it was typed.',
      },
      {
        dimensions: ['site_search'],
        metrics: ['page_views', 'sessions', 'visitors'],
        hitCondition: isSearch,
        limit: 100,
        chart: 'bars',
      },
    ),
    table(
      {
        name: 'from',
        title: 'Where people search',
        description: 'The page from which the search was made.',
      },
      {
        dimensions: ['hit_referrer'],
        metrics: ['page_views', 'sessions'],
        hitCondition: isSearch,
        limit: 50,
      },
    ),
  ],
};
