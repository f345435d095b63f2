/** Subscriptions and what became of their digests. */
import type {
  DigestDelivery,
  Subscription,
  SubscriptionInput,
  SubscriptionStatus,
} from '../../core/contract/subscription.ts';
import { request } from './client.ts';
import { knowing } from './knowing.ts';

const path = '/api/subscriptions';
const pathOf = (name: string) => `${path}/${encodeURIComponent(name)}`;

/** Where the mail of this moment is looked at: a page without script, made anew at each look. */
export const previewUrl = (name: string) => `${pathOf(name)}/preview`;

export async function listSubscriptions(signal?: AbortSignal): Promise<SubscriptionStatus[]> {
  const answer = await request<{ subscriptions: SubscriptionStatus[] }>(path, { signal });
  return answer.subscriptions;
}

/** @param known it as it was loaded; undefined for a new one. @throws ApiError `changed_meanwhile`, `subscription_invalid`, `dataset_unknown`, `report_unknown`, `definition_unknown`, `request_invalid` */
export function saveSubscription(
  input: SubscriptionInput,
  known: Subscription | undefined,
): Promise<SubscriptionStatus> {
  return request(path, { method: 'PUT', body: input, headers: knowing(known) });
}

export function changeSubscription(
  name: string,
  change: 'pause' | 'resume',
): Promise<SubscriptionStatus> {
  return request(`${pathOf(name)}/${change}`, { body: {} });
}

export async function deleteSubscription(name: string): Promise<void> {
  await request(pathOf(name), { method: 'DELETE', body: {} });
}

/** Sends the digest of this moment to all recipients. */
export async function runSubscription(name: string): Promise<number> {
  return (await request<{ ids: string[] }>(`${pathOf(name)}/run`, { body: {} })).ids.length;
}

/** Sends it to one address only. */
export async function testSubscription(name: string, to: string): Promise<void> {
  await request(`${pathOf(name)}/test`, { body: { to } });
}

export async function listDeliveries(
  name: string,
  signal?: AbortSignal,
): Promise<DigestDelivery[]> {
  const search = new URLSearchParams({ subscription: name, limit: '50' });
  const answer = await request<{ deliveries: DigestDelivery[] }>(
    `/api/digest-deliveries?${search}`,
    { signal },
  );
  return answer.deliveries;
}

/** @throws ApiError `delivery_waits` */
export async function resendDelivery(id: string): Promise<void> {
  await request(`/api/digest-deliveries/${id}/resend`, { body: {} });
}
