/**
 * Webhooks: a JSON body, signed as standardwebhooks.com says, so that receivers can use any of its libraries. Every try
 * has the same `webhook-id`, and a timestamp and signature of its own.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { AlertChannel } from '../contract/alert.ts';
import { DeliveryError } from '../contract/mail.ts';
import type { Notifier } from './outbox.ts';
import { type OutgoingOptions, post } from './outgoing-request.ts';

const secretPrefix = 'whsec_';
const secretBytes = 32;
const goneStatus = 410;

export const newWebhookSecret = (): string =>
  `${secretPrefix}${randomBytes(secretBytes).toString('base64')}`;

/** `v1,` and the Base64 of HMAC-SHA256 over `id.timestamp.body`. */
export function signWebhook(
  secret: string,
  { id, timestampSeconds, body }: { id: string; timestampSeconds: number; body: string },
): string {
  const key = Buffer.from(secret.slice(secretPrefix.length), 'base64');
  const content = `${id}.${timestampSeconds}.${body}`;
  return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
}

/** Sends items whose payload is the body, to the address that the channel of that name has now. */
export function webhookNotifier(options: {
  channels: () => Promise<AlertChannel[]>;
  clock: Clock;
  outgoing: OutgoingOptions;
}): Notifier {
  const { channels, clock, outgoing } = options;
  return async ({ id, channel: name, payload: body }) => {
    const channel = (await channels()).find((one) => one.name === name);
    if (channel?.kind !== 'webhook')
      throw new DeliveryError(`The webhook "${name}" was deleted.`, { forGood: true });
    const timestampSeconds = Math.floor(clock() / 1000);
    const headers: Record<string, string> = {
      'Content-Type': 'application/json',
      'User-Agent': 'Canister',
      'webhook-id': id,
      'webhook-timestamp': String(timestampSeconds),
      'webhook-signature': signWebhook(channel.secret ?? '', { id, timestampSeconds, body }),
    };
    const status = await post({ url: channel.url, headers, body }, outgoing);
    if (status >= 200 && status < 300) return;
    throw new DeliveryError(`The webhook "${name}" answered ${status}.`, {
      forGood: status === goneStatus,
    });
  };
}
