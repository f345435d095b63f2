/** Tag against log: page views that both sources saw, or only one of them. */
import type { AnalysisInput } from '../../core/contract/analysis.ts';
import { analysed, type BuiltInReport } from './panels.ts';

type By = NonNullable<Extract<AnalysisInput, { kind: 'tag_and_log' }>['by']>;

/** Robots are half of the answer, so they are in whatever is asked. */
const table = (by: By, name: string, title: string, description: string) => ({
  ...analysed({ name, title, description }, { kind: 'tag_and_log', by }),
  robots: true as const,
});

export const tagAndLog: BuiltInReport = {
  name: 'tag-and-log',
  title: 'Tag against log',
  group: 'Quality',
  description:
    'The same traffic as the tracker and as the server log saw it, robots among it: what both saw, and what only one of them.',
  panels: [
    table(
      'path',
      'pages',
      'Pages',
      'Page views by path: seen by both, by the tracker only, or by the log only (blocked scripts, robots, downloads).',
    ),
    table(
      'robot_purpose',
      'purposes',
      'People and robots',
      'By what robots are for; people have no purpose.',
    ),
    table('browser', 'browsers', 'Browsers', 'By the browser or the robot.'),
    table('network', 'networks', 'Networks', 'By the client address, cut.'),
  ],
};
