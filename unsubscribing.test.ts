/** How a recipient leaves a subscription: by the link and the headers of the own mail. */
import type { Email } from 'postal-mime';
import { describe, expect, test } from 'vitest';
import { unsubscribeRoutes } from './core/http/unsubscribe.ts';
import { openLibsqlSubscriptions } from './core/stores/libsql-subscriptions.ts';
import { daily, digestWorld } from './server/testing/digest-desk.ts';

const opened = digestWorld();
const { fillDaily, moveTo } = opened;

const headerOf = (mail: Email | undefined, key: string) =>
  mail?.headers.find((header) => header.key === key)?.value;

describe('Unsubscribing', () => {
  test('The headers and the link are of the recipient alone, and work for that one only', async () => {
    const desk = await fillDaily();
    moveTo('2026-11-22T07:00:00Z');
    await desk.pass();
    const mailOf = (who: string) =>
      opened.server.mails.find((mail) => mail.to?.[0]?.address === who);
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
    expect(opened.server.mails.slice(2).map((mail) => mail.to?.[0]?.address)).toEqual([
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
    const [kept] = await openLibsqlSubscriptions(opened.world.control, opened.world.now).list();
    await openLibsqlSubscriptions(opened.world.control, opened.world.now).unsubscribe(
      kept?.id ?? '',
      'ann@shop.example',
    );
    await desk.pass();
    expect(opened.server.mails).toEqual([]);
    expect(await desk.deliveries({ limit: 9 })).toMatchObject([
      { state: 'given_up', lastError: 'The recipient has unsubscribed.' },
    ]);
    await desk.save({ ...daily, recipients: ['bob@shop.example'] });
    await desk.save({ ...daily, recipients: ['ann@shop.example'] });
    expect((await desk.list())[0]?.state.unsubscribed).toEqual([]);
    moveTo('2026-11-23T07:00:00Z');
    await desk.pass();
    expect(opened.server.mails).toHaveLength(1);
  });
});
