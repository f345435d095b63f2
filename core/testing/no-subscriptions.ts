/** The desk of subscriptions of a test that asks for none. */
import type { SubscriptionDesk } from '../http/subscriptions.ts';

const asked = () => Promise.reject(new Error('this test asks for no subscription'));

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
