/** The commands for accepted hits that could not be processed. They work through the API like all others. */

import { InvalidArgumentError } from 'commander';
import {
  type SetAsideChoice,
  type SetAsideContent,
  type SetAsideHit,
  type SetAsideList,
  setAsideLimits,
} from '../core/contract/status.ts';
import { showInvisible } from '../reports/html/format.ts';
import { alignColumns } from '../reports/run/align-columns.ts';
import type { CommandDesk } from './upkeep.ts';

const pathOf = (slug: string) => `/api/datasets/${encodeURIComponent(slug)}/set-aside`;

interface ChoiceOptions {
  dataset: string;
  all?: boolean;
}

export function addSetAsideCommands<O extends { json?: boolean }>(desk: CommandDesk<O>): void {
  const { group, withApi, out, outJson } = desk;
  const setAside = group('set-aside', 'look at accepted hits that could not be processed');

  setAside('list', 'list them, newest first')
    .requiredOption('--dataset <slug>', 'the dataset')
    .action(async (options: O & { dataset: string }) => {
      const list = await withApi(options, (api) =>
        api.json<SetAsideList>(
          'GET',
          `${pathOf(options.dataset)}?limit=${setAsideLimits.listedMax}`,
        ),
      );
      if (options.json) outJson(list);
      else out(describeList(list));
    });

  setAside('show <number>', 'show one with what was sent')
    .requiredOption('--dataset <slug>', 'the dataset')
    .action(async (number: string, options: O & { dataset: string }) => {
      const hit = await withApi(options, (api) =>
        api.json<SetAsideContent>('GET', `${pathOf(options.dataset)}/${hitNumber(number)}`),
      );
      if (options.json) outJson(hit);
      else out([...rowOf(hit), showInvisible(hit.content)].join('\n'));
    });

  const ways = [
    { name: 'replay', says: 'process them again', did: 'put back to be processed' },
    { name: 'delete', says: 'remove them for good; they count as bad then', did: 'deleted' },
  ] as const;
  for (const { name, says, did } of ways) {
    setAside(`${name} [number...]`, says)
      .requiredOption('--dataset <slug>', 'the dataset')
      .option('--all', 'all that are set aside of the dataset')
      .action(async (numbers: string[], options: O & ChoiceOptions) => {
        const choice = choiceOf(numbers, options.all === true);
        const done = await withApi(options, (api) =>
          api.json<{ hits: number }>('POST', `${pathOf(options.dataset)}/${name}`, choice),
        );
        if (options.json) outJson(done);
        else out(`${done.hits} ${done.hits === 1 ? 'hit was' : 'hits were'} ${did}.`);
      });
  }
}

function choiceOf(numbers: readonly string[], all: boolean): SetAsideChoice {
  if (all !== numbers.length > 0) return all ? { all } : { numbers: numbers.map(hitNumber) };
  throw new InvalidArgumentError('Name the hits by their numbers, or give --all.');
}

function hitNumber(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text))
    throw new InvalidArgumentError(`"${text}" is no number of a hit.`);
  return Number(text);
}

const rowOf = ({ number, receivedAt, bytes, reason }: SetAsideHit) => [
  String(number),
  new Date(receivedAt).toISOString(),
  String(bytes),
  showInvisible(reason),
];

function describeList({ total, hits }: SetAsideList): string {
  if (total === 0) return 'No hit is set aside.';
  const rows = alignColumns(
    [['number', 'received', 'bytes', 'reason'], ...hits.map(rowOf)],
    (column) => column === 0 || column === 2,
  );
  const more = total - hits.length;
  return [...rows, ...(more > 0 ? [`and ${more} older ones`] : [])].join('\n');
}
