/** What is masked in captured requests and responses of a dataset. */
import type { MaskingRules } from '../../core/contract/masking.ts';
import { request } from './client.ts';
import { datasetPath } from './datasets.ts';
import { knowing } from './knowing.ts';

export const readMasking = (slug: string, signal?: AbortSignal) =>
  request<MaskingRules>(`${datasetPath(slug)}/masking`, { signal });

/** @param known the rules as they were loaded. @throws ApiError `changed_meanwhile`, `request_invalid` */
export const saveMasking = (slug: string, rules: MaskingRules, known: MaskingRules) =>
  request<MaskingRules>(`${datasetPath(slug)}/masking`, {
    method: 'PUT',
    body: rules,
    headers: knowing(known),
  });
