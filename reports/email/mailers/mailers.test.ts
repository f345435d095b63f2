/** Each mailer against a real receiver: what arrives is taken apart by a parser of another hand. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { afterEach, describe, expect, test } from 'vitest';
import { type DeliveryError, type Mail, mailSchema } from '../../../core/contract/mail.ts';
import { startMailServer } from '../../testing/mail-server.ts';
import { alertMail } from '../alert-mail.ts';
import { chooseMailer } from './choose-mailer.ts';
import { smtpMailer } from './smtp.ts';

const id = '0123456789abcdef0123456789abcdef';
const from = 'Canister <stats@shop.example>';
const resendBaseUrl = 'https://api.resend.com';
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const mail: Mail = mailSchema.parse({
  to: ['ann@shop.example', 'bob@shop.example'],
  subject: 'Warning: Käufe – weniger als üblich (shop)',
  text: 'Two lines,\nand a last one.',
  html: '<p>Käufe</p>',
  headers: { 'List-Unsubscribe': '<mailto:stop@shop.example>' },
  attachments: [
    {
      fileName: 'a.csv',
      contentType: 'text/csv',
      content: Buffer.from('a,b\n1,2\n').toString('base64'),
    },
  ],
});

const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error as DeliveryError,
  );

function expectWhole(received: Awaited<ReturnType<typeof PostalMime.parse>>): void {
  expect(received).toMatchObject({
    subject: mail.subject,
    messageId: `<${id}@shop.example>`,
    from: { name: 'Canister', address: 'stats@shop.example' },
    to: [{ address: 'ann@shop.example' }, { address: 'bob@shop.example' }],
  });
  expect(received.text?.trim()).toBe(mail.text);
  expect(received.html).toContain('<p>Käufe</p>');
  expect(received.headers).toContainEqual(
    expect.objectContaining({ key: 'list-unsubscribe', value: '<mailto:stop@shop.example>' }),
  );
  const [file] = received.attachments;
  expect(file).toMatchObject({ filename: 'a.csv', mimeType: 'text/csv' });
  expect(Buffer.from(file?.content as ArrayBuffer).toString()).toBe('a,b\n1,2\n');
}

test('SMTP: a server gets the mail whole, and under the same id again', async () => {
  const server = await startMailServer();
  closing.push(server.close);
  const mailer = chooseMailer(
    { from, resendBaseUrl, smtpUrl: `smtp://127.0.0.1:${server.port}` },
    '/nowhere',
  );
  await mailer.send(mail, id);
  await mailer.send(mail, id);
  expect(server.mails).toHaveLength(2);
  for (const received of server.mails) expectWhole(received);
});

test('SMTP: a mailbox that does not exist is not tried again, a server that is away is', async () => {
  const server = await startMailServer({ refuseWith: 550 });
  const mailer = chooseMailer(
    { from, resendBaseUrl, smtpUrl: `smtp://127.0.0.1:${server.port}` },
    '/nowhere',
  );
  expect(await errorOf(mailer.send(mail, id))).toMatchObject({ forGood: true });
  await server.close();
  expect(await errorOf(mailer.send(mail, id))).toMatchObject({ forGood: false });
});

test('SMTP: a server that falls silent or hangs up in the midst of a mail is tried again', async () => {
  for (const options of [{ isSilent: true }, { dropsMails: true }]) {
    const server = await startMailServer(options);
    closing.push(server.close);
    const mailer = smtpMailer(`smtp://127.0.0.1:${server.port}`, from, 300);
    expect(await errorOf(mailer.send(mail, id))).toMatchObject({
      name: 'DeliveryError',
      forGood: false,
    });
  }
});

test('The folder: a mail is a file that a mail program can open, and a second try is the same file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'canister-mails-'));
  closing.push(() => rmSync(folder, { recursive: true }));
  const mailer = chooseMailer({ from, resendBaseUrl }, folder);
  await mailer.send(mail, id);
  await mailer.send(mail, id);
  expect(readdirSync(folder)).toEqual([`${id}.eml`]);
  expectWhole(await PostalMime.parse(readFileSync(join(folder, `${id}.eml`))));
});

describe('Resend', () => {
  interface Asked {
    url: string | undefined;
    headers: IncomingHttpHeaders;
    body: Record<string, unknown>;
  }

  async function startResend(status: number, answer: object) {
    const asked: Asked[] = [];
    const server = createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      const body = JSON.parse(Buffer.concat(parts).toString());
      asked.push({ url: request.url, headers: request.headers, body });
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const settings = { from, resendApiKey: 're_test', resendBaseUrl: `http://127.0.0.1:${port}` };
    return { asked, mailer: chooseMailer(settings, '/nowhere') };
  }

  test('Its client sends to the base URL, with the id as Idempotency-Key on every try', async () => {
    const { asked, mailer } = await startResend(200, { id: 'x' });
    await mailer.send(mail, id);
    await mailer.send(mail, id);
    expect(asked).toHaveLength(2);
    for (const { url, headers, body } of asked) {
      expect(url).toBe('/emails');
      expect(headers).toMatchObject({ authorization: 'Bearer re_test', 'idempotency-key': id });
      expect(body).toMatchObject({
        from,
        to: mail.to,
        subject: mail.subject,
        text: mail.text,
        headers: { 'Message-ID': `<${id}@shop.example>` },
        attachments: [{ filename: 'a.csv' }],
      });
    }
  });

  test.each([
    [422, 'validation_error', true],
    [429, 'rate_limit_exceeded', false],
    [500, 'application_error', false],
  ])('An answer of %i (%s)', async (status, name, forGood) => {
    const { mailer } = await startResend(status, { statusCode: status, name, message: 'no' });
    expect(await errorOf(mailer.send(mail, id))).toMatchObject({ name: 'DeliveryError', forGood });
  });
});

describe('Mails that cannot be', () => {
  test.each([
    'a@shop.example\r\nBcc: eve@evil.example',
    'a@shop.example\n',
    'a@shop.example, eve@evil.example',
    'Ann <a@shop.example>',
    'a\u0000@shop.example',
    '',
    'nobody',
    `${'x'.repeat(250)}@shop.example`,
  ])('to %j', (address) => {
    expect(mailSchema.safeParse({ ...mail, to: [address] }).success).toBe(false);
  });

  test.each([
    { subject: 'Hi\r\nBcc: eve@evil.example' },
    { headers: { 'X-A': 'b\nBcc: eve@evil.example' } },
    { headers: { 'X-A\r\nBcc': 'eve@evil.example' } },
    { attachments: [{ ...mail.attachments[0], fileName: 'a"\r\nX: y' }] },
  ])('with %j', (more) => {
    expect(mailSchema.safeParse({ ...mail, ...more }).success).toBe(false);
  });

  test('Names in the mail of an alert are text, never markup', () => {
    const entry = {
      id,
      dataset: 'shop',
      rule: '<img src=x onerror=alert(1)>',
      change: 'fired' as const,
      at: 0,
      severity: 'warning' as const,
      says: '"<script>" in the last minute: 3',
      sessions: [],
    };
    const { html } = alertMail({ to: mail.to, title: entry.rule, entry, sessionUrls: [] });
    expect(html).not.toMatch(/<img|<script/);
    expect(html).toContain('&lt;img');
  });
});
