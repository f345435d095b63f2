/** Alerts of a dataset: rules, dry runs, history. And the channels of the server that notices go to. */
import type {
  AlertChannel,
  AlertChannelInput,
  AlertDryRun,
  AlertEntry,
  AlertRule,
  AlertRuleInput,
  AlertRuleStatus,
  Delivery,
} from '../../core/contract/alert.ts';
import { request } from './client.ts';
import { datasetPath } from './datasets.ts';
import { knowing } from './knowing.ts';

const alertsPath = (slug: string) => `${datasetPath(slug)}/alerts`;

export async function listAlerts(slug: string, signal?: AbortSignal): Promise<AlertRuleStatus[]> {
  const path = `${alertsPath(slug)}/rules`;
  return (await request<{ alerts: AlertRuleStatus[] }>(path, { signal })).alerts;
}

/**
 * @param known the rule as it was loaded; undefined for a new one
 * @throws ApiError `changed_meanwhile`, `alert_invalid`, `channel_unknown`, `request_invalid`
 */
export function saveAlert(
  slug: string,
  rule: AlertRuleInput,
  known: AlertRule | undefined,
): Promise<AlertRule> {
  const headers = knowing(known);
  return request<AlertRule>(`${alertsPath(slug)}/rules`, { method: 'PUT', body: rule, headers });
}

export async function deleteAlert(slug: string, name: string): Promise<void> {
  await request(`${alertsPath(slug)}/rules/${encodeURIComponent(name)}`, { method: 'DELETE' });
}

/** Takes a raised alert in hand. @throws ApiError `alert_not_raised` */
export function closeAlert(slug: string, name: string, note: string): Promise<AlertRuleStatus> {
  const path = `${alertsPath(slug)}/rules/${encodeURIComponent(name)}/close`;
  return request<AlertRuleStatus>(path, { body: note.trim() === '' ? {} : { note } });
}

/** How often a rule, saved or not, would have fired. @throws ApiError `alert_invalid`, `request_invalid` */
export function dryRunAlert(
  slug: string,
  rule: AlertRuleInput,
  signal?: AbortSignal,
): Promise<AlertDryRun> {
  return request<AlertDryRun>(`${alertsPath(slug)}/dry-run`, { body: rule, signal });
}

/** The newest entries first. */
export async function readAlertHistory(
  slug: string,
  options: { rule?: string | undefined; limit: number },
  signal?: AbortSignal,
): Promise<AlertEntry[]> {
  const params = new URLSearchParams({ limit: String(options.limit) });
  if (options.rule !== undefined) params.set('rule', options.rule);
  const path = `${alertsPath(slug)}/history?${params}`;
  return (await request<{ entries: AlertEntry[] }>(path, { signal })).entries;
}

export async function listChannels(signal?: AbortSignal): Promise<AlertChannel[]> {
  return (await request<{ channels: AlertChannel[] }>('/api/channels', { signal })).channels;
}

/** Makes one. The answer alone has the secret of a webhook. @throws ApiError `changed_meanwhile`, `channel_invalid`, `request_invalid` */
export function saveChannel(channel: AlertChannelInput): Promise<AlertChannel> {
  const headers = knowing(undefined);
  return request<AlertChannel>('/api/channels', { method: 'PUT', body: channel, headers });
}

/** @throws ApiError `channel_in_use` */
export async function deleteChannel(name: string): Promise<void> {
  await request(`/api/channels/${encodeURIComponent(name)}`, { method: 'DELETE' });
}

/** Sends a notice of no meaning; gives its id among the deliveries. */
export async function testChannel(name: string): Promise<string> {
  const path = `/api/channels/${encodeURIComponent(name)}/test`;
  return (await request<{ id: string }>(path, { method: 'POST' })).id;
}

/** What became of notices and mails, newest first. */
export async function listDeliveries(limit: number, signal?: AbortSignal): Promise<Delivery[]> {
  const path = `/api/deliveries?limit=${limit}`;
  return (await request<{ deliveries: Delivery[] }>(path, { signal })).deliveries;
}
