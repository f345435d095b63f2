/** Events: what pages reported of themselves, and what that goes with. */
import { type BuiltInReport, table } from './panels.ts';

const isEvent = 'hit.type = "event"';

export const events: BuiltInReport = {
  name: 'events',
  title: 'Events',
  group: 'Goals',
  description: 'Custom events by name, page, source and device.',
  panels: [
    table(
      { name: 'events', title: 'Events', description: 'Events that the pages sent, by name.' },
      {
        dimensions: ['event'],
        metrics: ['custom_events', 'sessions', 'visitors'],
        hitCondition: isEvent,
        limit: 100,
        chart: 'bars',
      },
    ),
    table(
      { name: 'by_page', title: 'By page', description: 'Each event with the page that sent it.' },
      {
        dimensions: ['event', 'path'],
        metrics: ['custom_events', 'visitors'],
        hitCondition: isEvent,
        limit: 50,
      },
    ),
    table(
      {
        name: 'by_channel',
        title: 'By channel',
        description: 'Each event with the kind of source of its session.',
      },
      {
        dimensions: ['event', 'channel'],
        metrics: ['custom_events', 'visitors'],
        hitCondition: isEvent,
        limit: 50,
      },
    ),
    table(
      { name: 'by_device', title: 'By device', description: 'Each event with the device.' },
      {
        dimensions: ['event', 'device'],
        metrics: ['custom_events', 'visitors'],
        hitCondition: isEvent,
        limit: 50,
      },
    ),
  ],
};
