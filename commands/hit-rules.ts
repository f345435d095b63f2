/** `canister rules`: what is made of hits, tried and set, and what exclusions have left out. */
import type {
  ExcludedHits,
  HitRules,
  HitRulesInput,
  HitTrialResult,
} from '../core/contract/hit-rules.ts';
import { Problem } from '../core/contract/problem.ts';
import { alignColumns } from '../reports/run/align-columns.ts';
import { readGivenJson } from './given-file.ts';
import type { CommandDesk } from './upkeep.ts';

interface Options {
  json?: boolean;
  dataset: string;
}

interface TestOptions extends Options {
  url?: string;
  referrer?: string;
  userAgent?: string;
  address?: string;
  rules?: string;
}

const fileBytesMax = 1_000_000;
const pathOf = (slug: string) => `/api/datasets/${encodeURIComponent(slug)}/rules/hits`;

export function addHitRuleCommands<O extends { json?: boolean }>(desk: CommandDesk<O>): void {
  const { group, withApi, out, outJson } = desk;
  const rules = group('rules', 'what is made of hits: URLs, channels, exclusions, robots');
  const say = <T>(options: O, value: T, describe: (value: T) => string) =>
    options.json ? outJson(value) : out(describe(value));

  rules('show', 'print the rules in force, as JSON that set takes')
    .requiredOption('--dataset <slug>', 'the dataset')
    .action(async (options: O & Options) => {
      const found = await withApi(options, (api) =>
        api.json<HitRules>('GET', pathOf(options.dataset)),
      );
      say(options, found, (one) => JSON.stringify(one, null, 2));
    });

  rules('set <file>', 'set all rules, for hits that come from now on')
    .requiredOption('--dataset <slug>', 'the dataset')
    .action(async (file: string, options: O & Options) => {
      const kept = await withApi(options, (api) =>
        api.json<HitRules>('PUT', pathOf(options.dataset), readRules(file)),
      );
      say(options, kept, ({ version }) =>
        [
          `Version ${version} is in force for hits that come from now on.`,
          `To bring the past under it: canister rebuild --dataset ${options.dataset}`,
        ].join('\n'),
      );
    });

  rules('test', 'say what would become of a request; nothing is stored')
    .requiredOption('--dataset <slug>', 'the dataset')
    .option('--url <url>', 'the page that is asked for')
    .option('--referrer <url>', 'the page that led to it')
    .option('--user-agent <text>', 'what the client says it is')
    .option('--address <address>', 'the address of the client')
    .option('--rules <file>', 'try these rules instead of those in force')
    .action(async (options: O & TestOptions) => {
      const { url, referrer, userAgent, address } = options;
      const tried = options.rules === undefined ? undefined : readRules(options.rules);
      const trial = { url, referrer, userAgent, address, rules: withoutVersion(tried) };
      const result = await withApi(options, (api) =>
        api.json<HitTrialResult>('POST', `${pathOf(options.dataset)}/trial`, trial),
      );
      say(options, result, describeTrial);
    });

  rules('excluded', 'list the hits that exclusions keep out of the figures')
    .requiredOption('--dataset <slug>', 'the dataset')
    .action(async (options: O & Options) => {
      const { excluded } = await withApi(options, (api) =>
        api.json<{ excluded: ExcludedHits }>('GET', `${pathOf(options.dataset)}/excluded`),
      );
      say(options, excluded, describeExcluded);
    });
}

function withoutVersion(rules: (HitRulesInput & { version?: number }) | undefined) {
  if (rules === undefined) return undefined;
  const { version: _, ...given } = rules;
  return given;
}

/** What is in the file is checked by the server, which says what is wrong and where. */
function readRules(name: string): HitRulesInput & { version?: number } {
  const refuse = () =>
    new Problem('request_invalid', `${name} is larger than ${fileBytesMax} bytes.`);
  return readGivenJson(name, { bytesMax: fileBytesMax, refuse }) as HitRulesInput;
}

function describeTrial(result: HitTrialResult): string {
  const { page, acquisition, technology, place, addressPrefix, excludedBy, version } = result;
  const target =
    page && `${page.host}${page.path}${page.query === undefined ? '' : `?${page.query}`}`;
  const rows: [string, string | undefined][] = [
    ['rules', `version ${version}`],
    ['page', target],
    ['before', page?.before],
    ...Object.entries(acquisition),
    ...Object.entries(technology),
    ...Object.entries(place),
    ['network', addressPrefix],
    ['excluded', excludedBy === undefined ? 'no' : `by ${excludedBy}`],
  ];
  const lines = rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return alignColumns(lines, () => false).join('\n');
}

function describeExcluded(excluded: ExcludedHits): string {
  if (excluded.length === 0) return 'No hit is excluded.';
  const rows = excluded.map(({ rule, origin, hits, lastAt }) => [
    rule,
    origin,
    String(hits),
    new Date(lastAt).toISOString(),
  ]);
  return alignColumns([['rule', 'origin', 'hits', 'last'], ...rows], (column) => column === 2).join(
    '\n',
  );
}
