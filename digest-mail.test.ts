/** The mail that a subscription sends: its figures, its pictures, its test, and its preview. */
import { describe, expect, test } from 'vitest';
import { consoleUrl, daily, digestWorld, htmlWords, view } from './server/testing/digest-desk.ts';

const opened = digestWorld();
const { openDesk, fillShop, fillDaily, moveTo, subjects } = opened;

describe('What a digest says', () => {
  test('The figures of the mail are those counted by hand, in HTML and in text', async () => {
    await fillShop();
    const desk = await openDesk();
    await desk.save({ ...daily, recipients: ['ann@shop.example'] });
    // The day before: one session of one page.
    await opened.world.send(view('a', '/teas'));
    moveTo('2026-11-22T10:00:00Z');
    // The day of the digest: three sessions of three visitors with five page views.
    await opened.world.send(view('a', '/teas'), view('b', '/teas'), view('c', '/'));
    opened.world.advance(60_000);
    await opened.world.send(view('a', '/cart'), view('b', '/cart'));
    moveTo('2026-11-23T07:00:10Z');
    await opened.world.settle();
    await desk.pass();
    // Due on the 22nd and the 23rd: the clock jumped over the first, so only the newest is sent.
    expect(subjects()).toEqual(['Daily shop: Nov 22, 2026']);
    const [mail] = opened.server.mails;
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

  test('A test goes to its one address, under a subject that says so; a preview goes nowhere', async () => {
    const desk = await fillDaily();
    await desk.test('Daily shop', 'me@shop.example');
    const preview = await desk.preview('Daily shop');
    await desk.pass();
    expect(opened.server.mails.map((mail) => [mail.to?.[0]?.address, mail.subject])).toEqual([
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
    const [mail] = opened.server.mails;
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
});
