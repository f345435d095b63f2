/** `canister recut`: session rules applied again over the past, looked at, and put in place or thrown away. */

import { type Command, InvalidArgumentError } from 'commander';
import { countedNoun } from '../core/contract/counted-noun.ts';
import type { RuleChanges, SessionRules } from '../core/contract/session-rules.ts';
import type { RecutState, RecutSummary, SessionFigures } from '../core/contract/upkeep.ts';
import type { ApiClient } from '../core/http/api-client.ts';
import { runUpkeep } from '../core/http/upkeep-client.ts';
import { wholeNumber } from './option-values.ts';

export interface RecutOptions {
  dataset: string;
  idleTimeoutMs?: number;
  cutAtMidnight?: boolean;
  cutOnNewCampaign?: boolean;
  apply?: boolean;
  discard?: boolean;
}

/** Gives the command its options. */
export function describeRecutCommand(command: Command): Command {
  return command
    .requiredOption('--dataset <slug>', 'the dataset')
    .option('--idle-timeout-ms <ms>', 'how long a session may be idle', wholeNumber)
    .option('--cut-at-midnight <on|off>', 'end sessions when the day ends in the time zone', onOff)
    .option(
      '--cut-on-new-campaign <on|off>',
      'end a session when its visitor comes by another campaign',
      onOff,
    )
    .option('--apply', 'put the recut in the place of the past, and its rules in force')
    .option('--discard', 'remove the recut that waits');
}

/** @returns what waits or was put in place; undefined when there is nothing (any more) */
export async function recut(
  api: ApiClient,
  options: RecutOptions,
): Promise<RecutSummary | undefined> {
  const { dataset, idleTimeoutMs, cutAtMidnight, cutOnNewCampaign, apply, discard } = options;
  const path = `/api/datasets/${encodeURIComponent(dataset)}/recut`;
  const rules: RuleChanges = { idleTimeoutMs, cutAtMidnight, cutOnNewCampaign };
  const hasRules = Object.values(rules).some((rule) => rule !== undefined);
  if (discard && (apply || hasRules)) {
    throw new InvalidArgumentError(
      '--discard stands alone: it removes the recut that waits. Nothing was changed.',
    );
  }
  if (discard) {
    await api.request('DELETE', path);
    return undefined;
  }
  const made = hasRules ? await runUpkeep<RecutSummary>(api, path, rules) : undefined;
  if (apply) return await runUpkeep<RecutSummary>(api, `${path}/apply`);
  return made ?? (await api.json<RecutState>('GET', path)).recut;
}

export function describeRecut(
  summary: RecutSummary | undefined,
  { discard }: RecutOptions,
): string {
  if (discard) return 'No recut waits (any more).';
  if (summary === undefined)
    return 'No recut waits. Make one by giving changed rules, such as --idle-timeout-ms 3600000';
  const { rulesBefore, rules, before, after, unchanged, split, joined, applied } = summary;
  return [
    `before  ${ruleText(rulesBefore)}`,
    `        ${figureText(before)}`,
    `after   ${ruleText(rules)}`,
    `        ${figureText(after)}`,
    `Of ${countedNoun(before.sessions, 'session')} ${unchanged} stay as they are, ${split} split, ${joined} joined with others.`,
    applied
      ? 'The new sessions are in place, and the new rules are in force.'
      : 'Nothing is changed yet. Put it in place with --apply, or remove it with --discard.',
  ].join('\n');
}

const ruleText = ({ idleTimeoutMs, cutAtMidnight, cutOnNewCampaign }: SessionRules) =>
  `idle timeout ${idleTimeoutMs} ms, cut at midnight ${cutAtMidnight ? 'on' : 'off'}, cut on new campaign ${cutOnNewCampaign ? 'on' : 'off'}`;

const figureText = ({ sessions, hits, bounceRate, durationMsMean }: SessionFigures) =>
  `${countedNoun(sessions, 'session')}, ${countedNoun(hits, 'hit')}, bounce rate ${(bounceRate * 100).toFixed(1)} %, mean duration ${durationMsMean} ms`;

function onOff(text: string): boolean {
  if (text === 'on' || text === 'off') return text === 'on';
  throw new InvalidArgumentError('It must be on or off.');
}
