/** Digests over real stores, with a clock that is moved and a real SMTP server that receives, for each test of a file. */
import { afterEach, beforeEach } from 'vitest';
import type { Mailer } from '../../core/contract/mail.ts';
import { type SubscriptionInput, subscriptionSchema } from '../../core/contract/subscription.ts';
import { createDefinitionDesk } from '../../core/desks/definition-desk.ts';
import { createQueryDesk } from '../../core/desks/query-desk.ts';
import { openLibsqlDefinitions } from '../../core/stores/libsql-definitions.ts';
import { openLibsqlSubscriptions } from '../../core/stores/libsql-subscriptions.ts';
import { worldAlerts } from '../../core/testing/alert-desk.ts';
import { noSavedQueries } from '../../core/testing/no-saved-queries.ts';
import { createWorld, type TestHit, type World } from '../../core/testing/world.ts';
import { createReportSource } from '../../report-desk.ts';
import { chooseMailer } from '../../reports/email/mailers/choose-mailer.ts';
import { createDigestSender } from '../../reports/schedule/send-digest.ts';
import { type MailServer, startMailServer } from '../../reports/testing/mail-server.ts';
import { createSubscriptionDesk } from '../../subscription-desk.ts';

export const consoleUrl = 'https://stats.example';
const from = 'Canister <stats@shop.example>';

export const daily: SubscriptionInput = {
  name: 'Daily shop',
  schedule: { kind: 'daily', at: '07:00' },
  period: 'yesterday',
  recipients: ['ann@shop.example', 'bob@shop.example'],
  datasets: ['shop'],
};

export const view = (visitor: string, path: string, more: Partial<TestHit> = {}): TestHit => ({
  dataset: 'shop',
  visitor,
  url: `https://shop.example${path}`,
  ...more,
});

/** Opens and closes the world and the mail server around each test of the file that calls this. */
export function digestWorld() {
  const opened = {} as { world: World; server: MailServer };

  beforeEach(async () => {
    opened.world = await createWorld();
    opened.server = await startMailServer();
  });
  afterEach(async () => {
    await opened.server.close();
    await opened.world.close();
  });

  const smtp = (): Mailer => {
    const smtpUrl = `smtp://127.0.0.1:${opened.server.port}`;
    return chooseMailer({ from, resendBaseUrl: 'https://api.resend.com', smtpUrl }, '/nowhere');
  };

  /** One scheduler with its sender over the stores of the world. */
  async function openDesk(mailer: Mailer = smtp()) {
    const book = openLibsqlDefinitions(opened.world.control, opened.world.now);
    const definitions = createDefinitionDesk(opened.world.datasets, book);
    const subscriptions = openLibsqlSubscriptions(opened.world.control, opened.world.now);
    const alerts = await worldAlerts(opened.world, {
      mailer,
      sendDigest: createDigestSender({
        toSend: subscriptions.toSend,
        mailer,
        consoleUrl: () => consoleUrl,
      }),
    });
    const queries = createQueryDesk(opened.world.engine, book);
    const { store } = alerts.desk;
    /** What was asked for digests, in its order. */
    const questions: string[] = [];
    const desk = createSubscriptionDesk({
      subscriptions,
      reports: createReportSource(
        {
          ...queries,
          query: (slug, query) => {
            questions.push(JSON.stringify([slug, query]));
            return queries.query(slug, query);
          },
        },
        definitions,
        noSavedQueries,
      ),
      datasets: opened.world.datasets,
      definitions,
      alerts: {
        history: (slug, asked) => {
          questions.push(`alerts of ${slug}`);
          return store.history(slug, asked);
        },
      },
      clock: opened.world.now,
      random: () => 0,
      consoleUrl: () => consoleUrl,
    });
    return {
      ...desk,
      definitions,
      outbox: alerts.desk.outbox,
      alertStore: store,
      questions,
      save: (input: SubscriptionInput) => desk.save(subscriptionSchema.parse(input)),
      /** Makes what is due, sends what is to be sent, and waits until that is done. */
      async pass() {
        await desk.runDue();
        await alerts.desk.sendDue();
        await alerts.desk.stop();
      },
    };
  }

  async function fillShop(slug = 'shop', timeZone = 'UTC'): Promise<void> {
    await opened.world.dataset({ slug, name: 'Tea & <Time>', timeZone });
  }

  /** Moves the clock to a time of the world's days. */
  const moveTo = (instant: string) =>
    opened.world.advance(Date.parse(instant) - opened.world.now());

  /** A shop with one session on the 21st, and a daily digest that is due at seven. */
  async function fillDaily(input: Partial<SubscriptionInput> = {}, mailer?: Mailer) {
    await fillShop();
    const desk = await openDesk(mailer);
    await opened.world.send(view('a', '/teas'));
    await desk.save({ ...daily, ...input });
    moveTo('2026-11-22T06:59:00Z');
    await opened.world.settle();
    return desk;
  }

  const subjects = () => opened.server.mails.map(({ subject }) => subject);
  return Object.assign(opened, { smtp, openDesk, fillShop, fillDaily, moveTo, subjects });
}

/** The words of a page, without its markup, with single spaces. */
export function htmlWords(html = ''): string {
  return html.replaceAll(/<style>[\s\S]*?<\/style>|<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
}
