/** Event definitions: drafted, tried, published, gone back to, and run over the past. */
import type { EventDefinition, HitAttribute } from '../../core/contract/event.ts';
import type {
  AttributeDraft,
  Backfill,
  DeleteResult,
  DryRun,
  EventChange,
  EventDraft,
  EventList,
  EventPast,
  SetDiff,
  SetSummary,
} from '../../core/contract/event-life.ts';
import { request } from './client.ts';
import { datasetPath } from './datasets.ts';

/** Days of the dataset's time zone, `to` exclusive; without them, everything stored. */
export interface JobDays {
  from?: string | undefined;
  to?: string | undefined;
}

const eventPath = (slug: string, name: string) =>
  `${datasetPath(slug)}/events/${encodeURIComponent(name)}`;
const attributePath = (slug: string, name: string) =>
  `${datasetPath(slug)}/event-attributes/${encodeURIComponent(name)}`;

/** What is known of a definition, so that nobody's change is overwritten: its revision, or that it is new. */
const knowing = (revision: number | undefined): Record<string, string> =>
  revision === undefined ? { 'if-none-match': '*' } : { 'if-match': `"${revision}"` };

export function listEvents(slug: string, signal?: AbortSignal): Promise<EventList> {
  return request<EventList>(`${datasetPath(slug)}/events`, { signal });
}

/** @throws ApiError `condition_invalid`, `event_exists`, `event_changed`, `request_invalid` */
export function saveEvent(
  slug: string,
  definition: EventDefinition,
  revision: number | undefined,
): Promise<EventDraft> {
  return request<EventDraft>(eventPath(slug, definition.name), {
    method: 'PUT',
    body: definition,
    headers: knowing(revision),
  });
}

/** @throws ApiError `event_needed` when others use it */
export function deleteEvent(slug: string, name: string): Promise<DeleteResult> {
  return request<DeleteResult>(eventPath(slug, name), { method: 'DELETE' });
}

export function saveAttribute(
  slug: string,
  attribute: HitAttribute,
  revision: number | undefined,
): Promise<AttributeDraft> {
  return request<AttributeDraft>(attributePath(slug, attribute.name), {
    method: 'PUT',
    body: attribute,
    headers: knowing(revision),
  });
}

export function deleteAttribute(slug: string, name: string): Promise<DeleteResult> {
  return request<DeleteResult>(attributePath(slug, name), { method: 'DELETE' });
}

export async function listSets(slug: string, signal?: AbortSignal): Promise<SetSummary[]> {
  const path = `${datasetPath(slug)}/event-sets`;
  return (await request<{ sets: SetSummary[] }>(path, { signal })).sets;
}

/** Publishes the drafts of these events, or all of them. @throws ApiError `event_invalid` */
export async function publishEvents(slug: string, events?: readonly string[]): Promise<number> {
  const body = events === undefined ? {} : { events };
  const path = `${datasetPath(slug)}/event-sets`;
  return (await request<{ version: number }>(path, { body })).version;
}

export function readDiff(
  slug: string,
  from: string,
  to: string,
  signal?: AbortSignal,
): Promise<SetDiff> {
  const params = new URLSearchParams({ from, to });
  return request<SetDiff>(`${datasetPath(slug)}/event-diff?${params}`, { signal });
}

/** Publishes a set of the past again. */
export async function rollback(slug: string, version: number): Promise<number> {
  const path = `${datasetPath(slug)}/event-rollbacks`;
  return (await request<{ version: number }>(path, { body: { version } })).version;
}

export async function readChanges(
  slug: string,
  options: { name?: string | undefined; limit: number },
  signal?: AbortSignal,
): Promise<EventChange[]> {
  const params = new URLSearchParams({ limit: String(options.limit) });
  if (options.name !== undefined) params.set('name', options.name);
  const path = `${datasetPath(slug)}/event-history?${params}`;
  return (await request<{ changes: EventChange[] }>(path, { signal })).changes;
}

/** Tries a definition over stored sessions. @throws ApiError `event_invalid`, `jobs_too_many` */
export function beginDryRun(
  slug: string,
  event: string,
  definition: EventDefinition,
  days: JobDays,
): Promise<DryRun> {
  return request<DryRun>(`${datasetPath(slug)}/dry-runs`, { body: { event, definition, ...days } });
}

const dryRunPath = (slug: string, number: number) => `${datasetPath(slug)}/dry-runs/${number}`;

export function readDryRun(slug: string, number: number, signal?: AbortSignal): Promise<DryRun> {
  return request<DryRun>(dryRunPath(slug, number), { signal });
}

export function cancelDryRun(slug: string, number: number): Promise<DryRun> {
  return request<DryRun>(dryRunPath(slug, number), { method: 'DELETE' });
}

/** All backfills, oldest first. */
export async function listBackfills(slug: string, signal?: AbortSignal): Promise<Backfill[]> {
  const path = `${datasetPath(slug)}/backfills`;
  return (await request<{ backfills: Backfill[] }>(path, { signal })).backfills;
}

/** Whether a published event has been run over the past. @throws ApiError `event_unpublished` */
export function readEventPast(
  slug: string,
  event: string,
  signal?: AbortSignal,
): Promise<EventPast> {
  const path = `${datasetPath(slug)}/events/${encodeURIComponent(event)}/past`;
  return request<EventPast>(path, { signal });
}

/** Runs a published event over the past. @throws ApiError `event_unpublished`, `jobs_too_many` */
export function beginBackfill(slug: string, event: string, days: JobDays): Promise<Backfill> {
  return request<Backfill>(`${datasetPath(slug)}/backfills`, { body: { event, ...days } });
}

export function cancelBackfill(slug: string, number: number): Promise<Backfill> {
  return request<Backfill>(`${datasetPath(slug)}/backfills/${number}`, { method: 'DELETE' });
}
