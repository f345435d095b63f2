/** Funnel: how far sessions get on their way through the stages. */
import { analysed, type BuiltInReport } from './panels.ts';

export const funnel: BuiltInReport = {
  name: 'funnel',
  title: 'Funnel',
  group: 'Goals',
  subject: ['funnel'],
  description: 'The stages of a funnel: what reached them and what went on.',
  panels: [
    analysed(
      {
        name: 'stages',
        title: 'Stages',
        description: 'Sessions at each stage, in the order of the funnel.',
      },
      { kind: 'funnel' },
      'bars',
    ),
  ],
};
