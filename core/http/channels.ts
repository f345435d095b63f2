/** /api/channels and /api/deliveries: where notices go, and what became of them. */
import { z } from '@hono/zod-openapi';
import type { AlertStore } from '../alerts/alert-store.ts';
import { type ComposeNotice, messagesOf, newEntry } from '../alerts/notices.ts';
import type { Outbox } from '../alerts/outbox.ts';
import { checkUrl, type OutgoingOptions } from '../alerts/outgoing-request.ts';
import type { AlertWatch } from '../alerts/watch.ts';
import { newWebhookSecret } from '../alerts/webhook.ts';
import type { Clock } from '../clock.ts';
import {
  type AlertChannel,
  alertChannelSchema,
  alertLimits,
  alertNameSchema,
  deliverySchema,
} from '../contract/alert.ts';
import { DeliveryError } from '../contract/mail.ts';
import { Problem } from '../contract/problem.ts';
import { body, createRoute, json, newRoutes, otherwise } from './routes.ts';

export interface ChannelOptions {
  store: AlertStore;
  outbox: Outbox;
  watch: Pick<AlertWatch, 'changed'>;
  compose: ComposeNotice;
  outgoing: OutgoingOptions;
  clock: Clock;
}

const nameParam = z.object({ name: alertNameSchema });

const listRoute = createRoute({
  method: 'get',
  path: '/channels',
  summary: 'The channels that notices go to',
  responses: {
    200: json(z.object({ channels: z.array(alertChannelSchema) }), 'By name, without secrets.'),
    ...otherwise,
  },
});

const saveRoute = createRoute({
  method: 'put',
  path: '/channels',
  summary: 'Make a channel, or change the one of its name',
  request: body(alertChannelSchema),
  responses: {
    200: json(alertChannelSchema, 'The channel; with its secret, which is shown only here.'),
    ...otherwise,
  },
});

const deleteRoute = createRoute({
  method: 'delete',
  path: '/channels/{name}',
  summary: 'Delete a channel that no alert uses',
  request: { params: nameParam },
  responses: { 200: json(z.object({ deleted: z.string() }), 'Its name.'), ...otherwise },
});

const testRoute = createRoute({
  method: 'post',
  path: '/channels/{name}/test',
  summary: 'Send a notice of no meaning to a channel',
  request: { params: nameParam },
  responses: {
    200: json(z.object({ id: z.string() }), 'Its id among the deliveries.'),
    ...otherwise,
  },
});

const deliveriesRoute = createRoute({
  method: 'get',
  path: '/deliveries',
  summary: 'What became of notices and mails, newest first',
  request: {
    query: z.object({
      limit: z.coerce.number().int().min(1).max(alertLimits.historyListedMax).default(100),
    }),
  },
  responses: {
    200: json(z.object({ deliveries: z.array(deliverySchema) }), 'Kept for 30 days.'),
    ...otherwise,
  },
});

export function channelRoutes({ store, outbox, watch, compose, outgoing, clock }: ChannelOptions) {
  async function find(name: string): Promise<AlertChannel> {
    const channels = await store.channels();
    const found = channels.find((channel) => channel.name === name);
    if (found) return found;
    const names = channels.map((channel) => channel.name).join(', ');
    throw new Problem(
      'channel_unknown',
      `There is no channel called "${name}". ${names ? `There are: ${names}.` : 'There is none yet.'}`,
    );
  }

  /** A webhook keeps its secret when it is saved without one. */
  async function withSecret(channel: AlertChannel): Promise<AlertChannel> {
    if (channel.kind !== 'webhook' || channel.secret !== undefined) return channel;
    const before = (await store.channels()).find(({ name }) => name === channel.name);
    const secret = before?.kind === 'webhook' ? before.secret : undefined;
    return { ...channel, secret: secret ?? newWebhookSecret() };
  }

  return newRoutes()
    .openapi(listRoute, async (c) =>
      c.json({ channels: (await store.channels()).map(withoutSecret) }, 200),
    )
    .openapi(saveRoute, async (c) => {
      const given = c.req.valid('json');
      if (given.kind === 'webhook') refuseUrl(given.name, given.url, outgoing);
      const channel = await withSecret(given);
      await store.saveChannel(channel);
      watch.changed();
      return c.json(channel, 200);
    })
    .openapi(deleteRoute, async (c) => {
      const { name } = await find(c.req.valid('param').name);
      const users = (await store.allRules()).filter(({ rule }) => rule.channels.includes(name));
      if (users.length > 0) {
        const names = users.map(({ dataset, rule }) => `${rule.name} (${dataset})`).join(', ');
        throw new Problem(
          'channel_in_use',
          `The channel "${name}" is used by: ${names}. Change or delete those first.`,
        );
      }
      await store.deleteChannel(name);
      watch.changed();
      return c.json({ deleted: name }, 200);
    })
    .openapi(testRoute, async (c) => {
      const channel = await find(c.req.valid('param').name);
      const entry = newEntry({
        dataset: '',
        rule: 'Test',
        change: 'fired',
        at: clock(),
        severity: 'notice',
        says: `This was sent to try the channel "${channel.name}".`,
        sessions: [],
      });
      const [message] = messagesOf(entry, [channel], compose);
      if (message === undefined) throw new Error('one channel gets one message');
      await outbox.add([message]);
      return c.json({ id: message.id }, 200);
    })
    .openapi(deliveriesRoute, async (c) =>
      c.json({ deliveries: await outbox.list(c.req.valid('query').limit) }, 200),
    );
}

function withoutSecret(channel: AlertChannel): AlertChannel {
  if (channel.kind !== 'webhook') return channel;
  const { secret: _, ...shown } = channel;
  return shown;
}

function refuseUrl(name: string, url: string, outgoing: OutgoingOptions): void {
  try {
    checkUrl(url, outgoing);
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    throw new Problem('channel_invalid', `The channel "${name}": ${error.message}`);
  }
}
