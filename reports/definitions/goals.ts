/** Goals: how many sessions reach one, and where these come from. */
import { type BuiltInReport, byDay, figures, table } from './panels.ts';

export const goals: BuiltInReport = {
  name: 'goals',
  title: 'Goals',
  group: 'Goals',
  subject: ['goal'],
  description: 'Conversions, their rate and their revenue.',
  panels: [
    figures(
      {
        name: 'totals',
        title: 'Totals',
        description: 'Sessions that reached the goal, each counted once.',
      },
      ['conversions', 'conversion_rate', 'unique_conversions', 'revenue'],
    ),
    byDay(['conversions', 'conversion_rate', 'revenue']),
    table(
      { name: 'channels', title: 'By channel', description: 'The kinds of source that convert.' },
      {
        dimensions: ['channel'],
        metrics: ['conversions', 'conversion_rate', 'revenue', 'sessions'],
      },
    ),
    table(
      {
        name: 'entry_pages',
        title: 'By entry page',
        description: 'The pages where converting sessions began.',
      },
      {
        dimensions: ['entry_path'],
        metrics: ['conversions', 'conversion_rate', 'revenue', 'sessions'],
      },
    ),
  ],
};
