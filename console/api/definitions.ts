/** What is defined for the reports of a dataset, and what its campaigns cost. */
import type { CostImport, CostImportResult } from '../../core/contract/campaign.ts';
import type { DefinitionKind, DefinitionOf } from '../../core/contract/definition.ts';
import { request } from './client.ts';
import { datasetPath } from './datasets.ts';
import { knowing } from './knowing.ts';

const pathOf = (slug: string, kind: DefinitionKind) => `${datasetPath(slug)}/definitions/${kind}`;

/** The definitions of a kind, in their order. */
export async function readDefinitions<K extends DefinitionKind>(
  slug: string,
  kind: K,
  signal?: AbortSignal,
): Promise<DefinitionOf[K][]> {
  const answer = await request<{ definitions: DefinitionOf[K][] }>(pathOf(slug, kind), { signal });
  return answer.definitions;
}

/**
 * Saves a definition under its name; the server says what may be in it.
 * @param options.known it as it was loaded; undefined for a new one
 * @param options.position where it stands from now on, from 1
 * @throws ApiError `changed_meanwhile`, `definition_invalid`, `condition_invalid`, `condition_not_in_tables`, `request_invalid`
 */
export async function saveDefinition(
  slug: string,
  kind: DefinitionKind,
  definition: object,
  options: { known: object | undefined; position?: number },
): Promise<void> {
  const { known, position } = options;
  const place = position === undefined ? '' : `?position=${position}`;
  await request(`${pathOf(slug, kind)}${place}`, {
    method: 'PUT',
    body: definition,
    headers: knowing(known),
  });
}

/** @throws ApiError `definition_needed` where another one needs it */
export async function deleteDefinition(
  slug: string,
  kind: DefinitionKind,
  name: string,
): Promise<void> {
  await request(`${pathOf(slug, kind)}/${encodeURIComponent(name)}`, { method: 'DELETE' });
}

/** @throws ApiError `costs_invalid`, naming line and column; nothing of the file is taken then */
export function importCosts(slug: string, input: CostImport): Promise<CostImportResult> {
  return request<CostImportResult>(`${datasetPath(slug)}/costs`, { body: input });
}
