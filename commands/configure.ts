/** The commands that define what reports speak of: labels, campaigns with costs, funnels, goals, page groups, annotations. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  type CostImportResult,
  campaignLimits,
  costFields,
  costLayouts,
} from '../core/contract/campaign.ts';
import { countedNoun } from '../core/contract/counted-noun.ts';
import type { DefinitionKind } from '../core/contract/definition.ts';
import { Problem } from '../core/contract/problem.ts';
import { showInvisible } from '../reports/html/format.ts';
import { readParameters } from './export.ts';
import { readGiven } from './given-file.ts';
import { list, wholeNumber } from './option-values.ts';
import type { CommandDesk } from './upkeep.ts';

interface Common {
  json?: boolean;
  dataset: string;
}
type Given = Record<string, unknown>;

/** A kind with its own options, and how they make a definition. */
interface Kind {
  kind: DefinitionKind;
  noun: string;
  options(command: Command): Command;
  definition(options: Given): Given;
}

const pathOf = (slug: string, kind: DefinitionKind) =>
  `/api/datasets/${encodeURIComponent(slug)}/definitions/${kind}`;

const kinds: readonly Kind[] = [
  {
    kind: 'label',
    noun: 'label',
    options: (command) =>
      command
        .option('--condition <condition>', 'which sessions it means')
        .option('--saved <query>', 'or: a saved query whose column session_id names them')
        .option('--param <assignment>', 'a value for $NAME of it: NAME=VALUE (repeat)', list, [])
        .option('--colour <number>', 'one of the 8 label colours', wholeNumber, 1)
        .option('--inverse', 'mean the sessions that do not meet the condition')
        .option('--parent <name>', 'another label that it is joined with')
        .addOption(joinOption()),
    definition: ({ name, condition, saved, param, colour, inverse, parent, combine }) => {
      if ((condition === undefined) === (saved === undefined))
        throw new InvalidArgumentError('Give either --condition or --saved.');
      const query = savedQueryOf(saved, param as string[]);
      return { name, condition, ...query, colour, inverse: inverse === true, parent, combine };
    },
  },
  {
    kind: 'campaign',
    noun: 'campaign',
    options: (command) =>
      command
        .option('--condition <condition>', 'which sessions came by it')
        .option('--utm-source <text>', 'or: their utm_source')
        .option('--utm-medium <text>', 'their utm_medium')
        .option('--utm-campaign <text>', 'their utm_campaign')
        .option('--utm-term <text>', 'their utm_term')
        .option('--utm-content <text>', 'their utm_content'),
    definition: ({ name, condition, ...given }) => {
      const utm = {
        source: given.utmSource,
        medium: given.utmMedium,
        campaign: given.utmCampaign,
        term: given.utmTerm,
        content: given.utmContent,
      };
      const isTagged = Object.values(utm).some((value) => value !== undefined);
      if ((condition === undefined) !== isTagged)
        throw new InvalidArgumentError(
          'Give either --condition, or utm fields such as --utm-source.',
        );
      return { name, condition, ...(isTagged ? { utm } : {}) };
    },
  },
  {
    kind: 'funnel',
    noun: 'funnel',
    options: (command) =>
      command
        .requiredOption(
          '--stage <name>',
          'a page group, or NAME: CONDITION for the hits that meet it; repeat in their order',
          list,
          [],
        )
        .addOption(
          new Option('--semantics <semantics>', 'how sessions go through')
            .choices(['ordered', 'progression'])
            .default('ordered'),
        ),
    definition: ({ name, stage, semantics }) => ({
      name,
      semantics,
      stages: (stage as string[]).map(readStage),
    }),
  },
  {
    kind: 'goal',
    noun: 'goal',
    options: (command) =>
      command
        .requiredOption('--condition <condition>', 'which sessions reached it')
        .option('--revenue-event <name>', 'event whose recorded number is the amount')
        .option('--revenue-property <name>', 'its property, where it is a custom event'),
    definition: ({ name, condition, revenueEvent, revenueProperty }) => ({
      name,
      condition,
      ...(revenueEvent === undefined && revenueProperty === undefined
        ? {}
        : { revenue: { event: revenueEvent, property: revenueProperty } }),
    }),
  },
  {
    kind: 'page_group',
    noun: 'page group',
    options: (command) =>
      command.requiredOption('--condition <condition>', 'which hits belong to it'),
    definition: ({ name, condition }) => ({ name, condition }),
  },
  {
    kind: 'annotation',
    noun: 'annotation',
    options: (command) =>
      command
        .requiredOption('--day <date>', 'when it was, or began')
        .option('--until <date>', 'the day after its last day')
        .option('--text <text>', 'more about it'),
    definition: ({ name, day, until, text }) => ({ name, day, until, text }),
  },
];

export function addConfigureCommands<O extends { json?: boolean }>(desk: CommandDesk<O>): void {
  for (const one of kinds) addKind(desk, one);
}

function addKind<O extends { json?: boolean }>(desk: CommandDesk<O>, one: Kind): void {
  const { group, withApi, out, outJson } = desk;
  const { kind, noun } = one;
  const command = group(kind.replace('_', '-'), `save, list and delete ${noun}s`);
  const ofDataset = (given: Command) =>
    given.requiredOption('--dataset <slug>', 'the dataset it is for');

  const aNoun = `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
  const save = ofDataset(command('save', `save ${aNoun} under its name`))
    .requiredOption('--name <name>', 'its name; two that differ in case only are one')
    .option('--position <number>', 'its place among the others, from 1', wholeNumber);
  one.options(save).action(async (options: O & Common & Given) => {
    const place = options.position === undefined ? '' : `?position=${options.position}`;
    const kept = await withApi(options, (api) =>
      api.json<Given>('PUT', `${pathOf(options.dataset, kind)}${place}`, one.definition(options)),
    );
    if (options.json) outJson(kept);
    else out(`Saved the ${noun} ${kept.name}.`);
  });

  ofDataset(command('list', `list the ${noun}s in their order`)).action(
    async (options: O & Common) => {
      const { definitions } = await withApi(options, (api) =>
        api.json<{ definitions: Given[] }>('GET', pathOf(options.dataset, kind)),
      );
      if (options.json) outJson(definitions);
      else out(definitions.map(describe).join('\n') || `There is no ${noun} yet.`);
    },
  );

  ofDataset(command('delete <name>', `delete ${aNoun}`)).action(
    async (name: string, options: O & Common) => {
      await withApi(options, (api) =>
        api.request('DELETE', `${pathOf(options.dataset, kind)}/${encodeURIComponent(name)}`),
      );
      if (options.json) outJson({ deleted: name });
      else out(`Deleted the ${noun} ${showInvisible(name)}.`);
    },
  );
  if (kind === 'campaign') addCosts(desk, command);
}

function addCosts<O extends { json?: boolean }>(
  { withApi, out, outJson }: CommandDesk<O>,
  command: CommandDesk<O>['command'],
): void {
  command('costs <file>', 'take the costs of campaigns out of a CSV file')
    .requiredOption('--dataset <slug>', 'the dataset of the campaigns')
    .addOption(
      new Option('--layout <layout>', 'whose export it is')
        .choices([...costLayouts])
        .default('mapped'),
    )
    .option(
      '--column <field=head>',
      `head of the column of a field (${costFields.join(', ')}) of a mapped file; repeat`,
      list,
      [],
    )
    .option('--currency <code>', 'currency of the costs, where the file does not say it')
    .action(
      async (
        file: string,
        options: O & Common & { layout: string; column: string[]; currency?: string },
      ) => {
        const { layout, currency } = options;
        const columns = Object.fromEntries(options.column.map(readColumn));
        const result = await withApi(options, (api) =>
          api.json<CostImportResult>(
            'POST',
            `/api/datasets/${encodeURIComponent(options.dataset)}/costs`,
            { layout, columns, currency, csv: readCostFile(file) },
          ),
        );
        if (options.json) outJson(result);
        else out(describeCosts(result));
      },
    );
}

function describeCosts({ rows, cost, currency, from, to, campaigns, unmatched }: CostImportResult) {
  const unknown = unmatched.slice(0, 20).map(showInvisible).join(', ');
  return [
    `Took ${countedNoun(rows, 'row')}: ${cost.toFixed(2)} ${currency} for ${countedNoun(campaigns.length, 'campaign')} from ${from} to ${to}.`,
    ...(unmatched.length === 0
      ? []
      : [`No campaign has the name of ${unknown}: these are matched with utm_campaign itself.`]),
  ].join('\n');
}

/** Exports come as UTF-8, or as UTF-16 where a spreadsheet is meant to open them. */
function readCostFile(file: string): string {
  const { costFileBytesMax: bytesMax } = campaignLimits;
  const refuse = (size: number) =>
    new Problem(
      'costs_invalid',
      `${file} has ${size} bytes; at most ${bytesMax} are taken. Split it by days.`,
    );
  const bytes = readGiven(file, { bytesMax, refuse });
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new Problem('costs_invalid', `${file} is no text in UTF-8 or UTF-16. Save it as CSV.`);
  }
}

function readColumn(given: string): [field: string, head: string] {
  const at = given.indexOf('=');
  const field = given.slice(0, at);
  if (at < 1 || !(costFields as readonly string[]).includes(field)) {
    throw new InvalidArgumentError(
      `--column ${given.slice(0, 80)} is not like day=Date. Fields are: ${costFields.join(', ')}.`,
    );
  }
  return [field, given.slice(at + 1)];
}

function readStage(given: string): Given {
  const at = given.indexOf(':');
  if (at < 0) return { name: given };
  return { name: given.slice(0, at).trim(), condition: given.slice(at + 1).trim() };
}

/** One line a definition: its name and what it holds. */
function describe({ name, ...rest }: Given): string {
  const parts = Object.entries(rest).map(
    ([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return showInvisible([name, ...parts].join('  '));
}

function savedQueryOf(name: unknown, assignments: readonly string[]): Given {
  if (name === undefined && assignments.length > 0)
    throw new InvalidArgumentError('--param is for the query that --saved names.');
  return name === undefined ? {} : { savedQuery: { name, ...readParameters(assignments, false) } };
}

const joinOption = () =>
  new Option('--combine <how>', 'sessions of both, or of one of them')
    .choices(['and', 'or'])
    .default('and');
