/** Engagement: how often, how recently, how deep and how long. */
import { type BuiltInReport, table } from './panels.ts';

export const engagement: BuiltInReport = {
  name: 'engagement',
  title: 'Engagement',
  group: 'Visitors',
  description: 'Frequency, recency, depth and duration of sessions.',
  panels: [
    table(
      {
        name: 'frequency',
        title: 'Frequency',
        description: 'Sessions by how many-th session of their visitor they are.',
      },
      {
        dimensions: ['frequency'],
        metrics: ['sessions', 'visitors'],
        order: { by: 'frequency', direction: 'ascending' },
        chart: 'columns',
      },
    ),
    table(
      {
        name: 'recency',
        title: 'Recency',
        description: 'Sessions by the days since the last session of their visitor.',
      },
      {
        dimensions: ['recency'],
        metrics: ['sessions', 'visitors'],
        order: { by: 'recency', direction: 'ascending' },
        chart: 'columns',
      },
    ),
    table(
      { name: 'depth', title: 'Depth', description: 'Sessions by their page views.' },
      {
        dimensions: ['depth'],
        metrics: ['sessions', 'visitors'],
        order: { by: 'depth', direction: 'ascending' },
        chart: 'columns',
      },
    ),
    table(
      { name: 'duration', title: 'Duration', description: 'Sessions by how long they lasted.' },
      {
        dimensions: ['duration'],
        metrics: ['sessions', 'visitors'],
        order: { by: 'duration', direction: 'ascending' },
        chart: 'columns',
      },
    ),
  ],
};
