/** Tag against log: page views that both sources saw, or only one of them. */
import { analysed, type BuiltInReport } from './panels.ts';

export const tagAndLog: BuiltInReport = {
  name: 'tag-and-log',
  title: 'Tag against log',
  group: 'Quality',
  description: 'The same traffic as the tracker and as the server log saw it.',
  panels: [
    analysed(
      {
        name: 'pages',
        title: 'Pages',
        description:
          'Page views by path: seen by both, by the tracker only, or by the log only (blocked scripts, robots, downloads).',
      },
      { kind: 'tag_and_log' },
    ),
  ],
};
