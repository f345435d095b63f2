/** The desk of subscriptions: joins what `reports/` makes and sends with what core keeps. */
import type { AlertStore } from './core/alerts/alert-store.ts';
import { noticeId } from './core/alerts/notices.ts';
import { retryDelayMs } from './core/alerts/outbox.ts';
import type { Clock } from './core/clock.ts';
import { Problem } from './core/contract/problem.ts';
import type { KeptSubscription, Subscription } from './core/contract/subscription.ts';
import type { DefinitionDesk } from './core/desks/definition-desk.ts';
import type { SubscriptionDesk } from './core/http/subscriptions.ts';
import type { UnsubscribeDesk } from './core/http/unsubscribe.ts';
import type { Datasets } from './core/settings/datasets.ts';
import type { Subscriptions } from './core/settings/subscriptions.ts';
import { listReports } from './reports/definitions/find-report.ts';
import type { ReportSource } from './reports/run/run-report.ts';
import { checkSchedule } from './reports/schedule/next-due.ts';
import { createDigestRunner, previewId } from './reports/schedule/run-due.ts';
import { isSigned, linkPlaceholder, readToken } from './reports/schedule/unsubscribe-link.ts';

/** More alerts than any period has: those of one a minute in each of many rules. */
const alertsReadMax = 100_000;
const previewLink = '#unsubscribe';

export interface SubscriptionDeskOptions {
  subscriptions: Subscriptions;
  reports: ReportSource;
  datasets: Pick<Datasets, 'get'>;
  definitions: Pick<DefinitionDesk, 'list'>;
  alerts: Pick<AlertStore, 'history'>;
  clock: Clock;
  random: () => number;
  consoleUrl: () => string;
}

export interface OpenSubscriptionDesk extends SubscriptionDesk, UnsubscribeDesk {
  /** Makes the digests that are due. */
  runDue(): Promise<void>;
}

export function createSubscriptionDesk(options: SubscriptionDeskOptions): OpenSubscriptionDesk {
  const { subscriptions, reports, datasets, definitions, alerts, clock } = options;
  const runner = createDigestRunner({
    book: subscriptions,
    source: {
      ...reports,
      async dataset(slug) {
        const { name, timeZone } = await datasets.get(slug);
        return { slug, name, timeZone };
      },
      async alerts(slug, fromMs, toMs) {
        const entries = await alerts.history(slug, { limit: alertsReadMax });
        return entries.filter(({ at }) => at >= fromMs && at < toMs);
      },
    },
    clock,
    consoleUrl: options.consoleUrl,
    idOf: noticeId,
    retryDelayMs: (tries) => retryDelayMs(tries, options.random),
  });

  const statusOf = (kept: KeptSubscription) => {
    const { subscription, lastDueAt, lastOutcome, held, unsubscribed } = kept;
    const nextDueAt = runner.nextDueAt(kept);
    return {
      subscription,
      state: {
        ...(nextDueAt !== undefined && { nextDueAt }),
        ...(lastDueAt !== undefined && { lastDueAt }),
        ...(lastOutcome !== undefined && { lastOutcome }),
        ...(held !== undefined && { heldReason: held.reason, retryAt: held.retryAt }),
        unsubscribed,
      },
    };
  };

  /** Every dataset must be there, and have the reports and labels. */
  async function check({ schedule, timeZone, ...subscription }: Subscription): Promise<void> {
    checkSchedule(schedule, timeZone, clock());
    for (const slug of subscription.datasets) {
      await datasets.get(slug);
      const known = listReports(await reports.ownReports(slug)).map(({ name }) => name);
      const report = subscription.reports.find((name) => !known.includes(name));
      if (report !== undefined)
        throw new Problem(
          'report_unknown',
          `The dataset ${slug} has no report "${report}". See: canister report list --dataset ${slug}`,
        );
      const labels = (await definitions.list(slug, 'label')).map(({ name }) => name);
      const label = subscription.labels.find((name) => !labels.includes(name));
      if (label !== undefined)
        throw new Problem(
          'definition_unknown',
          `The dataset ${slug} has no label "${label}". ${labels.length > 0 ? `It has: ${labels.join(', ')}.` : 'It has none yet.'}`,
        );
    }
  }

  async function findByToken(token: string): Promise<[KeptSubscription, string] | undefined> {
    const about = readToken(token);
    if (about === undefined) return undefined;
    const kept = await subscriptions.byId(about.subscriptionId);
    if (kept === undefined || !isSigned(token, kept.secret)) return undefined;
    return [kept, about.recipient];
  }

  return {
    runDue: runner.runDue,
    list: async () => (await subscriptions.list()).map(statusOf),
    show: async (name) => statusOf(await subscriptions.get(name)),
    async save(subscription) {
      await check(subscription);
      return statusOf(await subscriptions.save(subscription));
    },
    remove: subscriptions.remove,
    async setPaused(name, paused) {
      const { subscription } = await subscriptions.get(name);
      return statusOf(await subscriptions.save({ ...subscription, paused }));
    },
    async preview(name) {
      const { subscription } = await subscriptions.get(name);
      const { subject, html, text, attachments } = await runner.preview(subscription);
      const placeholder = linkPlaceholder(previewId);
      let whole = html.replaceAll(placeholder, previewLink);
      for (const { contentId, contentType, content } of attachments)
        whole = whole.replaceAll(`cid:${contentId}`, `data:${contentType};base64,${content}`);
      return { subject, html: whole, text: text.replaceAll(placeholder, previewLink) };
    },
    run: async (name) => await runner.runNow(await subscriptions.get(name)),
    test: async (name, to) => await runner.test(await subscriptions.get(name), to),
    deliveries: subscriptions.deliveries,
    resend: subscriptions.resend,
    async read(token) {
      const [kept, recipient] = (await findByToken(token)) ?? [];
      if (kept === undefined || recipient === undefined) return undefined;
      const isDone = kept.unsubscribed.includes(recipient);
      return { subscription: kept.subscription.name, recipient, isDone };
    },
    async unsubscribe(token) {
      const [kept, recipient] = (await findByToken(token)) ?? [];
      if (kept === undefined || recipient === undefined) return undefined;
      await subscriptions.unsubscribe(kept.id, recipient);
      return { subscription: kept.subscription.name, recipient, isDone: true };
    },
  };
}
