/** Saved queries as people keep them: their parameters are those that the SQL uses, and none goes that something needs. */
import type { AlertStore } from '../alerts/alert-store.ts';
import type { AlertRule } from '../contract/alert.ts';
import type { Definition } from '../contract/definition.ts';
import { Problem } from '../contract/problem.ts';
import { faultOfParameters } from '../contract/sql-parameters.ts';
import type { DefinitionBook } from '../settings/definitions.ts';
import type { SavedQueries } from '../settings/saved-queries.ts';

const usersShownMax = 10;

/** The saved queries that a label or an own report asks. */
export function queriesOfDefinition(definition: Definition): string[] {
  const parts = 'panels' in definition ? definition.panels : [definition];
  return parts.flatMap((part) =>
    'savedQuery' in part && part.savedQuery !== undefined ? [part.savedQuery.name] : [],
  );
}

export const queriesOfAlert = ({ subject }: AlertRule): string[] =>
  subject.kind === 'saved_query' ? [subject.name] : [];

/** @throws Problem also `parameter_invalid` where a query is kept, `definition_needed` where one is removed */
export function keepQueriesWhole(
  queries: SavedQueries,
  options: { book: Pick<DefinitionBook, 'list'>; alerts: Pick<AlertStore, 'rules'> },
): SavedQueries {
  const { book, alerts } = options;

  /** Everything that asks the query. */
  async function usersOf(slug: string, query: string): Promise<string[]> {
    const labels = await book.list(slug, 'label');
    const reports = await book.list(slug, 'report');
    const rules = await alerts.rules(slug);
    const asks = (names: readonly string[]) => names.includes(query);
    return [
      ...labels.filter((one) => asks(queriesOfDefinition(one))).map(({ name }) => `label ${name}`),
      ...reports
        .filter((one) => asks(queriesOfDefinition(one)))
        .map(({ name }) => `report ${name}`),
      ...rules.filter((one) => asks(queriesOfAlert(one))).map(({ name }) => `alert ${name}`),
    ];
  }

  return {
    ...queries,
    async save(slug, name, query) {
      const fault = faultOfParameters(
        query.sql,
        query.parameters.map((one) => one.name),
      );
      if (fault !== undefined) throw new Problem('parameter_invalid', fault);
      return await queries.save(slug, name, query);
    },
    async remove(slug, name) {
      const users = await usersOf(slug, name);
      if (users.length === 0) return await queries.remove(slug, name);
      const more = users.length > usersShownMax ? ` and ${users.length - usersShownMax} more` : '';
      throw new Problem(
        'definition_needed',
        `The saved query "${name}" is needed by ${users.slice(0, usersShownMax).join(', ')}${more}. Change or delete ${users.length === 1 ? 'that' : 'those'} first.`,
      );
    },
  };
}
