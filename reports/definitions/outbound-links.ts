/** Outbound links: where people go from here, as far as pages say so. */
import { type BuiltInReport, table } from './panels.ts';

const isOutbound =
  'custom.name in ("Outbound link", "outbound_link", "outbound", "Outbound Link: Click")';

export const outboundLinks: BuiltInReport = {
  name: 'outbound-links',
  title: 'Outbound links',
  group: 'Content',
  description: 'Links to other sites that were taken: custom events called "Outbound link".',
  panels: [
    table(
      {
        name: 'pages',
        title: 'From where',
        description: 'Pages with links to other sites that were taken.',
      },
      {
        dimensions: ['path'],
        metrics: ['custom_events', 'sessions', 'visitors'],
        hitCondition: isOutbound,
        limit: 100,
        chart: 'bars',
      },
    ),
  ],
};
