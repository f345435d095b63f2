/** Conditions while they are written: what may stand in them, and whether they are understood. */
import type { EventTrigger } from '../../core/contract/event.ts';
import type { Completion, ConditionVerdict } from '../../core/contract/event-life.ts';
import { request } from './client.ts';
import { datasetPath } from './datasets.ts';

/** Fields, operators, events and attributes of a dataset. @throws ApiError `dataset_unknown` */
export function readCompletion(slug: string, signal?: AbortSignal): Promise<Completion> {
  return request<Completion>(`${datasetPath(slug)}/event-completion`, { signal });
}

/** Looks at a condition of an event, or without a trigger at one of a search. */
export function checkCondition(
  slug: string,
  condition: string,
  trigger?: EventTrigger,
  signal?: AbortSignal,
): Promise<ConditionVerdict> {
  const body = { condition, ...(trigger && { trigger }) };
  return request<ConditionVerdict>(`${datasetPath(slug)}/event-checks`, { body, signal });
}
