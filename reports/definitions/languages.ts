/** Languages: what the clients prefer. */
import { type BuiltInReport, table } from './panels.ts';

export const languages: BuiltInReport = {
  name: 'languages',
  title: 'Languages',
  group: 'Visitors',
  description: 'The languages that clients ask for.',
  panels: [
    table(
      {
        name: 'languages',
        title: 'Languages',
        description: 'By the preferred language of the client.',
      },
      {
        dimensions: ['language'],
        metrics: ['sessions', 'visitors', 'bounce_rate', 'page_depth'],
        limit: 100,
        chart: 'bars',
      },
    ),
  ],
};
