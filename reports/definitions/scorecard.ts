/** Process scorecard: where a process loses people, with grades, and what failed meanwhile. */
import { type BuiltInReport, figures } from './panels.ts';

export const scorecard: BuiltInReport = {
  name: 'scorecard',
  title: 'Process scorecard',
  group: 'Goals',
  subject: ['funnel'],
  description: 'A funnel as a graded process: abandonment at each stage and as a whole.',
  panels: [
    {
      name: 'grades',
      title: 'Abandonment and grades',
      description:
        'Abandonment is what is missing to a rate of 100 %. Grades: A up to 20 %, B up to 40 %, C up to 60 %, D up to 80 %, F above. The first stage, or by progression the last, loses nobody and has none.',
      kind: 'table',
      analysis: { kind: 'scorecard' },
    },
    figures(
      {
        name: 'failures',
        title: 'Failures meanwhile',
        description: 'Hits that were answered with an error, of all hits whose status is known.',
      },
      ['errors', 'error_rate', 'response_time'],
    ),
  ],
};
