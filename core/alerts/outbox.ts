/**
 * The outbox: what is to be sent lies in `control.db` until it was sent. A send that fails is tried again, later and
 * later; each try has the same id, so that a receiver can tell a second copy from a new message.
 */
import type { Clock } from '../clock.ts';
import type { Delivery } from '../contract/alert.ts';
import { DeliveryError } from '../contract/mail.ts';
import { inTurn } from '../in-turn.ts';

export const deliveryKinds = ['mail', 'webhook', 'digest'] as const;
export type DeliveryKind = (typeof deliveryKinds)[number];

export interface OutboxItem {
  /** 32 hex digits; the same on every try. */
  id: string;
  kind: DeliveryKind;
  /** Who it is for, to be read by people; items of one channel that hangs do not hold up the others. */
  channel: string;
  title: string;
  /** What the notifier of the kind takes, as JSON. */
  payload: string;
}

export interface ClaimedItem extends OutboxItem {
  createdAt: number;
  /** This try included. */
  tries: number;
}

export interface Outbox {
  add(items: readonly OutboxItem[]): Promise<void>;
  /** Makes everything claimable again: whoever had claimed it is gone. Only the owner of the data may do this. */
  releaseClaims(): Promise<void>;
  /** Takes what is due, the oldest first, but of these channels. */
  claim(nowMs: number, limit: number, exceptChannels: readonly string[]): Promise<ClaimedItem[]>;
  sent(id: string, nowMs: number): Promise<void>;
  /** Back among those that wait, until `dueAt`; without it nothing is tried any more. */
  failed(id: string, why: string, dueAt: number | undefined): Promise<void>;
  /** The newest first. */
  list(limit: number): Promise<Delivery[]>;
  /** Channels whose oldest waiting item was put in before this instant. */
  lateChannels(beforeMs: number): Promise<string[]>;
}

/** Sends the items of one kind. @throws DeliveryError, `forGood` when no later try can succeed */
export type Notifier = (item: ClaimedItem) => Promise<void>;

export const outboxLimits = {
  firstDelayMs: 5_000,
  delayMsMax: 3_600_000,
  /** What could not be sent for so long is given up, and kept as such. */
  triedForMs: 3 * 86_400_000,
  atOnceMax: 8,
  atOncePerChannelMax: 2,
  errorLengthMax: 500,
} as const;

/**
 * How long to wait after so many tries: twice as long each time, up to an hour, and up to half of it less by chance,
 * so that many who failed together do not come back together.
 */
export function retryDelayMs(tries: number, random: () => number): number {
  const { firstDelayMs, delayMsMax } = outboxLimits;
  const whole = Math.min(delayMsMax, firstDelayMs * 2 ** Math.min(tries - 1, 20));
  return Math.round(whole * (1 - random() / 2));
}

export interface Dispatcher {
  /** Starts to send what is due. Resolves when it was claimed, not when it was sent. */
  sendDue(): Promise<void>;
  /** Waits for what is under way. */
  idle(): Promise<void>;
}

export function createDispatcher(options: {
  outbox: Outbox;
  notifiers: Record<DeliveryKind, Notifier>;
  clock: Clock;
  /** From 0 to 1. */
  random: () => number;
}): Dispatcher {
  const { outbox, notifiers, clock, random } = options;
  const underWay = new Map<Promise<void>, string>();
  const claiming = inTurn();

  function busyChannels(): string[] {
    const channels = [...underWay.values()];
    return [...new Set(channels)].filter(
      (one) =>
        channels.filter((channel) => channel === one).length >= outboxLimits.atOncePerChannelMax,
    );
  }

  async function send(item: ClaimedItem): Promise<void> {
    try {
      await notifiers[item.kind](item);
    } catch (error) {
      const isOver =
        (error instanceof DeliveryError && error.forGood) ||
        clock() - item.createdAt > outboxLimits.triedForMs;
      const why = (error as Error).message.slice(0, outboxLimits.errorLengthMax);
      const dueAt = isOver ? undefined : clock() + retryDelayMs(item.tries, random);
      await outbox.failed(item.id, why, dueAt);
      return;
    }
    await outbox.sent(item.id, clock());
  }

  async function claimDue(): Promise<void> {
    const room = outboxLimits.atOnceMax - underWay.size;
    if (room <= 0) return;
    for (const item of await outbox.claim(clock(), room, busyChannels())) {
      const sending: Promise<void> = send(item)
        // What could not even be noted stays claimed for a while, and is sent again then.
        .catch(() => undefined)
        .finally(() => {
          underWay.delete(sending);
          // There is room for the next one: a burst must not wait for the next tick.
          sendDue().catch(() => undefined);
        });
      underWay.set(sending, item.channel);
    }
  }

  /** Two that claim at once would count the same room. */
  const sendDue = () => claiming.run(claimDue);

  return {
    sendDue,
    async idle() {
      await claiming.idle();
      while (underWay.size > 0) {
        await Promise.all(underWay.keys());
        await claiming.idle();
      }
    },
  };
}
