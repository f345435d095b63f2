/** How long is kept what: by a dataset of its sessions, by the server of what is about no dataset. */
import type { Dataset } from '../../core/contract/dataset.ts';
import { retentionOf } from '../../core/contract/retention-names.ts';
import type {
  ServerRetention,
  ServerRetentionInput,
} from '../../core/contract/server-retention.ts';
import type { RetentionResult, RetentionRules } from '../../core/contract/upkeep.ts';
import { request } from './client.ts';
import { datasetPath } from './datasets.ts';
import { knowing } from './knowing.ts';

/** `null` takes a rule away. */
type RulesTyped = Record<keyof RetentionRules, number | null>;

const path = (slug: string) => `${datasetPath(slug)}/retention`;

export async function readRetention(slug: string): Promise<RetentionRules> {
  return retentionOf(await request<Dataset>(datasetPath(slug)));
}

/** What would go by these rules; nothing is set. */
export const tryRetention = (slug: string, rules: RulesTyped) =>
  request<RetentionResult>(path(slug), { body: { ...rules, dryRun: true } });

/** @param known the rules as they were loaded. @throws ApiError `changed_meanwhile`, `request_invalid` */
export const setRetention = (slug: string, rules: RulesTyped, known: RetentionRules) =>
  request<RetentionResult>(path(slug), {
    body: { ...rules, dryRun: false },
    headers: knowing(known),
  });

const serverPath = '/api/retention';

export const readServerRetention = (signal?: AbortSignal) =>
  request<ServerRetention>(serverPath, { signal });

/** @param known the rules as they were loaded. @throws ApiError `changed_meanwhile`, `request_invalid` */
export const setServerRetention = (rules: ServerRetentionInput, known: ServerRetention) =>
  request<ServerRetention>(serverPath, { method: 'PUT', body: rules, headers: knowing(known) });
