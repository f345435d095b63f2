/** Content performance: which titles are read, and which ones bring people in. */
import { type BuiltInReport, table } from './panels.ts';

export const content: BuiltInReport = {
  name: 'content',
  title: 'Content performance',
  group: 'Content',
  description: 'Titles by views, entries and reading time.',
  panels: [
    table(
      { name: 'titles', title: 'Titles', description: 'Pages by their title.' },
      {
        dimensions: ['title'],
        metrics: ['page_views', 'visitors', 'entries', 'exit_rate', 'time_on_page'],
        hitCondition: 'hit.type = "page_view"',
        limit: 100,
        chart: 'bars',
      },
    ),
    table(
      {
        name: 'by_channel',
        title: 'What brings people to which page',
        description: 'Entry pages by the kind of source.',
      },
      {
        dimensions: ['entry_path', 'channel'],
        metrics: ['sessions', 'bounce_rate', 'page_depth'],
        limit: 50,
      },
    ),
    table(
      {
        name: 'speed',
        title: 'Speed',
        description: 'How long the server took, by path, where the source knows it.',
      },
      {
        dimensions: ['path'],
        metrics: ['hits', 'response_time', 'transferred'],
        hitCondition: 'response.duration exists',
        limit: 50,
      },
    ),
  ],
};
