/** /api/subscriptions: digests that are mailed on a schedule. What a digest is, and when it is due, is handed in. */
import { z } from '@hono/zod-openapi';
import { definitionNameSchema } from '../contract/definition-name.ts';
import { mailAddressSchema } from '../contract/mail.ts';
import {
  type DigestDelivery,
  digestDeliverySchema,
  type Subscription,
  type SubscriptionStatus,
  subscriptionLimits,
  subscriptionSchema,
  subscriptionStatusSchema,
} from '../contract/subscription.ts';
import { body, createRoute, json, newRoutes, otherwise } from './routes.ts';

export interface DigestPreview {
  subject: string;
  /** Whole in itself: its pictures are in it. */
  html: string;
  text: string;
}

/** Keeps, makes and sends digests; main.ts wires it to `reports/`. */
export interface SubscriptionDesk {
  list(): Promise<SubscriptionStatus[]>;
  /** @throws Problem `subscription_unknown` */
  show(name: string): Promise<SubscriptionStatus>;
  /** @throws Problem `subscription_invalid`, `dataset_unknown`, `report_unknown`, `definition_unknown` */
  save(subscription: Subscription): Promise<SubscriptionStatus>;
  remove(name: string): Promise<void>;
  setPaused(name: string, paused: boolean): Promise<SubscriptionStatus>;
  preview(name: string): Promise<DigestPreview>;
  /** Sends the digest of this moment. Gives the ids of its deliveries. */
  run(name: string): Promise<string[]>;
  /** The same, to one address only. */
  test(name: string, to: string): Promise<string>;
  deliveries(options: { name?: string | undefined; limit: number }): Promise<DigestDelivery[]>;
  /** @throws Problem `delivery_unknown`, `delivery_waits` */
  resend(id: string): Promise<string>;
}

const nameParam = z.object({ name: definitionNameSchema });

const listRoute = createRoute({
  method: 'get',
  path: '/subscriptions',
  summary: 'The subscriptions, and when each is due next',
  responses: {
    200: json(z.object({ subscriptions: z.array(subscriptionStatusSchema) }), 'By name.'),
    ...otherwise,
  },
});

const saveRoute = createRoute({
  method: 'put',
  path: '/subscriptions',
  summary: 'Make a subscription, or change the one of its name',
  request: body(subscriptionSchema),
  responses: { 200: json(subscriptionStatusSchema, 'As it is in force now.'), ...otherwise },
});

const showRoute = createRoute({
  method: 'get',
  path: '/subscriptions/{name}',
  summary: 'One subscription, and how it stands',
  request: { params: nameParam },
  responses: { 200: json(subscriptionStatusSchema, 'The subscription.'), ...otherwise },
});

const deleteRoute = createRoute({
  method: 'delete',
  path: '/subscriptions/{name}',
  summary: 'Delete a subscription, with its deliveries and what still waits to be sent',
  request: { params: nameParam },
  responses: { 200: json(z.object({ deleted: z.string() }), 'Its name.'), ...otherwise },
});

const pauseRoute = createRoute({
  method: 'post',
  path: '/subscriptions/{name}/{change}',
  summary: 'Pause a subscription, or let it go on; what came due meanwhile is not made up for',
  request: { params: nameParam.extend({ change: z.enum(['pause', 'resume']) }) },
  responses: { 200: json(subscriptionStatusSchema, 'As it is in force now.'), ...otherwise },
});

const previewRoute = createRoute({
  method: 'get',
  path: '/subscriptions/{name}/preview',
  summary: 'The mail as it would be sent now',
  request: {
    params: nameParam,
    query: z.object({ format: z.enum(['html', 'text', 'json']).default('html') }),
  },
  responses: {
    200: {
      description: 'In the format asked for.',
      content: {
        'text/html': { schema: z.string() },
        'text/plain': { schema: z.string() },
        'application/json': {
          schema: z.object({ subject: z.string(), html: z.string(), text: z.string() }),
        },
      },
    },
    ...otherwise,
  },
});

const runRoute = createRoute({
  method: 'post',
  path: '/subscriptions/{name}/run',
  summary: 'Send the digest of this moment to all recipients',
  request: { params: nameParam },
  responses: {
    200: json(z.object({ ids: z.array(z.string()) }), 'The ids of its deliveries.'),
    ...otherwise,
  },
});

const testRoute = createRoute({
  method: 'post',
  path: '/subscriptions/{name}/test',
  summary: 'Send the digest of this moment to one address only',
  request: { params: nameParam, ...body(z.strictObject({ to: mailAddressSchema })) },
  responses: { 200: json(z.object({ id: z.string() }), 'The id of its delivery.'), ...otherwise },
});

const deliveriesRoute = createRoute({
  method: 'get',
  path: '/digest-deliveries',
  summary: 'What became of digests, newest first; of one subscription, or of all',
  request: {
    query: z.object({
      subscription: definitionNameSchema.optional(),
      limit: z.coerce
        .number()
        .int()
        .min(1)
        .max(subscriptionLimits.deliveriesListedMax)
        .default(100),
    }),
  },
  responses: {
    200: json(z.object({ deliveries: z.array(digestDeliverySchema) }), 'Kept for 30 days.'),
    ...otherwise,
  },
});

const resendRoute = createRoute({
  method: 'post',
  path: '/digest-deliveries/{id}/resend',
  summary: 'Try what was given up again, or send one more copy of what was sent',
  request: { params: z.object({ id: z.string().regex(/^[0-9a-f]{32}$/, 'is not an id') }) },
  responses: { 200: json(z.object({ id: z.string() }), 'The id of the delivery.'), ...otherwise },
});

const previewPolicy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox";

export function subscriptionRoutes(desk: SubscriptionDesk) {
  return newRoutes()
    .openapi(listRoute, async (c) => c.json({ subscriptions: await desk.list() }, 200))
    .openapi(saveRoute, async (c) => c.json(await desk.save(c.req.valid('json')), 200))
    .openapi(showRoute, async (c) => c.json(await desk.show(c.req.valid('param').name), 200))
    .openapi(deleteRoute, async (c) => {
      const { name } = c.req.valid('param');
      await desk.remove(name);
      return c.json({ deleted: name }, 200);
    })
    .openapi(runRoute, async (c) => c.json({ ids: await desk.run(c.req.valid('param').name) }, 200))
    .openapi(testRoute, async (c) => {
      const { to } = c.req.valid('json');
      return c.json({ id: await desk.test(c.req.valid('param').name, to) }, 200);
    })
    .openapi(pauseRoute, async (c) => {
      const { name, change } = c.req.valid('param');
      return c.json(await desk.setPaused(name, change === 'pause'), 200);
    })
    .openapi(previewRoute, async (c) => {
      const { format } = c.req.valid('query');
      const preview = await desk.preview(c.req.valid('param').name);
      if (format === 'json') return c.json(preview, 200);
      if (format === 'text') return c.text(preview.text, 200);
      c.header('Content-Security-Policy', previewPolicy);
      return c.html(preview.html, 200);
    })
    .openapi(deliveriesRoute, async (c) => {
      const { subscription: name, limit } = c.req.valid('query');
      return c.json({ deliveries: await desk.deliveries({ name, limit }) }, 200);
    })
    .openapi(resendRoute, async (c) =>
      c.json({ id: await desk.resend(c.req.valid('param').id) }, 200),
    );
}
