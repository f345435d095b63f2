/** The commands for alerts and for the channels that their notices go to. They work through the API like all others. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  type AlertDryRun,
  type AlertEntry,
  type AlertRuleInput,
  type AlertRuleStatus,
  alertMeasures,
  alertMetrics,
  alertOperators,
  alertSeverities,
} from '../core/contract/alert.ts';
import { countedNoun } from '../core/contract/counted-noun.ts';
import { Problem } from '../core/contract/problem.ts';
import { showInvisible } from '../reports/html/format.ts';
import { alignColumns } from '../reports/run/align-columns.ts';
import { readParameters } from './export.ts';
import { readGivenText } from './given-file.ts';
import { list } from './option-values.ts';
import type { CommandDesk } from './upkeep.ts';

const pathOf = (slug: string) => `/api/datasets/${encodeURIComponent(slug)}/alerts`;
const rulePath = (slug: string, name: string) =>
  `${pathOf(slug)}/rules/${encodeURIComponent(name)}`;
const instant = (ms: number | undefined) => (ms === undefined ? '' : new Date(ms).toISOString());

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new InvalidArgumentError('It must be a number.');
  return value;
}

interface InDataset {
  dataset: string;
}

interface RuleOptions extends InDataset {
  file?: string;
  name?: string;
  description?: string;
  measure?: string;
  event?: string;
  metric?: string;
  raised?: string;
  baseEvent?: string;
  baseMetric?: string;
  saved?: string;
  param: string[];
  everyMinutes?: number;
  windowMinutes?: number;
  operator?: string;
  bound?: number;
  boundTo?: number;
  rearmMinutes?: number;
  blackout: string[];
  severity?: string;
  recovery?: boolean;
  channel: string[];
  robots?: boolean;
  inactive?: boolean;
}

export function addAlertCommands<O extends { json?: boolean }>(desk: CommandDesk<O>): void {
  const { group, withApi, out, outJson } = desk;
  const alert = group('alert', 'be told when a number is beyond its bounds');

  alert('list', 'list the alerts of a dataset, and how they stand')
    .requiredOption('--dataset <slug>', 'the dataset')
    .action(async (options: O & InDataset) => {
      const { alerts } = await withApi(options, (api) =>
        api.json<{ alerts: AlertRuleStatus[] }>('GET', `${pathOf(options.dataset)}/rules`),
      );
      if (options.json) outJson(alerts);
      else out(describeRules(alerts));
    });

  alert('show <name>', 'show one alert, as JSON that can be saved again')
    .requiredOption('--dataset <slug>', 'the dataset')
    .action(async (name: string, options: O & InDataset) => {
      const { rule, state } = await withApi(options, (api) =>
        api.json<AlertRuleStatus>('GET', rulePath(options.dataset, name)),
      );
      if (options.json) outJson({ rule, state });
      else out(JSON.stringify(rule, null, 2));
    });

  withRule(alert('save', 'make an alert, or change the one of its name')).action(
    async (options: O & RuleOptions) => {
      const rule = ruleOf(options);
      const saved = await withApi(options, (api) =>
        api.json<AlertRuleInput>('PUT', `${pathOf(options.dataset)}/rules`, rule),
      );
      if (options.json) outJson(saved);
      else out(`Saved the alert "${saved.name}".`);
    },
  );

  alert('delete <name>', 'delete an alert; its history stays')
    .requiredOption('--dataset <slug>', 'the dataset')
    .action(async (name: string, options: O & InDataset) => {
      const done = await withApi(options, (api) =>
        api.json<{ deleted: string }>('DELETE', rulePath(options.dataset, name)),
      );
      if (options.json) outJson(done);
      else out(`Deleted the alert "${done.deleted}".`);
    });

  alert('close <name>', 'close one that is raised: nobody is told again before it was over')
    .requiredOption('--dataset <slug>', 'the dataset')
    .option('--note <text>', 'what is to be known of it')
    .action(async (name: string, options: O & InDataset & { note?: string }) => {
      const { dataset, note } = options;
      const closed = await withApi(options, (api) =>
        api.json<AlertRuleStatus>('POST', `${rulePath(dataset, name)}/close`, { note }),
      );
      if (options.json) outJson(closed);
      else out(`Closed the alert "${closed.rule.name}".`);
    });

  withRule(
    alert('dry-run [saved]', 'say how often it would have fired in the last 30 days'),
  ).action(async (saved: string | undefined, options: O & RuleOptions) => {
    const result = await withApi(options, async (api) => {
      const rule =
        saved === undefined
          ? ruleOf(options)
          : (await api.json<AlertRuleStatus>('GET', rulePath(options.dataset, saved))).rule;
      return await api.json<AlertDryRun>('POST', `${pathOf(options.dataset)}/dry-run`, rule);
    });
    if (options.json) outJson(result);
    else out(describeDryRun(result));
  });

  alert('history [name]', 'list when alerts fired, recovered and were closed, newest first')
    .requiredOption('--dataset <slug>', 'the dataset')
    .action(async (name: string | undefined, options: O & InDataset) => {
      const search = name === undefined ? '' : `?rule=${encodeURIComponent(name)}`;
      const { entries } = await withApi(options, (api) =>
        api.json<{ entries: AlertEntry[] }>('GET', `${pathOf(options.dataset)}/history${search}`),
      );
      if (options.json) outJson(entries);
      else out(describeHistory(entries));
    });
}

/** The options that say what a rule is. */
function withRule(command: Command): Command {
  return command
    .requiredOption('--dataset <slug>', 'the dataset')
    .option('--file <file>', 'read the alert from a JSON file; the other options change it')
    .option('--name <name>', 'its name')
    .option('--description <text>', 'what it is for')
    .addOption(new Option('--measure <measure>', 'what is measured').choices([...alertMeasures]))
    .option('--event <event>', 'measure this event')
    .addOption(new Option('--metric <metric>', 'measure this metric').choices([...alertMetrics]))
    .addOption(
      new Option('--raised <severity>', 'measure events that raise an alert this bad').choices([
        ...alertSeverities,
      ]),
    )
    .option(
      '--saved <query>',
      'measure what this saved query gives: its value, or the count of its rows',
    )
    .option('--param <assignment>', 'a value for $NAME of it: NAME=VALUE (repeat)', list, [])
    .option('--every-minutes <minutes>', 'how often it is asked (5 without it)', number)
    .option('--base-event <event>', 'ratio: in per cent of this event')
    .addOption(
      new Option('--base-metric <metric>', 'ratio: in per cent of this metric').choices([
        ...alertMetrics,
      ]),
    )
    .option('--window-minutes <minutes>', 'how far back is looked (1 to 1440)', number)
    .addOption(
      new Option('--operator <operator>', 'how it is compared').choices([...alertOperators]),
    )
    .option('--bound <number>', 'what it is compared with', number)
    .option('--bound-to <number>', 'the end of a range', number)
    .option('--rearm-minutes <minutes>', 'the least time between two notices', number)
    .option(
      '--blackout <times>',
      'tell nobody at these times, such as "sat,sun 00:00-24:00" (repeat for several)',
      list,
      [],
    )
    .addOption(new Option('--severity <severity>', 'how bad it is').choices([...alertSeverities]))
    .option('--recovery', 'tell also when it is over')
    .option('--channel <name>', 'who is told (repeat for several)', list, [])
    .option('--robots', 'count robots too')
    .option('--inactive', 'keep it, but do not look at it');
}

function ruleOf(options: RuleOptions): Record<string, unknown> {
  const { measure, windowMinutes, everyMinutes, operator, bound, boundTo, rearmMinutes, severity } =
    options;
  const given = {
    name: options.name,
    description: options.description,
    measure,
    subject: subjectOf(options.event, options.metric, options.raised, savedQueryOf(options)),
    everyMinutes,
    base: subjectOf(options.baseEvent, options.baseMetric),
    windowMinutes,
    operator,
    bound,
    boundTo,
    rearmMinutes,
    severity,
    notifyRecovery: options.recovery,
    robots: options.robots,
    active: options.inactive === true ? false : undefined,
    blackouts: options.blackout.length > 0 ? options.blackout.map(blackoutOf) : undefined,
    channels: options.channel.length > 0 ? options.channel : undefined,
  };
  if (options.file === undefined && given.subject === undefined)
    throw new InvalidArgumentError(
      'Say what is measured with one of: --event, --metric, --raised, --saved; or give a --file.',
    );
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return {
    ...(options.file === undefined ? {} : readJson(options.file)),
    ...Object.fromEntries(set),
  };
}

function savedQueryOf({ saved: name, param }: RuleOptions) {
  if (name !== undefined) return { kind: 'saved_query', name, ...readParameters(param, false) };
  if (param.length === 0) return undefined;
  throw new InvalidArgumentError('--param is for the query that --saved names.');
}

function subjectOf(event?: string, metric?: string, severity?: string, query?: object) {
  if ([event, metric, severity, query].filter((one) => one !== undefined).length > 1)
    throw new InvalidArgumentError('Name one thing to measure, not several.');
  if (query !== undefined) return query;
  if (severity !== undefined) return { kind: 'raised', severity };
  if (event !== undefined) return { kind: 'event', event };
  return metric === undefined ? undefined : { kind: 'metric', metric };
}

/** `mon,tue 22:00-06:00`, or without days for all of them. */
function blackoutOf(text: string): Record<string, unknown> {
  const match = /^(?:([a-z,]+) )?(\d\d:\d\d)-(\d\d:\d\d)$/.exec(text.trim());
  if (match === null)
    throw new InvalidArgumentError(`The blackout "${text}" is not like "mon,tue 22:00-06:00".`);
  const [, days, from, to] = match;
  return { ...(days === undefined ? {} : { days: days.split(',') }), from, to };
}

const fileBytesMax = 65_536;

function readJson(file: string): Record<string, unknown> {
  const text = readGivenText(file);
  if (text.length > fileBytesMax)
    throw new Problem('request_invalid', `${file} is longer than ${fileBytesMax} characters.`);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // Refused below, like JSON that is no object.
  }
  throw new Problem('request_invalid', `${file} does not hold a JSON object.`);
}

function describeRules(alerts: readonly AlertRuleStatus[]): string {
  if (alerts.length === 0) return 'There is no alert yet.';
  const rows = alerts.map(({ rule, state }) => [
    showInvisible(rule.name),
    rule.active ? standingOf(state) : 'inactive',
    state.value === undefined ? '' : String(Math.round(state.value * 100) / 100),
    instant(state.lastFiredAt),
    rule.severity,
    rule.channels.map(showInvisible).join(', '),
  ]);
  return alignColumns(
    [['alert', 'state', 'value', 'last fired', 'severity', 'channels'], ...rows],
    (column) => column === 2,
  ).join('\n');
}

function standingOf({ firing, closed }: AlertRuleStatus['state']): string {
  if (!firing) return 'quiet';
  return closed === undefined ? 'FIRING' : 'closed';
}

function describeDryRun({ fired, firings, fromMs, toMs, stepMinutes }: AlertDryRun): string {
  const looked =
    stepMinutes === undefined ? '' : `, looking every ${countedNoun(stepMinutes, 'minute')}`;
  const times = fired === 1 ? 'once' : `${fired} times`;
  const lines = firings.map(({ at, value, recoveredAt }) =>
    [
      `  ${instant(at)}`,
      value === undefined ? '' : ` ${Math.round(value * 100) / 100}`,
      recoveredAt === undefined ? '' : `, over at ${instant(recoveredAt)}`,
    ].join(''),
  );
  const more = fired - firings.length;
  return [
    `It would have fired ${times} from ${instant(fromMs)} to ${instant(toMs)}${looked}.`,
    ...lines,
    ...(more > 0 ? [`  and ${countedNoun(more, 'time')} before`] : []),
  ].join('\n');
}

function describeHistory(entries: readonly AlertEntry[]): string {
  if (entries.length === 0) return 'Nothing has fired yet.';
  return entries
    .flatMap(({ at, change, severity, rule, says, sessions }) => [
      `${instant(at)}  ${change.padEnd(9)}  ${severity.padEnd(8)}  ${showInvisible(rule)}: ${showInvisible(says)}`,
      ...sessions.map((id) => `  session ${id}`),
    ])
    .join('\n');
}
