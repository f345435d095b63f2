/** A desk that has no subscriptions. */
import { Problem } from '../contract/problem.ts';
import type { SubscriptionDesk } from '../http/subscriptions.ts';

const asked = () => Promise.reject(new Problem('subscription_unknown', 'There is none.'));

export const noSubscriptions: SubscriptionDesk = {
  list: async () => [],
  deliveries: async () => [],
  show: asked,
  save: asked,
  remove: asked,
  setPaused: asked,
  preview: asked,
  run: asked,
  test: asked,
  resend: asked,
};
