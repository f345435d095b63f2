/**
 * Makes the digests that are due. What is due is found by the clock alone: the newest due time of a schedule that was
 * not done yet. A digest and its deliveries have ids made of what they are, so that one made twice (after a crash, by
 * two schedulers) is there once, and is sent under the same id.
 */
import { Problem } from '../../core/contract/problem.ts';
import type {
  DigestDelivery,
  Edition,
  KeptSubscription,
  Subscription,
} from '../../core/contract/subscription.ts';
import { type DigestMail, digestMail } from '../email/digest-mail.ts';
import {
  type DigestSource,
  isChanged,
  makeDigest,
  noRecentAnswers,
  type RecentAnswers,
} from './make-digest.ts';
import { newestDue, nextDue } from './next-due.ts';
import { linkPlaceholder } from './unsubscribe-link.ts';

interface NewDelivery {
  id: string;
  recipient: string;
  reason: DigestDelivery['reason'];
  title: string;
}

/** The port: where subscriptions and what was made of them are kept. */
export interface DigestBook {
  list(): Promise<KeptSubscription[]>;
  hold(id: string, held: NonNullable<KeptSubscription['held']>): Promise<void>;
  setDoneUntil(id: string, instantMs: number): Promise<void>;
  edition(id: string): Promise<Edition | undefined>;
  /** In one transaction; doing it twice is doing it once. */
  publish(
    edition: Edition,
    deliveries: readonly NewDelivery[],
    isScheduled: boolean,
  ): Promise<void>;
}

export interface DigestRunnerOptions {
  book: DigestBook;
  source: DigestSource;
  clock: () => number;
  consoleUrl: () => string;
  /** An id made of its parts: the same again when it is made again. */
  idOf: (...parts: readonly (string | number)[]) => string;
  /** How long to wait after so many tries that failed. */
  retryDelayMs: (tries: number) => number;
}

export interface DigestRunner {
  /** Makes what is due. One that fails is held with its reason, and holds up no other. */
  runDue(): Promise<void>;
  /** Makes the digest of this moment for all recipients. Gives the ids of its deliveries. */
  runNow(kept: KeptSubscription): Promise<string[]>;
  /** Makes the digest of this moment for one address only. Gives the id of its delivery. */
  test(kept: KeptSubscription, recipient: string): Promise<string>;
  /** The mail of this moment, without keeping or sending anything. */
  preview(subscription: Subscription): Promise<DigestMail>;
  /** What is due and not made yet, else what comes next; undefined where it is paused. */
  nextDueAt(kept: KeptSubscription): number | undefined;
}

const testPrefix = 'Test: ';
/** Stands in the place of the id of a digest that is only looked at. */
export const previewId = 'preview';

export function createDigestRunner(options: DigestRunnerOptions): DigestRunner {
  const { book, source, clock, consoleUrl, idOf, retryDelayMs } = options;

  async function compose(
    subscription: Subscription,
    dueAt: number,
    editionId: string,
    recent?: RecentAnswers,
  ) {
    const digest = await makeDigest(subscription, dueAt, { source, clock, recent });
    const unsubscribeUrl = linkPlaceholder(editionId);
    const isSilent = subscription.onlyWhenChanged && !isChanged(digest);
    return {
      isSilent,
      mail: () => digestMail(digest, { consoleUrl: consoleUrl(), unsubscribeUrl }),
    };
  }

  async function makeScheduled(
    kept: KeptSubscription,
    dueAt: number,
    recent: RecentAnswers,
  ): Promise<void> {
    const editionId = idOf('digest', kept.id, dueAt);
    // The clock went back, or it was killed after it was made.
    if ((await book.edition(editionId)) !== undefined)
      return await book.setDoneUntil(kept.id, dueAt);
    const { isSilent, mail } = await compose(kept.subscription, dueAt, editionId, recent);
    const about = { id: editionId, subscriptionId: kept.id, dueAt };
    if (isSilent) {
      const nothing = { subject: '', html: '', text: '', attachments: [] };
      return await book.publish({ ...about, outcome: 'unchanged', ...nothing }, [], true);
    }
    const edition: Edition = { ...about, outcome: 'sent', ...(await mail()) };
    await book.publish(edition, deliveriesOf(kept, edition), true);
  }

  function deliveriesOf(kept: KeptSubscription, { id, dueAt, subject }: Edition): NewDelivery[] {
    const wanting = kept.subscription.recipients.filter(
      (recipient) => !kept.unsubscribed.includes(recipient.toLowerCase()),
    );
    return wanting.map((recipient) => ({
      id: idOf('delivery', id, dueAt, recipient.toLowerCase()),
      recipient,
      reason: 'due',
      title: subject,
    }));
  }

  function dueOf({ subscription, doneUntil, held }: KeptSubscription): number | undefined {
    if (subscription.paused || (held !== undefined && held.retryAt > clock())) return undefined;
    const due = newestDue(subscription.schedule, subscription.timeZone, clock());
    return due !== undefined && due > doneUntil ? due : undefined;
  }

  async function runOne(kept: KeptSubscription, recent: RecentAnswers): Promise<void> {
    // A clock that had gone far ahead and was set right must not silence it until then.
    if (kept.doneUntil > clock()) return await book.setDoneUntil(kept.id, clock());
    const dueAt = dueOf(kept);
    if (dueAt === undefined) return;
    try {
      await makeScheduled(kept, dueAt, recent);
    } catch (error) {
      const tries = (kept.held?.tries ?? 0) + 1;
      const retryAt = clock() + retryDelayMs(tries);
      await book.hold(kept.id, { reason: (error as Error).message, tries, retryAt });
    }
  }

  async function makeNow(kept: KeptSubscription, kind: string): Promise<Edition> {
    const dueAt = clock();
    const id = idOf(kind, kept.id, dueAt);
    const { mail } = await compose(kept.subscription, dueAt, id);
    return { id, subscriptionId: kept.id, dueAt, outcome: 'sent', ...(await mail()) };
  }

  return {
    async runDue() {
      const recent = noRecentAnswers();
      for (const kept of await book.list()) await runOne(kept, recent);
    },
    async runNow(kept) {
      if (kept.subscription.paused)
        throw new Problem(
          'subscription_paused',
          `The subscription "${kept.subscription.name}" is paused. Resume it first, or send a test.`,
        );
      const edition = await makeNow(kept, 'digest');
      const deliveries = deliveriesOf(kept, edition);
      await book.publish(edition, deliveries, false);
      return deliveries.map(({ id }) => id);
    },
    async test(kept, recipient) {
      const edition = await makeNow(kept, 'test');
      const id = idOf('delivery', edition.id, edition.dueAt, recipient.toLowerCase());
      const title = testPrefix + edition.subject;
      await book.publish(edition, [{ id, recipient, reason: 'test', title }], false);
      return id;
    },
    async preview(subscription) {
      return await (await compose(subscription, clock(), previewId)).mail();
    },
    nextDueAt({ subscription, doneUntil }) {
      if (subscription.paused) return undefined;
      const { schedule, timeZone } = subscription;
      const due = newestDue(schedule, timeZone, clock());
      return due !== undefined && due > doneUntil ? due : nextDue(schedule, timeZone, clock());
    },
  };
}
