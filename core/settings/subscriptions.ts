/** Subscriptions, the digests that were made of them, and what became of those. A port over `control.db`. */
import type { OutboxItem } from '../alerts/outbox.ts';
import type {
  DigestDelivery,
  DigestToSend,
  Edition,
  KeptSubscription,
  Subscription,
} from '../contract/subscription.ts';

/** A digest on its way to one recipient. Its id is that of the outbox item, and made of what it is. */
export interface NewDelivery {
  id: string;
  recipient: string;
  reason: DigestDelivery['reason'];
  title: string;
}

export interface Subscriptions {
  /** By name. */
  list(): Promise<KeptSubscription[]>;
  /** @throws Problem `subscription_unknown` */
  get(name: string): Promise<KeptSubscription>;
  byId(id: string): Promise<KeptSubscription | undefined>;
  /**
   * Puts a subscription in the place of the one of its name, if there is one. A new schedule begins now.
   * @throws Problem `subscription_invalid` when there are too many
   */
  save(subscription: Subscription): Promise<KeptSubscription>;
  /** With what waits to be sent of it. @throws Problem `subscription_unknown` */
  remove(name: string): Promise<void>;
  /** Notes why the digest that is due could not be made. */
  hold(id: string, held: NonNullable<KeptSubscription['held']>): Promise<void>;
  /** Sets up to when nothing is made any more. */
  setDoneUntil(id: string, instantMs: number): Promise<void>;
  edition(id: string): Promise<Edition | undefined>;
  /**
   * Writes a digest and puts its deliveries into the outbox, in one transaction. Doing it twice is doing it once.
   * @param isScheduled what was due up to its due time is done with
   */
  publish(
    edition: Edition,
    deliveries: readonly NewDelivery[],
    isScheduled: boolean,
  ): Promise<void>;
  /** The newest first; of all subscriptions without a name. */
  deliveries(options: { name?: string | undefined; limit: number }): Promise<DigestDelivery[]>;
  /**
   * Sends what was given up again under its id, and one more copy of what was sent. Gives the id of the delivery.
   * @throws Problem `delivery_unknown`, `delivery_waits`
   */
  resend(id: string): Promise<string>;
  /** What the outbox item of this id brings, and to whom; undefined where it was deleted. */
  toSend(deliveryId: string): Promise<DigestToSend | undefined>;
  /** Doing it twice is doing it once. */
  unsubscribe(id: string, recipient: string): Promise<void>;
}

/** The outbox item that brings a digest to somebody; what it brings stands with the delivery of its id. */
export function digestItem(
  { name }: Pick<Subscription, 'name'>,
  { id, title }: NewDelivery,
): OutboxItem {
  return { id, kind: 'digest', channel: `subscription ${name}`, title, payload: '' };
}
