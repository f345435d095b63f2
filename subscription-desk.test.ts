/** Digests from a due time to a mailbox: each due one once, to each recipient alone, whatever goes wrong on the way. */
import { describe, expect, test } from 'vitest';
import { subscriptionSchema } from './core/contract/subscription.ts';
import { openLibsqlSubscriptions } from './core/stores/libsql-subscriptions.ts';
import { startMailServer } from './reports/testing/mail-server.ts';
import { consoleUrl, daily, digestWorld, htmlWords } from './server/testing/digest-desk.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const opened = digestWorld();
const { smtp, openDesk, fillShop, fillDaily, moveTo, subjects } = opened;

describe('When it is sent', () => {
  test('At its time, to each recipient alone, once', async () => {
    const desk = await fillDaily();
    await desk.pass();
    expect(opened.server.mails).toEqual([]);
    moveTo('2026-11-22T07:00:00Z');
    for (let pass = 0; pass < 3; pass += 1) await desk.pass();
    opened.world.advance(hourMs);
    await desk.pass();
    const to = opened.server.mails.map((mail) => mail.to?.map(({ address }) => address));
    expect(to.toSorted()).toEqual([['ann@shop.example'], ['bob@shop.example']]);
    expect(new Set(opened.server.mails.map(({ messageId }) => messageId)).size).toBe(2);
    const [status] = await desk.list();
    expect(status?.state).toMatchObject({
      lastDueAt: Date.parse('2026-11-22T07:00:00Z'),
      nextDueAt: Date.parse('2026-11-23T07:00:00Z'),
      lastOutcome: 'sent',
    });
    moveTo('2026-11-23T07:00:00Z');
    await desk.pass();
    expect(opened.server.mails).toHaveLength(4);
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
    const subscriptions = openLibsqlSubscriptions(opened.world.control, opened.world.now);
    const [kept] = await subscriptions.list();
    await subscriptions.setDoneUntil(kept?.id ?? '', opened.world.now() - dayMs / 2);
    await desk.pass();
    await other.pass();
    expect(opened.server.mails).toHaveLength(2);
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
    await expect.poll(() => opened.server.mails.length, { timeout: 10_000 }).toBe(1);
    await opened.world.crash();
    await opened.world.reopen();
    const next = await openDesk();
    await next.pass();
    await next.pass();
    const [first, second, ...more] = opened.server.mails.map(({ messageId }) => messageId);
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
    expect(opened.server.mails).toEqual([]);
    moveTo('2026-11-25T07:00:00Z');
    await desk.pass();
    expect(subjects()).toEqual(['Daily shop: Nov 24, 2026']);
  });

  test('Only when something changed: an alert, or a share beyond chance', async () => {
    const desk = await fillDaily({ recipients: ['ann@shop.example'], onlyWhenChanged: true });
    moveTo('2026-11-22T07:00:00Z');
    await desk.pass();
    expect(opened.server.mails).toEqual([]);
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
    expect(opened.server.mails).toHaveLength(1);
    const words = htmlWords(opened.server.mails[0]?.html);
    expect(words).toContain('Alerts Few &lt;purchases&gt; : There were 2.');
    expect(words).not.toContain('Of today');
    expect(opened.server.mails[0]?.html).toContain(`${consoleUrl}/shop/sessions/${'f'.repeat(32)}`);
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
    await opened.world.control.batch(["DELETE FROM dataset WHERE slug = 'shop'"], 'write');
    moveTo('2026-11-22T07:00:00Z');
    await desk.pass();
    expect(subjects()).toEqual(['Other: Nov 21, 2026']);
    const held = (await desk.show('Daily shop')).state;
    expect(held.heldReason).toContain('shop');
    expect(held.retryAt).toBe(opened.world.now() + 5_000);
    // Not before its time, and then later and later.
    await desk.pass();
    expect((await desk.show('Daily shop')).state.retryAt).toBe(held.retryAt);
    opened.world.advance(5_000);
    await desk.pass();
    expect((await desk.show('Daily shop')).state.retryAt).toBe(opened.world.now() + 10_000);
  });
});

describe('What goes wrong on the way', () => {
  test('A recipient who bounces is given up alone; it can be sent again under its id', async () => {
    await opened.server.close();
    opened.server = await startMailServer({ refuseOnly: { 'bob@shop.example': 550 } });
    const desk = await fillDaily();
    moveTo('2026-11-22T07:00:00Z');
    await desk.pass();
    const deliveries = await desk.deliveries({ name: 'Daily shop', limit: 9 });
    const ofBob = deliveries.find(({ recipient }) => recipient === 'bob@shop.example');
    expect(ofBob).toMatchObject({ state: 'given_up', tries: 1 });
    expect(ofBob?.lastError).toContain('no such mailbox');
    expect(opened.server.mails).toHaveLength(1);
    const ofAnn = deliveries.find(({ recipient }) => recipient === 'ann@shop.example');
    opened.server.options.refuseOnly = {};
    expect(await desk.resend(ofBob?.id ?? '')).toBe(ofBob?.id);
    await expect(desk.resend(ofBob?.id ?? '')).rejects.toMatchObject({ code: 'delivery_waits' });
    await desk.pass();
    opened.world.advance(1);
    expect(await desk.resend(ofAnn?.id ?? '')).not.toBe(ofAnn?.id);
    await desk.pass();
    expect(opened.server.mails.map((mail) => mail.to?.[0]?.address)).toEqual([
      'ann@shop.example',
      'bob@shop.example',
      'ann@shop.example',
    ]);
    expect(new Set(opened.server.mails.map(({ messageId }) => messageId)).size).toBe(3);
    await expect(desk.resend('0'.repeat(32))).rejects.toMatchObject({ code: 'delivery_unknown' });
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
