/** Outbound links: where people go from here. The tracker sees the clicks; other scripts send them as custom events. */
import { analysed, type BuiltInReport, table } from './panels.ts';

const isOutbound =
  'custom.name in ("Outbound link", "outbound_link", "outbound", "Outbound Link: Click")';

export const outboundLinks: BuiltInReport = {
  name: 'outbound-links',
  title: 'Outbound links',
  group: 'Content',
  description: 'Links to other sites that were taken: the event "Outbound link".',
  panels: [
    analysed(
      {
        name: 'targets',
        title: 'To where',
        description: 'Addresses that were clicked, as the tracker saw it.',
      },
      { kind: 'recorded_events', event: 'Outbound link', by: 'text' },
    ),
    analysed(
      {
        name: 'from',
        title: 'From where',
        description: 'The pages on which they were clicked.',
      },
      { kind: 'recorded_events', event: 'Outbound link', by: 'dimension', dimension: 'path' },
    ),
    table(
      {
        name: 'pages',
        title: 'Custom events',
        description: 'Pages that say themselves that such a link was taken.',
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
