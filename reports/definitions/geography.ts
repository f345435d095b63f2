/** Geography and networks: where people are, as far as that is known without their whole address. */
import { type BuiltInReport, table } from './panels.ts';

export const geography: BuiltInReport = {
  name: 'geography',
  title: 'Geography and networks',
  group: 'Visitors',
  description: 'Countries and networks.',
  panels: [
    table(
      { name: 'countries', title: 'Countries', description: 'Where the edge knows the country.' },
      {
        dimensions: ['country'],
        metrics: ['sessions', 'visitors', 'bounce_rate', 'session_duration'],
        limit: 100,
        chart: 'bars',
      },
    ),
    table(
      {
        name: 'networks',
        title: 'Networks',
        description:
          'Client addresses, cut to /24 and /48: many sessions of one network stand out.',
      },
      {
        dimensions: ['network'],
        metrics: ['sessions', 'visitors', 'page_views', 'bounce_rate'],
        limit: 50,
      },
    ),
  ],
};
