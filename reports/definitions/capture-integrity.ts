/** Capture integrity: what is missing or odd in what was captured. */
import { analysed, type BuiltInReport, table } from './panels.ts';

export const captureIntegrity: BuiltInReport = {
  name: 'capture-integrity',
  title: 'Capture integrity',
  group: 'Quality',
  description: 'Whether the figures can be trusted: gaps and oddities in what was captured.',
  panels: [
    analysed(
      {
        name: 'by_day',
        title: 'By day',
        description: 'What is missing or odd, day by day.',
      },
      { kind: 'capture_integrity' },
    ),
    table(
      {
        name: 'ends',
        title: 'How sessions ended',
        description: 'Limits that end many sessions cut them in pieces.',
      },
      { dimensions: ['end_reason'], metrics: ['sessions', 'visitors', 'hits'], robots: true },
    ),
    table(
      {
        name: 'origins',
        title: 'Where hits came from',
        description: 'Tracker or log, with the host of the page.',
      },
      { dimensions: ['origin', 'host'], metrics: ['hits', 'sessions'], robots: true },
    ),
  ],
};
