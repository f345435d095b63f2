/** Channels: the classes of sources, and the sources and media in them. */
import { type BuiltInReport, table } from './panels.ts';

export const channels: BuiltInReport = {
  name: 'channels',
  title: 'Channels',
  group: 'Acquisition',
  description: 'By what kind of source sessions came.',
  panels: [
    table(
      { name: 'channels', title: 'Channels', description: 'The first rule that fits decides.' },
      {
        dimensions: ['channel'],
        metrics: ['sessions', 'visitors', 'page_views', 'bounce_rate', 'session_duration'],
        chart: 'bars',
      },
    ),
    table(
      {
        name: 'sources',
        title: 'Sources and media',
        description: 'utm_source, else the name of the referrer, with utm_medium.',
      },
      {
        dimensions: ['source', 'medium'],
        metrics: ['sessions', 'visitors', 'bounce_rate'],
        limit: 100,
      },
    ),
  ],
};
