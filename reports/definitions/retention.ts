/** Retention: who came back, by the week of the first session. */
import { analysed, type BuiltInReport } from './panels.ts';

const drawn = (...panel: Parameters<typeof analysed>) => ({
  ...analysed(...panel),
  chart: 'grid' as const,
  figure: 'share',
});

export const retention: BuiltInReport = {
  name: 'retention',
  title: 'Retention',
  group: 'Visitors',
  description: 'Visitors by the time of their first session, and how many of them came again.',
  panels: [
    drawn(
      {
        name: 'weeks',
        title: 'By week',
        description:
          'Cohorts of visitors by the week of their first stored session, and their share that came in each week after.',
      },
      { kind: 'retention', unit: 'week' },
    ),
    drawn(
      {
        name: 'days',
        title: 'By day',
        description: 'The same by day, for short ranges.',
      },
      { kind: 'retention', unit: 'day' },
    ),
  ],
};
