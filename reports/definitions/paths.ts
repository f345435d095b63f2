/** Paths: the pages before and after one page. */
import { analysed, type BuiltInReport } from './panels.ts';

export const paths: BuiltInReport = {
  name: 'paths',
  title: 'Paths',
  group: 'Content',
  subject: ['page'],
  description: 'Where people came from to one page, and where they went from there.',
  panels: [
    analysed(
      {
        name: 'paths',
        title: 'Before and after the page',
        description:
          'Steps between page views, as a share of the views of the page. Reloads are left out, and so are shares under 1 %.',
      },
      { kind: 'paths' },
    ),
  ],
};
