/** What can be done with the definitions of a dataset: listed, saved when they can be used, deleted when nobody needs them. */
import { checkDefinition, checkUnneeded } from '../analytics/check-definition.ts';
import type { CampaignCost, CostImport, CostImportResult } from '../contract/campaign.ts';
import type { DateRange } from '../contract/date-range.ts';
import {
  type Definition,
  type DefinitionKind,
  type DefinitionOf,
  type Definitions,
  definitionKinds,
} from '../contract/definition.ts';
import { Problem } from '../contract/problem.ts';
import { readCosts } from '../settings/cost-file.ts';
import type { Datasets } from '../settings/datasets.ts';
import { type DefinitionBook, definitionKey } from '../settings/definitions.ts';
import { definitionsFor } from './query-desk.ts';

export interface DefinitionDesk {
  list<K extends DefinitionKind>(slug: string, kind: K): Promise<DefinitionOf[K][]>;
  /**
   * Saves what was given as JSON, and gives it as it is kept.
   * @throws Problem `condition_invalid`, `condition_not_in_tables`, `definition_invalid`, `definition_unknown`; a ZodError
   */
  save(slug: string, kind: DefinitionKind, given: unknown, position?: number): Promise<Definition>;
  /** @throws Problem `definition_unknown`, `definition_needed` */
  remove(slug: string, kind: DefinitionKind, name: string): Promise<void>;
  costs(slug: string, range: DateRange): Promise<CampaignCost[]>;
  /** @throws Problem `costs_invalid`, naming line and column; nothing of the file is taken then */
  importCosts(slug: string, input: CostImport): Promise<CostImportResult>;
}

export function createDefinitionDesk(
  datasets: Pick<Datasets, 'get'>,
  book: DefinitionBook,
): DefinitionDesk {
  return {
    async list(slug, kind) {
      await datasets.get(slug);
      return await book.list(slug, kind);
    },
    async save(slug, kind, given, position) {
      const { timeZone } = await datasets.get(slug);
      const { schema, max, noun } = definitionKinds[kind];
      const definition = schema.parse(given);
      const before = await definitionsFor(book, slug, undefined);
      const present = await book.list(slug, kind);
      const isNew = !present.some(({ name }) => isSame(name, definition.name));
      if (isNew && present.length >= max) {
        throw new Problem(
          'definition_invalid',
          `The dataset ${slug} has ${max} definitions of this kind (${noun}), which is the most. Delete some first.`,
        );
      }
      const definitions = withOne(before, kind, definition);
      checkDefinition(kind, definition, { timeZone, definitions });
      await book.save(slug, kind, definition, position);
      return definition;
    },
    async remove(slug, kind, name) {
      await datasets.get(slug);
      checkUnneeded(kind, name, await definitionsFor(book, slug, undefined));
      if (await book.remove(slug, kind, name)) return;
      throw new Problem(
        'definition_unknown',
        `No ${definitionKinds[kind].noun} is called "${name}". See: canister ${kind.replace('_', '-')} list`,
      );
    },
    async costs(slug, range) {
      await datasets.get(slug);
      return await book.costs(slug, range);
    },
    async importCosts(slug, input) {
      await datasets.get(slug);
      const costs = readCosts(input, await book.currency(slug));
      await book.saveCosts(slug, costs);
      return summaryOf(costs, await book.list(slug, 'campaign'));
    },
  };
}

const isSame = (one: string, other: string) => definitionKey(one) === definitionKey(other);

/** The definitions as they are once the new one is among them. */
function withOne(before: Definitions, kind: DefinitionKind, definition: Definition): Definitions {
  const added = <T extends { name: string }>(all: readonly T[]): T[] => [
    ...all.filter(({ name }) => !isSame(name, definition.name)),
    definition as unknown as T,
  ];
  if (kind === 'label') return { ...before, labels: added(before.labels) };
  if (kind === 'page_group') return { ...before, pageGroups: added(before.pageGroups) };
  return before;
}

function summaryOf(
  costs: readonly CampaignCost[],
  campaigns: readonly DefinitionOf['campaign'][],
): CostImportResult {
  const names = [...new Set(costs.map(({ campaign }) => campaign))].sort();
  const known = new Set(
    campaigns.flatMap(({ name, utm }) => [name, utm?.campaign ?? name]).map(definitionKey),
  );
  const days = costs.map(({ day }) => day).sort();
  return {
    rows: costs.length,
    campaigns: names,
    from: days[0] ?? '',
    to: days.at(-1) ?? '',
    cost: costs.reduce((sum, { cost }) => sum + cost, 0),
    currency: costs[0]?.currency ?? '',
    unmatched: names.filter((name) => !known.has(definitionKey(name))),
  };
}
