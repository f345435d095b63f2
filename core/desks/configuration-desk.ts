/** The configuration of a dataset as one file: made, held against what there is, and taken in. All is checked before anything is changed. */

import type { AlertStore } from '../alerts/alert-store.ts';
import { checkRule } from '../alerts/check-rule.ts';
import type { AlertWatch } from '../alerts/watch.ts';
import { checkDefinition } from '../analytics/check-definition.ts';
import { parseSearch } from '../conditions/parse-search.ts';
import type { AlertRule } from '../contract/alert.ts';
import {
  type Configuration,
  type ConfigurationChange,
  type ConfigurationImport,
  type ConfigurationResult,
  configurationSchema,
  configurationVersion,
} from '../contract/configuration.ts';
import type { Dataset } from '../contract/dataset.ts';
import {
  type Definition,
  type DefinitionKind,
  definitionKindNames,
  definitionKinds,
  noDefinitions,
} from '../contract/definition.ts';
import type { Author } from '../contract/event-life.ts';
import { issueWords } from '../contract/issue-words.ts';
import type { Label } from '../contract/label.ts';
import { Problem } from '../contract/problem.ts';
import { retentionRuleNames } from '../contract/retention-names.ts';
import type { SavedQueryInput } from '../contract/saved-query.ts';
import { faultOfParameters } from '../contract/sql-parameters.ts';
import { checkAttributeDraft, checkEventDraft } from '../events/check-draft.ts';
import { canonicalJson } from '../events/set-diff.ts';
import type { Datasets } from '../settings/datasets.ts';
import { definitionKey } from '../settings/definitions.ts';
import type { SavedQueries } from '../settings/saved-queries.ts';
import type { SavedSearches } from '../settings/saved-searches.ts';
import type { DefinitionDesk } from './definition-desk.ts';
import type { EventDesk } from './event-desk.ts';
import { queriesOfAlert, queriesOfDefinition } from './saved-query-desk.ts';

export interface ConfigurationDesk {
  export(slug: string): Promise<Configuration>;
  /**
   * Adds what is new and changes what differs; what the file does not hold stays.
   * @throws Problem `configuration_invalid`, or what is wrong with a part of it; nothing was changed then
   */
  import(slug: string, given: ConfigurationImport, author: Author): Promise<ConfigurationResult>;
}

/** One piece of the file: how it stands to what there is, how it is checked, and how it is put in place. */
interface Piece extends ConfigurationChange {
  check(): void;
  save(): Promise<unknown>;
}

/** Kinds in an order in which each finds what it needs: own reports and funnels come after what they name. */
const savingOrder: readonly DefinitionKind[] = [
  'page_group',
  'label',
  'campaign',
  'goal',
  'annotation',
  'funnel',
  'report',
];

const settingHelp: Record<keyof Configuration['settings'], string> = {
  timeZone: 'It is chosen when a dataset is made.',
  idleTimeoutMs: 'Sessions of the past may move: see canister recut.',
  cutAtMidnight: 'Sessions of the past may move: see canister recut.',
  cutOnNewCampaign: 'Sessions of the past may move: see canister recut.',
  keepSessionsDays: 'Sessions may go: see canister retention.',
  keepBytesMax: 'Sessions may go: see canister retention.',
  keepIndexDays: 'Sessions may leave the index: see canister retention.',
  keepPublishedDays: 'Published files may go: see canister retention.',
  index: 'The index is made anew: see canister index.',
  hitRules: 'Set them with: canister rules set',
};

export function createConfigurationDesk(options: {
  datasets: Pick<Datasets, 'get'>;
  definitions: DefinitionDesk;
  events: Pick<EventDesk, 'list' | 'save'>;
  alerts: { store: AlertStore; watch: Pick<AlertWatch, 'changed'> };
  searches: SavedSearches;
  savedQueries: Pick<SavedQueries, 'list' | 'save'>;
}): ConfigurationDesk {
  const { datasets, definitions, events, alerts, searches, savedQueries } = options;

  async function read(slug: string): Promise<Configuration> {
    const dataset = await datasets.get(slug);
    const kinds = await Promise.all(
      definitionKindNames.map(async (kind) => [kind, await definitions.list(slug, kind)] as const),
    );
    const list = await events.list(slug);
    return {
      canister: 'configuration',
      version: configurationVersion,
      dataset: slug,
      settings: settingsOf(dataset),
      definitions: Object.fromEntries(kinds) as Configuration['definitions'],
      attributes: list.attributes.map(({ definition }) => definition),
      events: list.events.map(({ definition }) => definition),
      alerts: await alerts.store.rules(slug),
      searches: (await searches.list(slug)).map(({ name, condition, segment }) => ({
        name,
        condition,
        segment,
      })),
      queries: (await savedQueries.list(slug)).map(({ savedAt: _, ...query }) => query),
    };
  }

  function definitionPieces(
    slug: string,
    file: Configuration,
    present: Configuration,
    zone: string,
  ) {
    const after = mergedDefinitions(present, file);
    return savingOrder.flatMap((kind) => {
      const merged = after[kind];
      if (merged.length > definitionKinds[kind].max) {
        const { max, noun } = definitionKinds[kind];
        throw invalid(
          `There would be ${merged.length} definitions of the kind ${noun}; at most ${max} are taken.`,
        );
      }
      const all = { ...noDefinitions, ...namesOf(after) };
      const given: readonly Definition[] = file.definitions[kind];
      const ordered = kind === 'label' ? parentsFirst(given as Label[]) : given;
      return piecesOf(kind.replace('_', ' '), ordered, present.definitions[kind], (one) => ({
        check: () => {
          checkDefinition(kind, one, { timeZone: zone, definitions: all });
          checkQueries(queriesOfDefinition(one), file, present);
        },
        save: () => definitions.save(slug, kind, one),
      }));
    });
  }

  async function pieces(slug: string, file: Configuration, author: Author): Promise<Piece[]> {
    const present = await read(slug);
    const { timeZone, index } = await datasets.get(slug);
    const channels = (await alerts.store.channels()).map(({ name }) => name);
    return [
      ...settingPieces(file, present),
      ...piecesOf('query', file.queries, present.queries, ({ name, ...query }) => ({
        check: () => checkParameters(query),
        save: () => savedQueries.save(slug, name, query),
      })),
      ...definitionPieces(slug, file, present, timeZone),
      ...piecesOf('attribute', file.attributes, present.attributes, (definition) => ({
        check: () => checkAttributeDraft(definition),
        save: () => events.save(slug, { kind: 'attribute', definition }, author),
      })),
      ...piecesOf('event', file.events, present.events, (definition) => ({
        check: () => checkEventDraft(definition),
        save: () => events.save(slug, { kind: 'event', definition }, author),
      })),
      ...piecesOf('search', file.searches, present.searches, ({ name, condition, segment }) => ({
        check: () => void parseSearch(condition, index?.fields ?? []),
        save: () => searches.save(slug, name, { condition, segment }),
      })),
      ...piecesOf('alert', file.alerts, present.alerts, (rule) => ({
        check: () => {
          checkAlert(rule, channels);
          checkQueries(queriesOfAlert(rule), file, present);
        },
        save: () => alerts.store.saveRule(slug, rule),
      })),
    ];
  }

  return {
    export: read,
    async import(slug, { file: given, otherDataset, dryRun }, author) {
      await datasets.get(slug);
      const file = readFile(given);
      if (file.dataset !== slug && !otherDataset) {
        throw invalid(
          `The file is of the dataset ${file.dataset}, not of ${slug}. To take it all the same, say that it is of another dataset (--other-dataset).`,
        );
      }
      const all = await pieces(slug, file, author);
      const moving = all.filter(({ change }) => change === 'added' || change === 'changed');
      for (const piece of moving) checkPiece(piece);
      if (!dryRun) {
        for (const piece of moving) await piece.save();
        if (moving.some(({ part }) => part === 'alert')) alerts.watch.changed();
      }
      const changes = all.map(({ part, name, change, why }) => ({ part, name, change, why }));
      return { applied: !dryRun, changes };
    },
  };
}

/** @throws Problem `configuration_invalid` */
function readFile(given: Record<string, unknown>): Configuration {
  if (given.canister !== 'configuration')
    throw invalid('The file is no configuration of a dataset: "canister" is not "configuration".');
  if (given.version !== configurationVersion) {
    throw invalid(
      `The file has the version ${JSON.stringify(given.version)?.slice(0, 40)}; this program reads version ${configurationVersion}. Export it anew, or use the program that wrote it.`,
    );
  }
  const read = configurationSchema.safeParse(given);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw invalid(`${issue?.path.join('.') || 'The file'}: ${issue ? issueWords(issue) : ''}`);
}

/** The first thing that is wrong, with the piece that it is in. */
function checkPiece({ part, name, check }: Piece): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problem(error.code, `The ${part} "${name}" of the file: ${error.message}`, {
      cause: error,
    });
  }
}

function piecesOf<T extends { name: string }>(
  part: string,
  given: readonly T[],
  present: readonly T[],
  acts: (one: T) => Pick<Piece, 'check' | 'save'>,
): Piece[] {
  const before = new Map(present.map((one) => [definitionKey(one.name), one]));
  const seen = new Set<string>();
  return given.map((one) => {
    const key = definitionKey(one.name);
    if (seen.has(key)) throw invalid(`The ${part} "${one.name}" stands in the file twice.`);
    seen.add(key);
    const old = before.get(key);
    const isSame = old !== undefined && canonicalJson(old) === canonicalJson(one);
    const change = old === undefined ? 'added' : isSame ? 'same' : 'changed';
    return { part, name: one.name, change, ...acts(one) };
  });
}

function settingPieces(file: Configuration, present: Configuration): Piece[] {
  return (Object.keys(settingHelp) as (keyof Configuration['settings'])[]).flatMap((name) => {
    const [given, before] = [file.settings[name], present.settings[name]];
    if (canonicalJson(given) === canonicalJson(before)) return [];
    const values = `It is ${textOf(before)} here and ${textOf(given)} in the file.`;
    const why = `${values} ${settingHelp[name]}`;
    const none = { check: () => undefined, save: async () => undefined };
    return [{ part: 'setting', name, change: 'left' as const, why, ...none }];
  });
}

const textLengthMax = 200;
const textOf = (value: unknown) => {
  const text = value === undefined ? 'not set' : JSON.stringify(value);
  return text.length > textLengthMax ? `${text.slice(0, textLengthMax)} …` : text;
};

function settingsOf(dataset: Dataset): Configuration['settings'] {
  const { timeZone, idleTimeoutMs, cutAtMidnight, cutOnNewCampaign } = dataset;
  const { index, hitRules } = dataset;
  const retention = retentionRuleNames.filter((name) => dataset[name] !== undefined);
  return {
    timeZone,
    idleTimeoutMs,
    cutAtMidnight,
    cutOnNewCampaign,
    ...Object.fromEntries(retention.map((name) => [name, dataset[name]])),
    ...(index === undefined ? {} : { index }),
    ...(hitRules === undefined ? {} : { hitRules }),
  };
}

/** What there will be of each kind: that of the file in the place of what has its name. */
function mergedDefinitions(
  present: Configuration,
  file: Configuration,
): Configuration['definitions'] {
  const merge = <T extends { name: string }>(before: readonly T[], given: readonly T[]): T[] => {
    const names = new Set(given.map(({ name }) => definitionKey(name)));
    return [...before.filter(({ name }) => !names.has(definitionKey(name))), ...given];
  };
  const [a, b] = [present.definitions, file.definitions];
  return {
    label: merge(a.label, b.label),
    campaign: merge(a.campaign, b.campaign),
    funnel: merge(a.funnel, b.funnel),
    goal: merge(a.goal, b.goal),
    page_group: merge(a.page_group, b.page_group),
    annotation: merge(a.annotation, b.annotation),
    report: merge(a.report, b.report),
  };
}

const namesOf = ({ label, campaign, funnel, goal, page_group }: Configuration['definitions']) => ({
  labels: label,
  campaigns: campaign,
  funnels: funnel,
  goals: goal,
  pageGroups: page_group,
});

/** A label is saved after the one that it is joined with. What goes in a circle keeps its place, and is refused. */
function parentsFirst(labels: readonly Label[]): Label[] {
  const byName = new Map(labels.map((label) => [definitionKey(label.name), label]));
  const done = new Set<Label>();
  const visiting = new Set<Label>();
  function add(label: Label): void {
    if (done.has(label) || visiting.has(label)) return;
    visiting.add(label);
    const parent = label.parent === undefined ? undefined : byName.get(definitionKey(label.parent));
    if (parent !== undefined) add(parent);
    done.add(label);
  }
  for (const label of labels) add(label);
  return [...done];
}

/** @throws Problem `alert_invalid`, `channel_unknown` */
function checkAlert(rule: AlertRule, channels: readonly string[]): void {
  checkRule(rule);
  const missing = rule.channels.find((name) => !channels.includes(name));
  if (missing === undefined) return;
  throw new Problem(
    'channel_unknown',
    `It names the channel "${missing}", which does not exist on this server. Make the channel first, or take it out of the file.`,
  );
}

/** What asks a saved query needs it here, or in the file. @throws Problem `configuration_invalid` */
function checkQueries(names: readonly string[], ...known: Configuration[]): void {
  const all = new Set(known.flatMap(({ queries }) => queries.map(({ name }) => name)));
  const missing = names.find((name) => !all.has(name));
  if (missing === undefined) return;
  throw invalid(
    `It asks the saved query "${missing}", which is neither in the file nor in this dataset. Save the query first, or export the file anew.`,
  );
}

/** @throws Problem `parameter_invalid` */
function checkParameters({ sql, parameters }: SavedQueryInput): void {
  const fault = faultOfParameters(
    sql,
    parameters.map(({ name }) => name),
  );
  if (fault !== undefined) throw new Problem('parameter_invalid', fault);
}

const invalid = (detail: string) => new Problem('configuration_invalid', detail);
