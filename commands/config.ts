/** `canister config`: the configuration of a dataset as one file, written and taken in. */
import type {
  Configuration,
  ConfigurationChange,
  ConfigurationResult,
} from '../core/contract/configuration.ts';
import { Problem } from '../core/contract/problem.ts';
import { showInvisible } from '../reports/html/format.ts';
import { readGivenJson } from './given-file.ts';
import type { CommandDesk } from './upkeep.ts';

interface Options {
  json?: boolean;
  dataset: string;
}

const fileBytesMax = 3_500_000;
const pathOf = (slug: string) => `/api/datasets/${encodeURIComponent(slug)}/configuration`;

export function addConfigCommands<O extends { json?: boolean }>(desk: CommandDesk<O>): void {
  const { group, withApi, out, outJson } = desk;
  const command = group('config', 'the configuration of a dataset as one file');

  command('export', 'print the configuration as JSON')
    .requiredOption('--dataset <slug>', 'the dataset')
    .action(async (options: O & Options) => {
      const file = await withApi(options, (api) =>
        api.json<Configuration>('GET', pathOf(options.dataset)),
      );
      if (options.json) outJson(file);
      else out(JSON.stringify(file, null, 2));
    });

  command('import <file>', 'add what is new in the file, and change what differs')
    .requiredOption('--dataset <slug>', 'the dataset')
    .option('--other-dataset', 'take the file although it is of another dataset')
    .option('--dry-run', 'only say what would change')
    .action(
      async (name: string, options: O & Options & { otherDataset?: boolean; dryRun?: boolean }) => {
        const result = await withApi(options, (api) =>
          api.json<ConfigurationResult>('POST', pathOf(options.dataset), {
            file: readFile(name),
            otherDataset: options.otherDataset === true,
            dryRun: options.dryRun === true,
          }),
        );
        if (options.json) outJson(result);
        else out(describe(result));
      },
    );
}

function readFile(name: string): unknown {
  const refuse = (bytes: number) =>
    new Problem(
      'configuration_invalid',
      `${name} has ${bytes} bytes; at most ${fileBytesMax} are taken.`,
    );
  return readGivenJson(name, { bytesMax: fileBytesMax, refuse }, 'configuration_invalid');
}

const words: Record<ConfigurationChange['change'], string> = {
  added: 'new',
  changed: 'changed',
  same: 'same',
  left: 'left',
};

function describe({ applied, changes }: ConfigurationResult): string {
  const shown = changes.filter(({ change }) => change !== 'same');
  const lines = shown.map(({ part, name, change, why }) =>
    showInvisible(
      `${words[change].padEnd(8)} ${part} ${name}${why === undefined ? '' : `: ${why}`}`,
    ),
  );
  const moved = shown.filter(({ change }) => change !== 'left').length;
  const same = changes.length - shown.length;
  const end = applied
    ? `${moved} taken in, ${same} were the same. Events are drafts until they are published.`
    : `Nothing is changed: ${moved} would be taken in, ${same} are the same.`;
  return [...lines, end].join('\n');
}
