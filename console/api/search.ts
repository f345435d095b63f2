/** Sessions by a condition, and the searches that are kept. */
import type {
  IndexRules,
  IndexState,
  SavedSearch,
  SavedSearchList,
  SearchAnswer,
  SearchRequestInput,
} from '../../core/contract/search.ts';
import { request } from './client.ts';
import { datasetPath } from './datasets.ts';
import { knowing } from './knowing.ts';

/** @throws ApiError `condition_invalid`, `field_not_indexed`, `search_too_wide`, `search_too_slow` */
export function search(
  slug: string,
  asked: SearchRequestInput,
  signal?: AbortSignal,
): Promise<SearchAnswer> {
  return request<SearchAnswer>(`${datasetPath(slug)}/search`, { body: asked, signal });
}

/** What the session index holds. */
export function readIndex(slug: string, signal?: AbortSignal): Promise<IndexState> {
  return request<IndexState>(`${datasetPath(slug)}/index`, { signal });
}

/**
 * Sets what the index holds; what it does not hold yet is made in the background.
 * @param known the rules as they were loaded. @throws ApiError `changed_meanwhile`, `request_invalid`
 */
export function saveIndex(slug: string, rules: IndexRules, known: IndexRules): Promise<IndexState> {
  const headers = knowing(known);
  return request<IndexState>(`${datasetPath(slug)}/index`, { method: 'PUT', body: rules, headers });
}

/** Makes the index of the past anew, in the background. */
export const remakeIndex = (slug: string) =>
  request<IndexState>(`${datasetPath(slug)}/index/making`, { method: 'POST' });

/** Gives up what is made; the rules are then those of the index that answers. */
export const cancelIndex = (slug: string) =>
  request<IndexState>(`${datasetPath(slug)}/index/making`, { method: 'DELETE' });

export function listSearches(slug: string, signal?: AbortSignal): Promise<SavedSearchList> {
  return request<SavedSearchList>(`${datasetPath(slug)}/searches`, { signal });
}

const searchPath = (slug: string, name: string) =>
  `${datasetPath(slug)}/searches/${encodeURIComponent(name)}`;

/**
 * Keeps a search; one of the same name is replaced, or with `isNew` refused.
 * @throws ApiError `changed_meanwhile`, `condition_invalid`, `request_invalid`
 */
export function saveSearch(
  slug: string,
  name: string,
  search: { condition: string; segment: boolean },
  { isNew = false } = {},
): Promise<SavedSearch> {
  const headers = isNew ? knowing(undefined) : {};
  return request<SavedSearch>(searchPath(slug, name), { method: 'PUT', body: search, headers });
}

export async function removeSearch(slug: string, name: string): Promise<void> {
  await request(searchPath(slug, name), { method: 'DELETE' });
}

/** Keeps a condition as a label. @throws ApiError `condition_not_in_tables`, `definition_invalid` */
export async function saveLabel(
  slug: string,
  label: { name: string; condition: string; colour: number },
): Promise<void> {
  await request(`${datasetPath(slug)}/definitions/label`, { method: 'PUT', body: label });
}
