/** What's changed: whose share of the traffic is another one than in the compared period, beyond chance. */
import { analysed, type BuiltInReport } from './panels.ts';

export const whatsChanged: BuiltInReport = {
  name: 'whats-changed',
  title: "What's changed",
  group: 'Changes',
  description: 'What has a larger or smaller share of all sessions than before, beyond chance.',
  panels: [
    analysed(
      {
        name: 'changes',
        title: 'Changes',
        description:
          'Shares of all sessions in both periods: two-proportion test, corrected for many comparisons (Benjamini and Hochberg). Something may rise in share while it falls in number.',
      },
      { kind: 'changes' },
    ),
  ],
};
