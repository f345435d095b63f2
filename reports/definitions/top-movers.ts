/** Top movers: values whose last day departs most from the same weekdays before. */
import { analysed, type BuiltInReport } from './panels.ts';

const words =
  'z = (last day − mean of the same weekdays before) / their standard deviation; without four such weekdays there is none.';

export const topMovers: BuiltInReport = {
  name: 'top-movers',
  title: 'Top movers',
  group: 'Changes',
  description: 'What departs most from its own past on the last day of the range.',
  panels: [
    analysed(
      { name: 'pages', title: 'Pages', description: words },
      { kind: 'movers', dimension: 'path', metric: 'page_views' },
    ),
    analysed(
      { name: 'sources', title: 'Sources', description: words },
      { kind: 'movers', dimension: 'source', metric: 'sessions' },
    ),
    analysed(
      { name: 'countries', title: 'Countries', description: words },
      { kind: 'movers', dimension: 'country', metric: 'sessions' },
    ),
  ],
};
