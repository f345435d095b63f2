/** Digests from a due time to a mailbox: real stores, a clock that is moved, and a real SMTP server that receives. */
import type { Email } from 'postal-mime';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Mailer } from './core/contract/mail.ts';
import { type SubscriptionInput, subscriptionSchema } from './core/contract/subscription.ts';
import { createDefinitionDesk } from './core/desks/definition-desk.ts';
import { createQueryDesk } from './core/desks/query-desk.ts';
import { unsubscribeRoutes } from './core/http/unsubscribe.ts';
import { openLibsqlDefinitions } from './core/stores/libsql-definitions.ts';
import { openLibsqlSubscriptions } from './core/stores/libsql-subscriptions.ts';
import { worldAlerts } from './core/testing/alert-desk.ts';
import { noSavedQueries } from './core/testing/no-saved-queries.ts';
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
  const queries = createQueryDesk(world.engine, book);
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
    datasets: world.datasets,
    definitions,
    alerts: {
      history: (slug, asked) => {
        questions.push(`alerts of ${slug}`);
        return store.history(slug, asked);
      },
    },
    clock: world.now,
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

/** A shop with one session on the 21st, and a daily digest that is due at seven. */
async function fillDaily(input: Partial<SubscriptionInput> = {}, mailer?: Mailer) {
  await fillShop();
  const desk = await openDesk(mailer);
  await world.send(view('a', '/teas'));
  await desk.save({ ...daily, ...input });
  moveTo('2026-11-22T06:59:00Z');
  await world.settle();
  return desk;
}

describe('When it is sent', () => {
  test('At its time, to each recipient alone, once', async () => {
    const desk = await fillDaily();
    await desk.pass();
    expect(server.mails).toEqual([]);
    moveTo('2026-11-22T07:00:00Z');
    for (let pass = 0; pass < 3; pass += 1) await desk.pass();
    world.advance(hourMs);
    await desk.pass();
    const to = server.mails.map((mail) => mail.to?.map(({ address }) => address));
    expect(to.toSorted()).toEqual([['ann@shop.example'], ['bob@shop.example']]);
    expect(new Set(server.mails.map(({ messageId }) => messageId)).size).toBe(2);
    const [status] = await desk.list();
    expect(status?.state).toMatchObject({
      lastDueAt: Date.parse('2026-11-22T07:00:00Z'),
      nextDueAt: Date.parse('2026-11-23T07:00:00Z'),
      lastOutcome: 'sent',
    });
    moveTo('2026-11-23T07:00:00Z');
    await desk.pass();
    expect(server.mails).toHaveLength(4);
  });

  test('Those that are due together ask the same once, and each gets its own mail', async () => {
    await fillShop();
    const desk = await openDesk();
    for (const name of ['First', 'Second', 'Third'])
      await desk.save({ ...daily, name, recipients: [`${name.toLowerCase()}@shop.example`] });
    await moveTo('2026-11-22T07:00:00Z');
    await desk.pass();
    expect(subjects()).toHaveLength(3);
    expect(new Set(subjects()).size).toBe(3);
    expect(desk.questions).toContain('alerts of shop');
    expect(desk.questions.length).toBeGreaterThan(1);
    expect(desk.questions).toEqual([...new Set(desk.questions)]);
    // The next ones are asked anew.
    await moveTo('2026-11-23T07:00:00Z');
    await desk.pass();
    expect(desk.questions.filter((one) => one === 'alerts of shop')).toHaveLength(2);
  });

  test('Two schedulers at once, and one that is killed before it notes it, send it once', async () => {
    const desk = await fillDaily();
    const other = await openDesk();
    moveTo('2026-11-22T07:00:00Z');
    await Promise.all([desk.runDue(), other.runDue()]);
    // As after a kill between making it and noting that: the same due time is looked at again.
    const subscriptions = openLibsqlSubscriptions(world.control, world.now);
    const [kept] = await subscriptions.list();
    await subscriptions.setDoneUntil(kept?.id ?? '', world.now() - dayMs / 2);
    await desk.pass();
    await other.pass();
    expect(server.mails).toHaveLength(2);
    expect(await desk.deliveries({ limit: 10 })).toHaveLength(2);
  });

  test('W16: A kill after sending and before noting sends it again under the same Message-ID', async () => {
    const mailer = smtp();
    const desk = await fillDaily(
      { recipients: ['ann@shop.example'] },
      {
        async send(mail, id) {
          await mailer.send(mail, id);
          await new Promise(() => undefined);
        },
      },
    );
    moveTo('2026-11-22T07:00:00Z');
    await desk.runDue();
    void desk.pass();
    await expect.poll(() => server.mails.length, { timeout: 10_000 }).toBe(1);
    await world.crash();
    await world.reopen();
    const next = await openDesk();
    await next.pass();
    await next.pass();
    const [first, second, ...more] = server.mails.map(({ messageId }) => messageId);
    expect([second, more]).toEqual([first, []]);
    expect(await next.deliveries({ limit: 9 })).toMatchObject([{ state: 'sent', tries: 2 }]);
  });

  test('A clock that jumps ahead sends the newest only, and one that is set back nothing twice', async () => {
    const desk = await fillDaily({ recipients: ['ann@shop.example'] });
    moveTo('2026-12-24T09:00:00Z');
    await desk.pass();
    expect(subjects()).toEqual(['Daily shop: Dec 23, 2026']);
    // Back to before that digest was due, and over its time again.
    moveTo('2026-12-24T06:59:00Z');
    await desk.pass();
    moveTo('2026-12-24T07:00:30Z');
    await desk.pass();
    expect(subjects()).toHaveLength(1);
    // A year too far ahead and set right: it goes on with the next day.
    moveTo('2027-12-24T09:00:00Z');
    await desk.pass();
    moveTo('2026-12-24T09:00:00Z');
    await desk.pass();
    moveTo('2026-12-25T07:00:00Z');
    await desk.pass();
    await desk.pass();
    expect(subjects().slice(1)).toEqual(['Daily shop: Dec 23, 2027', 'Daily shop: Dec 24, 2026']);
  });

  test('What came due while it was paused is not made up for', async () => {
    const desk = await fillDaily({ recipients: ['ann@shop.example'] });
    await desk.setPaused('daily SHOP', true);
    moveTo('2026-11-24T09:00:00Z');
    await desk.pass();
    await desk.setPaused('Daily shop', false);
    await desk.pass();
    expect(server.mails).toEqual([]);
    moveTo('2026-11-25T07:00:00Z');
    await desk.pass();
    expect(subjects()).toEqual(['Daily shop: Nov 24, 2026']);
  });

  test('Only when something changed: an alert, or a share beyond chance', async () => {
    const desk = await fillDaily({ recipients: ['ann@shop.example'], onlyWhenChanged: true });
    moveTo('2026-11-22T07:00:00Z');
    await desk.pass();
    expect(server.mails).toEqual([]);
    expect((await desk.list())[0]?.state.lastOutcome).toBe('unchanged');
    const alert = {
      dataset: 'shop',
      rule: 'Few <purchases>',
      change: 'fired' as const,
      severity: 'warning' as const,
      says: 'There were 2.',
      sessions: ['f'.repeat(32)],
    };
    await desk.alertStore.record(
      [
        { ...alert, id: 'a1', at: Date.parse('2026-11-22T12:00:00Z') },
        { ...alert, id: 'a2', rule: 'Of today', at: Date.parse('2026-11-23T01:00:00Z') },
      ],
      [],
    );
    moveTo('2026-11-23T07:00:00Z');
    await desk.pass();
    expect(server.mails).toHaveLength(1);
    const words = htmlWords(server.mails[0]?.html);
    expect(words).toContain('Alerts Few &lt;purchases&gt; : There were 2.');
    expect(words).not.toContain('Of today');
    expect(server.mails[0]?.html).toContain(`${consoleUrl}/shop/sessions/${'f'.repeat(32)}`);
  });

  test('A dataset that is gone holds its subscription with the reason, and no other', async () => {
    const desk = await fillDaily({ recipients: ['ann@shop.example'] });
    await fillShop('other');
    await desk.save({
      ...daily,
      name: 'Other',
      datasets: ['other'],
      recipients: ['bob@shop.example'],
    });
    await world.control.batch(["DELETE FROM dataset WHERE slug = 'shop'"], 'write');
    moveTo('2026-11-22T07:00:00Z');
    await desk.pass();
    expect(subjects()).toEqual(['Other: Nov 21, 2026']);
    const held = (await desk.show('Daily shop')).state;
    expect(held.heldReason).toContain('shop');
    expect(held.retryAt).toBe(world.now() + 5_000);
    // Not before its time, and then later and later.
    await desk.pass();
    expect((await desk.show('Daily shop')).state.retryAt).toBe(held.retryAt);
    world.advance(5_000);
    await desk.pass();
    expect((await desk.show('Daily shop')).state.retryAt).toBe(world.now() + 10_000);
  });
});

describe('Unsubscribing', () => {
  test('The headers and the link are of the recipient alone, and work for that one only', async () => {
    const desk = await fillDaily();
    moveTo('2026-11-22T07:00:00Z');
    await desk.pass();
    const mailOf = (who: string) => server.mails.find((mail) => mail.to?.[0]?.address === who);
    const url = /^<(https:\/\/stats\.example\/unsubscribe\/([\w.-]+))>$/.exec(
      headerOf(mailOf('ann@shop.example'), 'list-unsubscribe') ?? '',
    );
    expect(headerOf(mailOf('ann@shop.example'), 'list-unsubscribe-post')).toBe(
      'List-Unsubscribe=One-Click',
    );
    expect(mailOf('ann@shop.example')?.html).toContain(`href="${url?.[1]}"`);
    expect(mailOf('ann@shop.example')?.text).toContain(url?.[1]);
    expect(mailOf('bob@shop.example')?.html).not.toContain(url?.[1]);

    const app = unsubscribeRoutes(desk);
    const token = url?.[2] ?? '';
    const page = await app.request(`/unsubscribe/${token}`);
    expect([page.status, await page.text()]).toEqual([
      200,
      expect.stringContaining('<form method="post">'),
    ]);
    expect((await desk.list())[0]?.state.unsubscribed).toEqual([]);
    const done = await app.request(`/unsubscribe/${token}`, {
      method: 'POST',
      body: 'List-Unsubscribe=One-Click',
    });
    expect([done.status, await done.text()]).toEqual([
      200,
      expect.stringContaining('ann@shop.example gets no more'),
    ]);
    expect((await desk.list())[0]?.state.unsubscribed).toEqual(['ann@shop.example']);
    // Made by somebody else, for somebody else, cut, or of a subscription that is gone.
    const [named = '', signed = ''] = token.split('.');
    const forBob = Buffer.from(
      Buffer.from(named, 'base64url').toString().replace('ann@', 'bob@'),
    ).toString('base64url');
    const wrong = [`${forBob}.${signed}`, `${named}.${'A'.repeat(43)}`, `AAAAAAAAAAAA.${signed}`];
    for (const one of wrong)
      expect((await app.request(`/unsubscribe/${one}`, { method: 'POST' })).status).toBe(404);
    moveTo('2026-11-23T07:00:00Z');
    await desk.pass();
    expect(server.mails.slice(2).map((mail) => mail.to?.[0]?.address)).toEqual([
      'bob@shop.example',
    ]);
    await desk.remove('Daily shop');
    expect((await app.request(`/unsubscribe/${token}`)).status).toBe(404);
    expect((await app.request('/unsubscribe/live')).status).toBe(404);
  });

  test('Whoever leaves while a mail waits does not get it; who is put on the list anew does', async () => {
    const desk = await fillDaily({ recipients: ['Ann@shop.example'] });
    moveTo('2026-11-22T07:00:00Z');
    await desk.runDue();
    const [kept] = await openLibsqlSubscriptions(world.control, world.now).list();
    await openLibsqlSubscriptions(world.control, world.now).unsubscribe(
      kept?.id ?? '',
      'ann@shop.example',
    );
    await desk.pass();
    expect(server.mails).toEqual([]);
    expect(await desk.deliveries({ limit: 9 })).toMatchObject([
      { state: 'given_up', lastError: 'The recipient has unsubscribed.' },
    ]);
    await desk.save({ ...daily, recipients: ['bob@shop.example'] });
    await desk.save({ ...daily, recipients: ['ann@shop.example'] });
    expect((await desk.list())[0]?.state.unsubscribed).toEqual([]);
    moveTo('2026-11-23T07:00:00Z');
    await desk.pass();
    expect(server.mails).toHaveLength(1);
  });
});

describe('What goes wrong on the way', () => {
  test('A recipient who bounces is given up alone; it can be sent again under its id', async () => {
    await server.close();
    server = await startMailServer({ refuseOnly: { 'bob@shop.example': 550 } });
    const desk = await fillDaily();
    moveTo('2026-11-22T07:00:00Z');
    await desk.pass();
    const deliveries = await desk.deliveries({ name: 'Daily shop', limit: 9 });
    const ofBob = deliveries.find(({ recipient }) => recipient === 'bob@shop.example');
    expect(ofBob).toMatchObject({ state: 'given_up', tries: 1 });
    expect(ofBob?.lastError).toContain('no such mailbox');
    expect(server.mails).toHaveLength(1);
    const ofAnn = deliveries.find(({ recipient }) => recipient === 'ann@shop.example');
    server.options.refuseOnly = {};
    expect(await desk.resend(ofBob?.id ?? '')).toBe(ofBob?.id);
    await expect(desk.resend(ofBob?.id ?? '')).rejects.toMatchObject({ code: 'delivery_waits' });
    await desk.pass();
    world.advance(1);
    expect(await desk.resend(ofAnn?.id ?? '')).not.toBe(ofAnn?.id);
    await desk.pass();
    expect(server.mails.map((mail) => mail.to?.[0]?.address)).toEqual([
      'ann@shop.example',
      'bob@shop.example',
      'ann@shop.example',
    ]);
    expect(new Set(server.mails.map(({ messageId }) => messageId)).size).toBe(3);
    await expect(desk.resend('0'.repeat(32))).rejects.toMatchObject({ code: 'delivery_unknown' });
  });

  test('A test goes to its one address, under a subject that says so; a preview goes nowhere', async () => {
    const desk = await fillDaily();
    await desk.test('Daily shop', 'me@shop.example');
    const preview = await desk.preview('Daily shop');
    await desk.pass();
    expect(server.mails.map((mail) => [mail.to?.[0]?.address, mail.subject])).toEqual([
      ['me@shop.example', 'Test: Daily shop: Nov 21, 2026'],
    ]);
    expect(preview.html).toContain('src="data:image/png;base64,');
    expect(preview.html).not.toMatch(/cid:|urn:canister/);
  });

  test('Charts come along as pictures that the HTML names, each with words for it', async () => {
    const desk = await fillDaily({
      recipients: ['ann@shop.example'],
      reports: ['overview', 'pages'],
    });
    moveTo('2026-11-22T07:00:00Z');
    await desk.pass();
    const [mail] = server.mails;
    const named = [...(mail?.html ?? '').matchAll(/<img src="cid:([^"]+)" alt="([^"]+)"/g)];
    expect(named.length).toBeGreaterThan(1);
    expect(mail?.attachments.map(({ contentId }) => contentId)).toEqual(
      named.map(([, id]) => `<${id}>`),
    );
    for (const { mimeType, content } of mail?.attachments ?? []) {
      expect(mimeType).toBe('image/png');
      expect([...new Uint8Array(content as ArrayBuffer).subarray(1, 4)]).toEqual([
        0x50, 0x4e, 0x47,
      ]);
    }
    expect(named[0]?.[2]).toContain('Sessions by day: largest 1');
  });

  test.each([
    ['no such dataset', { datasets: ['gone'] }, 'dataset_unknown'],
    ['no such report', { reports: ['overviev'] }, 'report_unknown'],
    ['no such label', { labels: ['Nobody'] }, 'definition_unknown'],
    [
      'a schedule of every minute',
      { schedule: { kind: 'cron' as const, expression: '* * * * *' } },
      'subscription_invalid',
    ],
  ])('Refused: %s', async (_, change, code) => {
    await fillShop();
    const desk = await openDesk();
    await expect(desk.save({ ...daily, ...change })).rejects.toMatchObject({ code });
  });

  test.each([
    { name: 'A\r\nBcc: eve@evil.example' },
    { recipients: ['a@shop.example\r\nBcc: eve@evil.example'] },
    { recipients: ['a@shop.example, b@shop.example'] },
    { recipients: ['a@shop.example', 'A@shop.example'] },
    { recipients: Array.from({ length: 51 }, (_, number) => `a${number}@shop.example`) },
    { recipients: [] },
    { datasets: [] },
    { datasets: ['a', 'b', 'c'], reports: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] },
    { locale: 'xx-nowhere' },
    { timeZone: 'Mars/Olympus' },
    { schedule: { kind: 'monthly', day: 31 } },
    { schedule: { kind: 'daily', at: '25:00' } },
    { schedule: { kind: 'cron', expression: `0 7 * * mon\n${'x'.repeat(200)}` } },
  ])('Not even read: %j', (change) => {
    expect(subscriptionSchema.safeParse({ ...daily, ...change }).success).toBe(false);
  });
});

/** The words of a page, without its markup, with single spaces. */
function htmlWords(html = ''): string {
  return html.replaceAll(/<style>[\s\S]*?<\/style>|<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
}
