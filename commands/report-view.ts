/** How a report is looked at, as options of a command. */
import { type Command, Option } from 'commander';
import { comparisonKinds } from '../core/contract/comparison.ts';
import { list } from './option-values.ts';

export interface ReportView {
  robots?: boolean;
  seenByTag?: boolean;
  compare?: string | boolean;
  label: string[];
  condition?: string;
  page?: string;
  funnel?: string;
  goal?: string;
}

export const withReportView = (command: Command): Command =>
  command
    .option('--robots', 'count robots too')
    .option(
      '--seen-by-tag',
      'count page views of logs beside those of the tracker, where both saw the same',
    )
    .addOption(
      new Option('--compare [period]', 'compare with another period')
        .choices([...comparisonKinds])
        .preset('previous_period'),
    )
    .option('--label <name>', 'a label beside all (repeat, up to 8)', list, [])
    .option('--condition <condition>', 'only sessions that meet it')
    .option('--page <path>', 'the page that the report is about')
    .option('--funnel <name>', 'the funnel that the report is about')
    .option('--goal <name>', 'the goal that the report is about');
