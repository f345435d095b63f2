/** What is defined for the reports of a dataset, and what its campaigns cost. A port over `control.db`. */

import type { DateRange } from '../contract/calendar.ts';
import type { CampaignCost } from '../contract/campaign.ts';
import type { Definition, DefinitionKind, DefinitionOf } from '../contract/definition.ts';

export interface DefinitionBook {
  /** In their order. */
  list<K extends DefinitionKind>(slug: string, kind: K): Promise<DefinitionOf[K][]>;
  /** All kinds at once. */
  all(slug: string): Promise<{ [K in DefinitionKind]: DefinitionOf[K][] }>;
  /**
   * Adds a definition behind the others, or puts it in the place of the one of its name.
   * @param position where it stands from now on, from 1; those from there on move back
   */
  save(
    slug: string,
    kind: DefinitionKind,
    definition: Definition,
    position?: number,
  ): Promise<void>;
  /** Gives false when there was none. */
  remove(slug: string, kind: DefinitionKind, name: string): Promise<boolean>;
  costs(slug: string, range?: DateRange): Promise<CampaignCost[]>;
  /** The currency of the costs, where there are any. */
  currency(slug: string): Promise<string | undefined>;
  /** Costs of the same campaign and day take the place of earlier ones; all of it comes through, or nothing. */
  saveCosts(slug: string, costs: readonly CampaignCost[]): Promise<void>;
}

/** Two names that differ in case only are one name. */
export const definitionKey = (name: string) => name.trim().toLowerCase();
