/** The desk of subscriptions where there is none. */
import { Problem } from '../contract/problem.ts';
import type { SubscriptionDesk } from '../http/subscriptions.ts';

const asked = () =>
  Promise.reject(new Problem('subscription_unknown', 'There is no subscription here.'));

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
