/** Times: at which hours and on which weekdays people come. */
import { type BuiltInReport, table } from './panels.ts';

export const times: BuiltInReport = {
  name: 'times',
  title: 'Time of day and week',
  group: 'Traffic',
  description: 'Hours and weekdays, in the time zone of the dataset.',
  panels: [
    table(
      {
        name: 'hours',
        title: 'Hours',
        description: 'Sessions by the hour in which they started.',
      },
      {
        dimensions: ['hour'],
        metrics: ['sessions', 'visitors', 'page_views'],
        order: { by: 'hour', direction: 'ascending' },
        chart: 'columns',
      },
    ),
    table(
      {
        name: 'weekdays',
        title: 'Weekdays',
        description: 'Sessions by the weekday on which they started.',
      },
      {
        dimensions: ['weekday'],
        metrics: ['sessions', 'visitors', 'page_views'],
        order: { by: 'weekday', direction: 'ascending' },
        chart: 'columns',
      },
    ),
    table(
      {
        name: 'week',
        title: 'The week by hours',
        description: 'Sessions by weekday and hour. The larger the point, the more sessions.',
      },
      {
        dimensions: ['weekday', 'hour'],
        metrics: ['sessions'],
        order: { by: 'weekday', direction: 'ascending' },
        limit: 7 * 24,
        chart: 'grid',
      },
    ),
  ],
};
