/** Digests from a due time to a mailbox: real stores, a clock that is moved, and a real SMTP server that receives. */
import type { Email } from 'postal-mime';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Mailer } from './core/contract/mail.ts';
import { type SubscriptionInput, subscriptionSchema } from './core/contract/subscription.ts';
import { createDefinitionDesk } from './core/desks/definition-desk.ts';
import { createQueryDesk } from './core/desks/query-desk.ts';
import { openLibsqlDefinitions } from './core/stores/libsql-definitions.ts';
import { openLibsqlSubscriptions } from './core/stores/libsql-subscriptions.ts';
import { worldAlerts } from './core/testing/alert-desk.ts';
import { createWorld, type TestHit, type World } from './core/testing/world.ts';
import { createReportSource } from './report-desk.ts';
import { chooseMailer } from './reports/email/mailers/choose-mailer.ts';
import { createDigestSender } from './reports/schedule/send-digest.ts';
import { type MailServer, startMailServer } from './reports/testing/mail-server.ts';
import { createSubscriptionDesk } from './subscription-desk.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const consoleUrl = 'https://stats.example';
const from = 'Canister <stats@shop.example>';

let world: World;
let server: MailServer;
const closing: (() => unknown)[] = [];

beforeEach(async () => {
  world = await createWorld();
  server = await startMailServer();
  closing.push(() => server.close());
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await world.close();
});

const smtp = (): Mailer =>
  chooseMailer(
    { from, resendBaseUrl: 'https://api.resend.com', smtpUrl: `smtp://127.0.0.1:${server.port}` },
    '/nowhere',
  );

/** One scheduler with its sender over the stores of the world. */
async function openDesk(mailer: Mailer = smtp()) {
  const book = openLibsqlDefinitions(world.control, world.now);
  const definitions = createDefinitionDesk(world.datasets, book);
  const subscriptions = openLibsqlSubscriptions(world.control, world.now);
  const alerts = await worldAlerts(world, {
    mailer,
    sendDigest: createDigestSender({
      toSend: subscriptions.toSend,
      mailer,
      consoleUrl: () => consoleUrl,
    }),
  });
  const desk = createSubscriptionDesk({
    subscriptions,
    reports: createReportSource(createQueryDesk(world.engine, book), definitions),
    datasets: world.datasets,
    definitions,
    alerts: alerts.desk.store,
    clock: world.now,
    random: () => 0,
    consoleUrl: () => consoleUrl,
  });
  return {
    ...desk,
    definitions,
    outbox: alerts.desk.outbox,
    alertStore: alerts.desk.store,
    save: (input: SubscriptionInput) => desk.save(subscriptionSchema.parse(input)),
    /** Makes what is due, sends what is to be sent, and waits until that is done. */
    async pass() {
      await desk.runDue();
      await alerts.desk.sendDue();
      await alerts.desk.stop();
    },
  };
}

/** A shop with a session of two pages a visitor on the days before the world begins, three visitors on each. */
async function fillShop(slug = 'shop', timeZone = 'UTC'): Promise<void> {
  await world.dataset({ slug, name: 'Tea & <Time>', timeZone });
}

const daily: SubscriptionInput = {
  name: 'Daily shop',
  schedule: { kind: 'daily', at: '07:00' },
  period: 'yesterday',
  recipients: ['ann@shop.example', 'bob@shop.example'],
  datasets: ['shop'],
};

const headerOf = (mail: Email | undefined, key: string) =>
  mail?.headers.find((header) => header.key === key)?.value;
const subjects = () => server.mails.map(({ subject }) => subject);
/** Moves the clock to a time of the world's days. */
const moveTo = (instant: string) => world.advance(Date.parse(instant) - world.now());

const view = (visitor: string, path: string, more: Partial<TestHit> = {}): TestHit => ({
  dataset: 'shop',
  visitor,
  url: `https://shop.example${path}`,
  ...more,
});

describe('What a digest says', () => {
  test('The figures of the mail are those counted by hand, in HTML and in text', async () => {
    await fillShop();
    const desk = await openDesk();
    await desk.save({ ...daily, recipients: ['ann@shop.example'] });
    // The day before: one session of one page.
    await world.send(view('a', '/teas'));
    moveTo('2026-11-22T10:00:00Z');
    // The day of the digest: three sessions of three visitors with five page views.
    await world.send(view('a', '/teas'), view('b', '/teas'), view('c', '/'));
    world.advance(60_000);
    await world.send(view('a', '/cart'), view('b', '/cart'));
    moveTo('2026-11-23T07:00:10Z');
    await world.settle();
    await desk.pass();
    // Due on the 22nd and the 23rd: the clock jumped over the first, so only the newest is sent.
    expect(subjects()).toEqual(['Daily shop: Nov 22, 2026']);
    const [mail] = server.mails;
    const text = mail?.text ?? '';
    for (const line of [/^Sessions +3 +1$/m, /^Visitors +3 +1$/m, /^Page views +5 +1$/m])
      expect(text).toMatch(line);
    expect(text).toMatch(/^\/cart +2 +0 +2 +0$/m);
    const words = htmlWords(mail?.html);
    expect(words).toContain('Sessions 3 +200% 1 before');
    expect(words).toContain('Page views 5 +400% 1 before');
    expect(words).toContain('/cart 2 new 2');
    expect(mail?.html).toContain(
      `${consoleUrl}/shop/reports/overview?from=2026-11-22&amp;to=2026-11-23&amp;compare=previous_period`,
    );
    expect(mail?.html).toContain('<bdi>Tea &amp; &lt;Time&gt;</bdi>');
  });
});

/** The words of a page, without its markup, with single spaces. */
function htmlWords(html = ''): string {
  return html.replaceAll(/<style>[\s\S]*?<\/style>|<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
}

void [headerOf, dayMs];
