/** New and returning: who was here before, as far as sessions are stored. */
import { type BuiltInReport, table } from './panels.ts';

export const newAndReturning: BuiltInReport = {
  name: 'new-and-returning',
  title: 'New and returning',
  group: 'Visitors',
  description: 'New visitors beside those who were here before.',
  panels: [
    table(
      {
        name: 'kinds',
        title: 'New and returning',
        description: 'A visitor is new where no earlier session of the visitor key is stored.',
      },
      {
        dimensions: ['visitor_kind'],
        metrics: ['sessions', 'visitors', 'page_depth', 'session_duration', 'bounce_rate'],
        chart: 'bars',
      },
    ),
    table(
      {
        name: 'channels',
        title: 'By channel',
        description: 'The kinds of source that bring new visitors, and those that bring them back.',
      },
      {
        dimensions: ['visitor_kind', 'channel'],
        metrics: ['sessions', 'visitors', 'bounce_rate'],
        limit: 50,
      },
    ),
  ],
};
