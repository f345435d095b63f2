/** Campaigns: what they cost, what they brought, and what came back for each unit of money. */
import { analysed, type BuiltInReport, table } from './panels.ts';

/** What a campaign is judged by, of more figures than a mail has room for. */
const mailed = ['sessions', 'cost', 'revenue', 'roi'];

export const campaigns: BuiltInReport = {
  name: 'campaigns',
  title: 'Campaigns',
  group: 'Acquisition',
  subject: ['goal'],
  description: 'Cost, conversions, revenue and return of campaigns.',
  panels: [
    {
      ...analysed(
        {
          name: 'last_touch',
          title: 'By last touch',
          description:
            'A conversion belongs to the campaign of its own session. Return is (revenue − cost) / cost.',
        },
        { kind: 'campaigns', touch: 'last' },
        'bars',
      ),
      mailed,
    },
    {
      ...analysed(
        {
          name: 'first_touch',
          title: 'By first touch',
          description:
            'A conversion belongs to the campaign that first brought the visitor, as far as sessions are stored.',
        },
        { kind: 'campaigns', touch: 'first' },
      ),
      mailed,
    },
    table(
      {
        name: 'tagged',
        title: 'Tagged traffic',
        description: 'utm_source, utm_medium and utm_campaign as they came.',
      },
      {
        dimensions: ['source', 'medium', 'campaign'],
        metrics: ['sessions', 'visitors', 'bounce_rate', 'session_duration'],
        condition: 'campaign exists',
        limit: 100,
      },
    ),
  ],
};
