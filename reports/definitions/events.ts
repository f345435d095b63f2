/** Events: what pages reported of themselves, what definitions have recorded, and what that goes with. */
import { analysed, type BuiltInReport, table } from './panels.ts';

const isEvent = 'hit.type = "event"';

export const events: BuiltInReport = {
  name: 'events',
  title: 'Events',
  group: 'Goals',
  description:
    'Custom events by name, property, page, source and device, and what events have recorded by their definitions.',
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
    analysed(
      {
        name: 'properties',
        title: 'By property',
        description: 'What the pages sent with their events, by property and value.',
      },
      { kind: 'recorded_events', origin: 'page', by: 'dimension', limit: 50 },
    ),
    analysed(
      {
        name: 'recorded',
        title: 'Recorded by definition',
        description: 'Events that are defined here, with the numbers that they recorded.',
      },
      { kind: 'recorded_events' },
      'bars',
    ),
    analysed(
      {
        name: 'reported',
        title: 'By dimension',
        description: 'Each defined event with what it reports.',
      },
      { kind: 'recorded_events', by: 'dimension', limit: 50 },
    ),
    analysed(
      {
        name: 'texts',
        title: 'By recorded text',
        description: 'Each defined event that records a text, such as a message or an address.',
      },
      { kind: 'recorded_events', by: 'text', limit: 50 },
    ),
  ],
};
