/** The commands for digests that are mailed on a schedule, and for what became of them. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { weekdays } from '../core/contract/alert.ts';
import { comparisonKinds } from '../core/contract/comparison.ts';
import type {
  DigestDelivery,
  SubscriptionInput,
  SubscriptionStatus,
} from '../core/contract/subscription.ts';
import { digestPeriods, scheduleWords } from '../core/contract/subscription-words.ts';
import { showInvisible } from '../reports/html/format.ts';
import { alignColumns } from '../reports/run/align-columns.ts';
import { readGivenJson } from './given-file.ts';
import { list } from './option-values.ts';
import type { CommandDesk } from './upkeep.ts';

const path = '/api/subscriptions';
const pathOf = (name: string) => `${path}/${encodeURIComponent(name)}`;
const instant = (ms: number | undefined) => (ms === undefined ? '' : new Date(ms).toISOString());

interface CreateOptions {
  file?: string;
  daily?: boolean;
  weekly?: string;
  monthly?: string;
  cron?: string;
  at?: string;
  timeZone?: string;
  period?: string;
  compare?: string;
  to: string[];
  dataset: string[];
  report: string[];
  label: string[];
  onlyWhenChanged?: boolean;
  locale?: string;
  paused?: boolean;
}

export function addSubscriptionCommands<O extends { json?: boolean }>(desk: CommandDesk<O>): void {
  const { group, withApi, out, outJson } = desk;
  const subscription = group('subscription', 'mail reports on a schedule');

  describeCreate(
    subscription('create [name]', 'make a subscription, or change the one of its name'),
  ).action(async (name: string | undefined, options: O & CreateOptions) => {
    const input = inputOf(name, options);
    const saved = await withApi(options, (api) => api.json<SubscriptionStatus>('PUT', path, input));
    if (options.json) outJson(saved);
    else out(describeSaved(saved));
  });

  subscription('list', 'list the subscriptions, and when each is due next').action(
    async (options: O) => {
      const { subscriptions } = await withApi(options, (api) =>
        api.json<{ subscriptions: SubscriptionStatus[] }>('GET', path),
      );
      if (options.json) outJson(subscriptions);
      else out(describeList(subscriptions));
    },
  );

  subscription('show <name>', 'show one subscription, as JSON that create --file takes').action(
    async (name: string, options: O) => {
      const found = await withApi(options, (api) =>
        api.json<SubscriptionStatus>('GET', pathOf(name)),
      );
      if (options.json) outJson(found);
      else out(JSON.stringify(found.subscription, null, 2));
    },
  );

  for (const [change, words] of [
    ['pause', 'send nothing until it is resumed'],
    ['resume', 'go on with what comes due from now on'],
  ] as const) {
    subscription(`${change} <name>`, words).action(async (name: string, options: O) => {
      const changed = await withApi(options, (api) =>
        api.json<SubscriptionStatus>('POST', `${pathOf(name)}/${change}`),
      );
      if (options.json) outJson(changed);
      else out(describeSaved(changed));
    });
  }

  subscription('delete <name>', 'delete a subscription, with what still waits to be sent').action(
    async (name: string, options: O) => {
      const done = await withApi(options, (api) =>
        api.json<{ deleted: string }>('DELETE', pathOf(name)),
      );
      if (options.json) outJson(done);
      else out(`Deleted the subscription "${showInvisible(done.deleted)}".`);
    },
  );

  subscription('preview <name>', 'print the mail as it would be sent now')
    .addOption(
      new Option('--format <format>', 'form of the mail').choices(['text', 'html']).default('text'),
    )
    .action(async (name: string, options: O & { format: string }) => {
      const format = options.json ? 'json' : options.format;
      out(
        await withApi(options, async (api) =>
          (await api.request('GET', `${pathOf(name)}/preview?format=${format}`)).text(),
        ),
      );
    });

  subscription('test <name>', 'send the digest of this moment to one address only')
    .requiredOption('--to <address>', 'who gets it')
    .action(async (name: string, options: O & { to: string }) => {
      const done = await withApi(options, (api) =>
        api.json<{ id: string }>('POST', `${pathOf(name)}/test`, { to: options.to }),
      );
      if (options.json) outJson(done);
      else out(described([done.id]));
    });

  subscription('run <name>', 'send the digest of this moment to all recipients').action(
    async (name: string, options: O) => {
      const done = await withApi(options, (api) =>
        api.json<{ ids: string[] }>('POST', `${pathOf(name)}/run`),
      );
      if (options.json) outJson(done);
      else out(described(done.ids));
    },
  );

  addDeliveryCommands(desk);
}

function addDeliveryCommands<O extends { json?: boolean }>(desk: CommandDesk<O>): void {
  const { group, withApi, out, outJson } = desk;
  const delivery = group('delivery', 'what became of digests');

  delivery('list [subscription]', 'list what became of digests, newest first').action(
    async (name: string | undefined, options: O) => {
      const search = name === undefined ? '' : `?subscription=${encodeURIComponent(name)}`;
      const { deliveries } = await withApi(options, (api) =>
        api.json<{ deliveries: DigestDelivery[] }>('GET', `/api/digest-deliveries${search}`),
      );
      if (options.json) outJson(deliveries);
      else out(describeDeliveries(deliveries));
    },
  );

  delivery('resend <id>', 'try what was given up again, or send one more copy').action(
    async (id: string, options: O) => {
      const done = await withApi(options, (api) =>
        api.json<{ id: string }>('POST', `/api/digest-deliveries/${encodeURIComponent(id)}/resend`),
      );
      if (options.json) outJson(done);
      else out(described([done.id]));
    },
  );
}

function describeCreate(command: Command): Command {
  return command
    .option('--file <file>', 'take the whole subscription from a file of JSON')
    .option('--daily', 'send it every day')
    .addOption(
      new Option('--weekly [weekday]', 'send it every week').choices([...weekdays]).preset('mon'),
    )
    .option('--monthly [day]', 'send it every month, on this day (1 to 28, or last; else the 1st)')
    .option('--cron <expression>', 'send it by five fields, such as "0 7 * * mon"')
    .option('--at <time>', 'at this time of day (else 07:00)')
    .option('--time-zone <zone>', 'by the clock of this time zone (else UTC)')
    .addOption(
      new Option('--period <period>', 'the days that it is about (else last_7_days)').choices([
        ...digestPeriods,
      ]),
    )
    .addOption(
      new Option('--compare <period>', 'compare with (else previous_period)').choices([
        ...comparisonKinds,
      ]),
    )
    .option('--to <address>', 'send it to this address (repeat for several)', list, [])
    .option('--dataset <slug>', 'a dataset that it is about (repeat for several)', list, [])
    .option('--report <name>', 'a report that it shows (repeat; else overview)', list, [])
    .option('--label <name>', 'a label beside all (repeat, up to 8)', list, [])
    .option('--only-when-changed', 'send nothing when nothing changed and no alert fired')
    .option('--locale <locale>', 'how numbers and dates are written, such as de (else en)')
    .option('--paused', 'make it without sending anything yet');
}

/** @throws Problem `request_invalid` or `file_missing` of a file; InvalidArgumentError where an option lacks */
function inputOf(name: string | undefined, options: CreateOptions): unknown {
  if (options.file !== undefined)
    return { ...(readGivenJson(options.file) as SubscriptionInput), ...(name && { name }) };
  if (name === undefined)
    throw new InvalidArgumentError('Name the subscription: subscription create NAME');
  const { to, dataset, report, label, timeZone, period, compare, locale } = options;
  return {
    name,
    schedule: scheduleOf(options),
    recipients: to,
    datasets: dataset,
    labels: label,
    onlyWhenChanged: options.onlyWhenChanged === true,
    paused: options.paused === true,
    ...(report.length > 0 && { reports: report }),
    ...(timeZone && { timeZone }),
    ...(period && { period }),
    ...(compare && { comparison: compare }),
    ...(locale && { locale }),
  };
}

function scheduleOf({ daily, weekly, monthly, cron, at }: CreateOptions): Record<string, unknown> {
  const given = [daily, weekly, monthly, cron].filter((one) => one !== undefined);
  if (given.length !== 1)
    throw new InvalidArgumentError(
      'Say when with one of: --daily, --weekly WEEKDAY, --monthly DAY, --cron EXPRESSION.',
    );
  const time = at === undefined ? {} : { at };
  if (cron !== undefined) return { kind: 'cron', expression: cron, ...time };
  if (weekly !== undefined) return { kind: 'weekly', weekday: weekly, ...time };
  if (daily) return { kind: 'daily', ...time };
  // Without a day commander gives true.
  const day = typeof monthly !== 'string' ? 1 : monthly === 'last' ? 'last' : Number(monthly);
  return { kind: 'monthly', day, ...time };
}

const described = (ids: readonly string[]) =>
  ids.length === 0
    ? 'There is nobody to send it to: all recipients have unsubscribed.'
    : `Put into the outbox as ${ids.join(', ')}. The server sends it when it runs. What becomes of it: canister delivery list`;

function describeSaved({ subscription, state }: SubscriptionStatus): string {
  const { name, schedule, timeZone, paused } = subscription;
  const next = paused ? 'It is paused.' : `Next due: ${instant(state.nextDueAt)}`;
  return `The subscription "${showInvisible(name)}" is sent ${scheduleWords(schedule, timeZone)}. ${next}`;
}

function describeList(subscriptions: readonly SubscriptionStatus[]): string {
  if (subscriptions.length === 0)
    return 'There is no subscription yet. Make one with: canister subscription create NAME';
  const rows = subscriptions.map(({ subscription, state }) => [
    showInvisible(subscription.name),
    scheduleWords(subscription.schedule, subscription.timeZone),
    subscription.paused ? 'paused' : instant(state.nextDueAt),
    instant(state.lastDueAt) + (state.lastOutcome === 'unchanged' ? ' (nothing new)' : ''),
    `${subscription.recipients.length - state.unsubscribed.length} of ${subscription.recipients.length}`,
    showInvisible(state.heldReason ?? ''),
  ]);
  const head = ['subscription', 'schedule', 'next', 'last', 'recipients', 'held because'];
  return alignColumns([head, ...rows], () => false).join('\n');
}

function describeDeliveries(deliveries: readonly DigestDelivery[]): string {
  if (deliveries.length === 0) return 'Nothing was sent yet.';
  const rows = deliveries.map((one) => [
    one.id,
    instant(one.createdAt),
    one.state,
    String(one.tries),
    showInvisible(one.recipient),
    showInvisible(one.title),
    showInvisible(one.state === 'sent' ? '' : (one.lastError ?? '')),
  ]);
  const head = ['id', 'since', 'state', 'tries', 'to', 'title', 'error'];
  return alignColumns([head, ...rows], (column) => column === 3).join('\n');
}
