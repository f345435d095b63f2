/** What a dataset makes of its hits: read, tried, set, and what exclusions have left out. */
import type {
  ExcludedHits,
  HitRules,
  HitRulesInput,
  HitTrialResult,
} from '../../core/contract/hit-rules.ts';
import { request } from './client.ts';
import { datasetPath } from './datasets.ts';

const path = (slug: string) => `${datasetPath(slug)}/rules/hits`;

export const readHitRules = (slug: string, signal?: AbortSignal) =>
  request<HitRules>(path(slug), { signal });

/** @throws ApiError `rules_changed` when others are in force by now, or what is wrong with a rule; nothing was changed then */
export const setHitRules = (slug: string, rules: HitRules) =>
  request<HitRules>(path(slug), { method: 'PUT', body: rules });

/** A request as it might come. */
export interface Trial {
  url?: string;
  referrer?: string;
  userAgent?: string;
  address?: string;
}

/** What would become of a request by rules that need not be in force. */
export const tryHitRules = (slug: string, trial: Trial, rules: HitRulesInput) =>
  request<HitTrialResult>(`${path(slug)}/trial`, { body: { ...trial, rules } });

export async function readExcluded(slug: string, signal?: AbortSignal): Promise<ExcludedHits> {
  return (await request<{ excluded: ExcludedHits }>(`${path(slug)}/excluded`, { signal })).excluded;
}
