/** Navigation: which links of a page are taken. */
import { analysed, type BuiltInReport } from './panels.ts';

export const navigation: BuiltInReport = {
  name: 'navigation',
  title: 'Navigation',
  group: 'Content',
  subject: ['page'],
  description: 'Which of its links people take from one page.',
  panels: [
    analysed(
      {
        name: 'links',
        title: 'Links of the page',
        description:
          'Clicks to each other page as a share of all clicks to other pages and of the exits from here. Clicks count, not visitors.',
      },
      { kind: 'navigation' },
      'bars',
    ),
  ],
};
