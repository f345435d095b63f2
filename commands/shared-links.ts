/** The commands of shared links: reports that are shown without a sign-in to whoever has the address. */
import { InvalidArgumentError, Option } from 'commander';
import { Problem } from '../core/contract/problem.ts';
import {
  type MadeSharedLink,
  type SharedLink,
  sharedLinkLimits,
} from '../core/contract/shared-link.ts';
import { digestPeriods } from '../core/contract/subscription-words.ts';
import { showInvisible } from '../reports/html/format.ts';
import { alignColumns } from '../reports/run/align-columns.ts';
import { readGivenText } from './given-file.ts';
import { numberUpTo } from './option-values.ts';
import { type ReportView, withReportView } from './report-view.ts';
import type { CommandDesk } from './upkeep.ts';

interface CreateOptions extends ReportView {
  json?: boolean;
  dataset: string;
  name?: string;
  from?: string;
  to?: string;
  period?: string;
  days: number;
  passwordFile?: string;
}

const passwordBytesMax = 4_096;
const pathOf = (slug: string) => `/api/datasets/${encodeURIComponent(slug)}/shared-links`;
const dayOf = (ms: number | undefined) =>
  ms === undefined ? 'never' : new Date(ms).toISOString().slice(0, 10);

export function addSharedLinkCommands<O extends { json?: boolean }>(desk: CommandDesk<O>): void {
  const { group, withApi, out, outJson } = desk;
  const links = group('shared-links', 'reports that are shown without a sign-in, by their address');
  const create = links('create <report>', 'make a link that shows a report')
    .requiredOption('--dataset <slug>', 'the dataset that it is about')
    .option('--name <name>', 'what or whom it is for (else the name of the report)')
    .addOption(
      new Option('--period <period>', 'days that move on, over when it is opened').choices([
        ...digestPeriods,
      ]),
    )
    .option('--from <date>', 'first of days that stay the same, like 2026-11-14')
    .option('--to <date>', 'day after the last of them');
  withReportView(create)
    .option(
      '--days <days>',
      `how long it works: 1 to ${sharedLinkLimits.daysMax}`,
      numberUpTo(sharedLinkLimits.daysMax),
      sharedLinkLimits.daysUsual,
    )
    .option('--password-file <file>', 'a file whose first line is the password of the link')
    .action(async (report: string, options: O & CreateOptions) => {
      const made = await withApi(options, (api) =>
        api.json<MadeSharedLink>('POST', pathOf(options.dataset), inputOf(report, options)),
      );
      if (options.json) return outJson(made);
      const { url, expiresAt, hasPassword, id } = made;
      const who = hasPassword ? 'who has it and its password' : 'whoever has it';
      out(
        `${url}\nIt shows the report to ${who} until ${dayOf(expiresAt)}, and is not told again. To revoke it: canister shared-links delete ${id} --dataset ${options.dataset}`,
      );
    });
  links('list', 'list the shared links')
    .requiredOption('--dataset <slug>', 'the dataset')
    .action(async (options: O & { dataset: string }) => {
      const found = await withApi(options, (api) =>
        api.json<{ links: SharedLink[] }>('GET', pathOf(options.dataset)),
      );
      if (options.json) return outJson(found.links);
      const rows = found.links.map(({ id, name, shows, ...link }) => [
        id,
        showInvisible(name),
        shows.report,
        shows.period ?? `${shows.range?.from} to ${shows.range?.to}`,
        link.hasPassword ? 'yes' : 'no',
        dayOf(link.expiresAt),
        `${link.opened}`,
        dayOf(link.lastOpenedAt),
        showInvisible(link.createdBy),
      ]);
      const head = 'id,name,report,days,password,works until,opened,last opened,made by'.split(',');
      out(alignColumns([head, ...rows], (index) => head[index] === 'opened').join('\n'));
    });
  links('delete <id>', 'revoke a shared link')
    .requiredOption('--dataset <slug>', 'the dataset')
    .action(async (id: string, options: O & { dataset: string }) => {
      const path = `${pathOf(options.dataset)}/${encodeURIComponent(id)}`;
      await withApi(options, (api) => api.request('DELETE', path));
      if (options.json) outJson({ deleted: id });
      else out(`Revoked the shared link ${showInvisible(id)}.`);
    });
}

function inputOf(report: string, options: CreateOptions): object {
  const { from, to, period, compare, passwordFile, page, funnel, goal } = options;
  const isFixed = from !== undefined && to !== undefined;
  if (isFixed === (period !== undefined) || (from === undefined) !== (to === undefined))
    throw new InvalidArgumentError('Give either --period, or --from and --to.');
  return {
    name: options.name ?? report,
    report,
    ...(isFixed ? { range: { from, to } } : { period }),
    ...(typeof compare === 'string' && { comparison: compare }),
    robots: options.robots === true,
    ...(options.seenByTag && { seenByTag: true }),
    labels: options.label,
    condition: options.condition,
    subject: { page, funnel, goal },
    days: options.days,
    ...(passwordFile !== undefined && { password: readPassword(passwordFile) }),
  };
}

/** From a file and not from the command line, which other users of the machine can read. */
function readPassword(file: string): string {
  const [password = ''] = readGivenText(file).split(/\r?\n/, 1);
  if (password !== '' && Buffer.byteLength(password) <= passwordBytesMax) return password;
  throw new Problem('request_invalid', `The first line of ${file} is empty or too long.`);
}
