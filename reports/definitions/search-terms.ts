/** Search terms: the words that people searched for before they came, where they are known. */
import { type BuiltInReport, table } from './panels.ts';

export const searchTerms: BuiltInReport = {
  name: 'search-terms',
  title: 'Search terms',
  group: 'Acquisition',
  description: 'The words and the engines that led here.',
  panels: [
    table(
      {
        name: 'terms',
        title: 'Terms',
        description:
          'utm_term of the entry page. Search engines no longer tell the words of unpaid results.',
      },
      {
        dimensions: ['term'],
        metrics: ['sessions', 'visitors', 'bounce_rate', 'page_depth'],
        condition: 'term exists',
        limit: 100,
        chart: 'bars',
      },
    ),
    table(
      {
        name: 'engines',
        title: 'Engines and terms',
        description: 'The source of each term, with the page where people landed.',
      },
      {
        dimensions: ['source', 'term', 'entry_path'],
        metrics: ['sessions', 'bounce_rate'],
        condition: 'term exists',
        limit: 100,
      },
    ),
  ],
};
