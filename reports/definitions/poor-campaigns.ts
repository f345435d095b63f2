/** Poor campaigns: paid traffic that leaves at once, and signs of clicks that are worth nothing. */
import { analysed, type BuiltInReport, table } from './panels.ts';

export const poorCampaigns: BuiltInReport = {
  name: 'poor-campaigns',
  title: 'Poor campaigns',
  group: 'Acquisition',
  description: 'Campaigns that bring little, and signs of worthless clicks.',
  panels: [
    analysed(
      {
        name: 'signs',
        title: 'Signs of worthless clicks',
        description:
          'By campaign: repeated clicks from one network or client, sessions without any further hit, robots. A sign is a reason to look, no proof.',
      },
      { kind: 'click_fraud' },
    ),
    table(
      {
        name: 'leaving',
        title: 'Campaigns that people leave at once',
        description: 'Tagged traffic with the highest bounce rates, by campaign and entry page.',
      },
      {
        dimensions: ['campaign', 'entry_path'],
        metrics: ['sessions', 'bounce_rate', 'session_duration', 'page_depth'],
        order: { by: 'bounce_rate', direction: 'descending' },
        condition: 'campaign exists',
        limit: 50,
      },
    ),
  ],
};
