/** The commands that care for stored sessions. They work through the API, so that a running server may go on. */

import type { Command } from 'commander';
import { countedAre, countedNoun } from '../core/contract/counted-noun.ts';
import type { Dataset } from '../core/contract/dataset.ts';
import type { ServerRetention } from '../core/contract/server-retention.ts';
import type {
  Fingerprint,
  RebuildResult,
  RetentionResult,
  RotationResult,
  VerifyResult,
} from '../core/contract/upkeep.ts';
import type { ApiClient } from '../core/http/api-client.ts';
import { runUpkeep } from '../core/http/upkeep-client.ts';
import { wholeNumber } from './option-values.ts';
import { describeRecut, describeRecutCommand, type RecutOptions, recut } from './recut.ts';

/** What every command of the program has at hand. */
export interface CommandDesk<O extends { json?: boolean }> {
  command(usage: string, description: string): Command;
  /** Begins a group of commands, such as `keys rotate`. */
  group(name: string, description: string): CommandDesk<O>['command'];
  withApi<T>(options: O, work: (api: ApiClient) => Promise<T>): Promise<T>;
  out(text: string): void;
  outJson(value: unknown): void;
}

const exitFailed = 1;
const pathOf = (slug: string) => `/api/datasets/${encodeURIComponent(slug)}`;

export function addUpkeepCommands<O extends { json?: boolean }>(desk: CommandDesk<O>): void {
  const { command, group, withApi, out, outJson } = desk;

  command('verify', 'read every stored session and report damage')
    .option('--dataset <slug>', 'the dataset to check (else all of them)')
    .action(async (options: O & { dataset?: string }) => {
      const results = await withApi(options, (api) => verifyAll(api, options.dataset));
      if (options.json) outJson(options.dataset === undefined ? results : results[0]);
      else out(results.map(describeVerify).join('\n\n') || 'There is no dataset.');
      if (results.some(({ damagedCount, missingCount }) => damagedCount + missingCount > 0))
        process.exitCode = exitFailed;
    });

  command('rebuild', 'make the tables of a dataset anew out of its canister')
    .requiredOption('--dataset <slug>', 'the dataset to rebuild')
    .option('--accept-loss', 'go on although some sessions cannot be read any more')
    .action(async (options: O & { dataset: string; acceptLoss?: boolean }) => {
      const result = await withApi(options, (api) =>
        runUpkeep<RebuildResult>(api, `${pathOf(options.dataset)}/rebuild`, {
          acceptLoss: options.acceptLoss === true,
        }),
      );
      if (options.json) outJson(result);
      else out(describeRebuild(result));
    });

  describeRecutCommand(
    command(
      'recut',
      'apply changed session rules over the past, and look before it is put in place',
    ),
  ).action(async (options: O & RecutOptions) => {
    const summary = await withApi(options, (api) => recut(api, options));
    if (options.json) outJson(summary ?? null);
    else out(describeRecut(summary, options));
  });

  command('retention', 'set how long sessions are kept, and remove what is older')
    .requiredOption('--dataset <slug>', 'the dataset')
    .option('--keep-days <days>', 'keep sessions this many days', wholeNumber)
    .option('--keep-bytes <bytes>', 'keep at most this much of the canister', wholeNumber)
    .option('--keep-index-days <days>', 'keep sessions in the index this many days', wholeNumber)
    .option('--keep-published-days <days>', 'publish this many days', wholeNumber)
    .option('--keep-all', 'take all rules away')
    .option('--dry-run', 'only say what would go; nothing is set or removed')
    .action(async (options: O & RetentionOptions) => {
      const none = options.keepAll ? null : undefined;
      const result = await withApi(options, (api) =>
        api.json<RetentionResult>('POST', `${pathOf(options.dataset)}/retention`, {
          keepSessionsDays: options.keepDays ?? none,
          keepBytesMax: options.keepBytes ?? none,
          keepIndexDays: options.keepIndexDays ?? none,
          keepPublishedDays: options.keepPublishedDays ?? none,
          dryRun: options.dryRun === true,
        }),
      );
      if (options.json) outJson(result);
      else out(describeRetention(result));
    });

  command('server-retention', 'set how long audit trail and deliveries are kept, or say it')
    .option('--keep-audit-days <days>', 'keep the audit trail this many days', wholeNumber)
    .option('--keep-audit', 'keep the audit trail for good')
    .option(
      '--keep-deliveries-days <days>',
      'keep what became of messages this many days',
      wholeNumber,
    )
    .action(async (options: O & ServerRetentionOptions) => {
      const { keepAuditDays, keepAudit, keepDeliveriesDays } = options;
      const given = {
        keepAuditDays: keepAuditDays ?? (keepAudit ? null : undefined),
        keepDeliveriesDays,
      };
      const isAsked = Object.values(given).every((value) => value === undefined);
      const rules = await withApi(options, (api) =>
        isAsked
          ? api.json<ServerRetention>('GET', '/api/retention')
          : api.json<ServerRetention>('PUT', '/api/retention', given),
      );
      if (options.json) return outJson(rules);
      const audit =
        rules.keepAuditDays === undefined ? 'for good' : countedNoun(rules.keepAuditDays, 'day');
      out(
        `Kept: the audit trail ${audit}, deliveries ${countedNoun(rules.keepDeliveriesDays, 'day')}.`,
      );
    });

  const keys = group('keys', 'change the master key');
  keys('rotate', 'put a new master key in place').action(async (options: O) => {
    const result = await withApi(options, (api) =>
      api.json<RotationResult>('POST', '/api/keys/rotate'),
    );
    if (options.json) outJson(result);
    else
      out(
        `A new master.key is in place; it opens ${countedNoun(result.keys, 'data key')}. Keep a copy of it. Backups that were made before need the old one.`,
      );
  });
}

interface ServerRetentionOptions {
  keepAuditDays?: number;
  keepAudit?: boolean;
  keepDeliveriesDays?: number;
}

interface RetentionOptions {
  dataset: string;
  keepDays?: number;
  keepBytes?: number;
  keepIndexDays?: number;
  keepPublishedDays?: number;
  keepAll?: boolean;
  dryRun?: boolean;
}

function describeRetention(result: RetentionResult): string {
  const { keepSessionsDays, keepBytesMax, keepIndexDays, keepPublishedDays } = result;
  const { applied, days, bytes, sessions, hits, indexDays, publishedDays } = result;
  const rules = [
    ...(keepSessionsDays === undefined ? [] : [countedNoun(keepSessionsDays, 'day')]),
    ...(keepBytesMax === undefined ? [] : [`${keepBytesMax} bytes`]),
  ];
  return [
    `Sessions are kept ${rules.length === 0 ? 'for good' : `for ${rules.join(' and within ')}`}.`,
    ...leaving('the index', keepIndexDays, indexDays, applied),
    ...leaving('the published files', keepPublishedDays, publishedDays, applied),
    ...days.map(
      (day) =>
        `  ${day.day}  ${countedNoun(day.sessions, 'session')}, ${countedNoun(day.hits, 'hit')}, ${day.bytes} bytes (${day.reason})`,
    ),
    `${applied ? 'Removed' : 'Would be removed'}: ${countedNoun(days.length, 'day')}, ${countedNoun(sessions, 'session')}, ${countedNoun(hits, 'hit')}, ${bytes} bytes. Kept: ${result.bytesKept} bytes.`,
  ].join('\n');
}

function leaving(
  place: string,
  keptDays: number | undefined,
  days: readonly string[],
  applied: boolean,
): string[] {
  if (keptDays === undefined) return [];
  const said = days.length === 0 ? 'none' : `${days.length} (${days[0]} to ${days.at(-1)})`;
  return [
    `In ${place} ${countedAre(keptDays, 'day')} kept. Days that ${applied ? 'leave' : 'would leave'}: ${said}.`,
  ];
}

async function verifyAll(
  api: ApiClient,
  slug: string | undefined,
): Promise<(VerifyResult & { dataset: string })[]> {
  const slugs =
    slug === undefined
      ? (await api.json<{ datasets: Dataset[] }>('GET', '/api/datasets')).datasets.map(
          (dataset) => dataset.slug,
        )
      : [slug];
  const results: (VerifyResult & { dataset: string })[] = [];
  for (const dataset of slugs) {
    const result = await runUpkeep<VerifyResult>(api, `${pathOf(dataset)}/verify`);
    results.push({ dataset, ...result });
  }
  return results;
}

function describeVerify(result: VerifyResult & { dataset: string }): string {
  const { dataset, segments, records, sound, orphans, tornBytes } = result;
  const { damaged, damagedCount, missing, missingCount } = result;
  const troubles = [
    ...damaged.map((trouble) => ({ what: 'damaged', ...trouble })),
    ...missing.map((trouble) => ({ what: 'missing', ...trouble })),
  ];
  const unlisted = damagedCount + missingCount - troubles.length;
  return [
    `${dataset}: ${damagedCount + missingCount === 0 ? 'everything can be read' : 'damaged'}`,
    ...Object.entries({
      segments,
      records,
      sound,
      damaged: damagedCount,
      missing: missingCount,
    }).map(([name, count]) => `  ${name.padEnd(9)} ${count}`),
    ...(orphans > 0
      ? [`  without a session in the tables: ${countedNoun(orphans, 'record')}, harmless leftovers`]
      : []),
    ...(tornBytes > 0
      ? [`  ${countedNoun(tornBytes, 'torn byte')} at the end of segments: harmless`]
      : []),
    ...troubles.map(
      ({ what, day, offset, sessionId, reason }) =>
        `  ${what}: session ${sessionId ?? '(unknown)'} in ${day}.seg at byte ${offset}: ${reason}`,
    ),
    ...(unlisted > 0 ? [`  and ${unlisted} more`] : []),
  ].join('\n');
}

function describeRebuild({ before, after, equal, keptAs }: RebuildResult): string {
  const line = (name: string, { sessions, hits }: Fingerprint) =>
    `${name.padEnd(7)} ${countedNoun(sessions.rows, 'session')} ${sessions.hash}  ${countedNoun(hits.rows, 'hit')} ${hits.hash}`;
  return [
    ...(before === undefined ? [] : [line('before', before)]),
    line('after', after),
    equal
      ? 'The new tables are in place; they equal the old ones.'
      : 'The new tables are in place.',
    ...(keptAs === undefined ? [] : [`The old ones were damaged. They are kept as ${keptAs}.`]),
  ].join('\n');
}
