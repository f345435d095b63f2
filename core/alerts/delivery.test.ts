/** From the outbox to the receiver: nothing is lost, nothing is new twice, and nothing goes where it must not. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chooseMailer } from '../../reports/email/mailers/choose-mailer.ts';
import { startMailServer } from '../../reports/testing/mail-server.ts';
import { systemClock } from '../clock.ts';
import type { AlertChannel } from '../contract/alert.ts';
import { DeliveryError, type Mailer } from '../contract/mail.ts';
import { worldAlerts } from '../testing/alert-desk.ts';
import { createWorld, type World } from '../testing/world.ts';
import { noticeId } from './notices.ts';
import { type OutboxItem, outboxLimits, retryDelayMs } from './outbox.ts';
import { checkUrl, post } from './outgoing-request.ts';
import { startReceiver } from './testing/receiver.ts';
import { newWebhookSecret, webhookNotifier } from './webhook.ts';

const dayMs = 86_400_000;
const from = 'Canister <stats@shop.example>';
const outgoing = { privateNetworks: ['127.0.0.0/8'] };

let world: World;
const closing: (() => unknown)[] = [];

beforeEach(async () => {
  world = await createWorld();
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await world.close();
});

const mailItem = (id: string, channel = 'ops'): OutboxItem => ({
  id: noticeId(id),
  kind: 'mail',
  channel,
  title: id,
  payload: JSON.stringify({ to: ['ann@shop.example'], subject: id, text: 'It was so.' }),
});

const smtp = (port: number): Mailer =>
  chooseMailer(
    { from, resendBaseUrl: 'https://api.resend.com', smtpUrl: `smtp://127.0.0.1:${port}` },
    '/nowhere',
  );

/** Sends what is due, and waits until that is done. */
async function send(desk: Awaited<ReturnType<typeof worldAlerts>>['desk']): Promise<void> {
  await desk.sendDue();
  await desk.stop();
}

describe('The outbox', () => {
  test('A mail server that is down for a day gets the mail once', async () => {
    const first = await startMailServer();
    await first.close();
    const { desk } = await worldAlerts(world, { mailer: smtp(first.port) });
    await desk.outbox.add([mailItem('Down')]);
    const downUntil = world.now() + dayMs;
    let tries = 0;
    while (world.now() < downUntil) {
      await send(desk);
      const [delivery] = await desk.outbox.list(1);
      tries += 1;
      expect(delivery).toMatchObject({ state: 'waiting', tries });
      expect(delivery?.dueAt).toBeGreaterThan(world.now());
      world.advance((delivery?.dueAt ?? 0) - world.now());
    }
    // 5 s, 10 s, … up to an hour, and then every hour.
    expect(tries).toBeGreaterThan(24);
    expect(tries).toBeLessThan(40);
    const second = await startMailServer({ port: first.port });
    closing.push(second.close);
    await send(desk);
    world.advance(dayMs);
    await send(desk);
    expect(second.mails.map(({ subject }) => subject)).toEqual(['Down']);
    expect(await desk.outbox.list(1)).toMatchObject([{ state: 'sent', tries: tries + 1 }]);
  });

  test('W15: What was written down and not sent is sent at the next start', async () => {
    const server = await startMailServer();
    closing.push(server.close);
    const { desk } = await worldAlerts(world, { mailer: smtp(server.port) });
    await desk.outbox.add([mailItem('Committed')]);
    // It was even claimed when the process was killed.
    await desk.outbox.claim(world.now(), 10, []);
    await world.crash();
    await world.reopen();
    const next = await worldAlerts(world, { mailer: smtp(server.port) });
    await send(next.desk);
    await send(next.desk);
    expect(server.mails.map(({ subject }) => subject)).toEqual(['Committed']);
  });

  test('W16: What was sent and not marked is sent again under the same Message-ID', async () => {
    const server = await startMailServer();
    closing.push(server.close);
    const mailer = smtp(server.port);
    const killed = await worldAlerts(world, {
      mailer: {
        async send(mail, id) {
          await mailer.send(mail, id);
          await new Promise(() => undefined);
        },
      },
    });
    await killed.desk.outbox.add([mailItem('Unmarked')]);
    await killed.desk.sendDue();
    await expect.poll(() => server.mails.length).toBe(1);
    await world.crash();
    await world.reopen();
    const next = await worldAlerts(world, { mailer });
    await send(next.desk);
    expect(server.mails.map(({ messageId }) => messageId)).toEqual([
      `<${noticeId('Unmarked')}@shop.example>`,
      `<${noticeId('Unmarked')}@shop.example>`,
    ]);
  });

  test('An item is put in once, whoever puts it in again', async () => {
    const { desk, mails } = await worldAlerts(world);
    await desk.outbox.add([mailItem('A')]);
    await desk.outbox.add([mailItem('A'), mailItem('B')]);
    await send(desk);
    await desk.outbox.add([mailItem('A')]);
    await send(desk);
    expect(mails.map(({ mail }) => mail.subject).toSorted()).toEqual(['A', 'B']);
  });

  test('A channel that hangs does not hold up the others', async () => {
    const sent: string[] = [];
    const { desk } = await worldAlerts(world, {
      mailer: {
        async send({ subject }) {
          if (subject.startsWith('stuck')) await new Promise(() => undefined);
          sent.push(subject);
        },
      },
    });
    const stuck = Array.from({ length: 20 }, (_, number) => mailItem(`stuck ${number}`, 'a'));
    await desk.outbox.add([...stuck, mailItem('free', 'b')]);
    for (let round = 0; round < 3; round += 1) await desk.sendDue();
    await expect.poll(() => sent).toEqual(['free']);
  });

  test('What can never be delivered is given up at once, all else after three days', async () => {
    let error = new DeliveryError('no such mailbox', { forGood: true });
    const mailer = { send: () => Promise.reject(error) };
    const { desk } = await worldAlerts(world, { mailer });
    await desk.outbox.add([mailItem('Never')]);
    await send(desk);
    expect(await desk.outbox.list(1)).toMatchObject([
      { state: 'given_up', lastError: 'no such mailbox', tries: 1 },
    ]);
    error = new DeliveryError('away');
    await desk.outbox.add([mailItem('Late')]);
    world.advance(outboxLimits.triedForMs + 1);
    await send(desk);
    const states = (await desk.outbox.list(2)).map(({ title, state }) => [title, state]);
    expect(states).toContainEqual(['Late', 'given_up']);
  });

  test('Tries grow apart up to an hour, and not all in step', () => {
    const whole = [1, 2, 3, 11, 200].map((tries) => retryDelayMs(tries, () => 0));
    expect(whole).toEqual([5_000, 10_000, 20_000, 3_600_000, 3_600_000]);
    expect(retryDelayMs(1, () => 1)).toBe(2_500);
  });
});

describe('Webhooks', () => {
  const notifier = (channel: Partial<AlertChannel> & { url: string }) => {
    const whole = {
      name: 'hook',
      kind: 'webhook',
      slack: false,
      systemAlarms: false,
      secret: newWebhookSecret(),
      ...channel,
    } as AlertChannel & { secret: string };
    const send = webhookNotifier({ channels: async () => [whole], clock: systemClock, outgoing });
    return { secret: whole.secret, send };
  };
  const item = {
    ...mailItem('Hook', 'hook'),
    payload: '{"text":"Käufe <& 3"}',
    kind: 'webhook' as const,
    createdAt: 0,
    tries: 1,
  };
  const judge = (request: object) => {
    const program = fileURLToPath(new URL('./testing/check-signature.mjs', import.meta.url));
    const input = JSON.stringify(request);
    return spawnSync(process.execPath, [program], { input, encoding: 'utf8' }).stdout;
  };

  test('The signature is good to a program that knows the secret alone', async () => {
    const receiver = await startReceiver();
    closing.push(receiver.close);
    const { secret, send } = notifier({ url: `${receiver.url}/hook?a=b` });
    await send(item);
    const [{ headers, body, path } = { headers: {}, body: '', path: '' }] = receiver.received;
    expect([path, body]).toEqual(['/hook?a=b', item.payload]);
    expect(judge({ secret, headers, body })).toBe('good');
    expect(judge({ secret, headers, body: `${body} ` })).toMatch(/^bad/);
    expect(judge({ secret: newWebhookSecret(), headers, body })).toMatch(/^bad/);
    const later = {
      ...headers,
      'webhook-timestamp': String(Number(headers['webhook-timestamp']) + 1),
    };
    expect(judge({ secret, headers: later, body })).toMatch(/^bad/);
  });

  test('It is tried again with the same id', async () => {
    const receiver = await startReceiver((_, count) => ({ status: count < 3 ? 500 : 200 }));
    closing.push(receiver.close);
    const { desk } = await worldAlerts(world);
    const url = receiver.url;
    await desk.store.saveChannel({
      name: 'hook',
      kind: 'webhook',
      url,
      slack: false,
      secret: newWebhookSecret(),
      systemAlarms: false,
    });
    const { createdAt: _, tries: __, ...put } = item;
    await desk.outbox.add([put]);
    for (let round = 0; round < 4; round += 1) {
      await send(desk);
      world.advance(60_000);
    }
    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual(
      Array(3).fill(item.id),
    );
    expect(await desk.outbox.list(1)).toMatchObject([{ state: 'sent', tries: 3 }]);
  });
});

describe('Addresses that users write down', () => {
  const request = (url: string) => ({ url, headers: {}, body: '{}' });
  const refused = async (work: () => unknown) => {
    try {
      await work();
    } catch (error) {
      return error;
    }
    return undefined;
  };

  test.each([
    'http://127.0.0.1/',
    'http://localhost:8080/api/status',
    'http://a.localhost/',
    'http://10.0.0.1/',
    'http://192.168.1.1/',
    'http://172.16.0.9/',
    'http://169.254.169.254/latest/meta-data',
    'http://[::7f00:1]/',
    'http://100.64.0.1/',
    'http://0.0.0.0/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[fd00::1]/',
    'http://[fe80::1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://127.1/',
    'ftp://shop.example/',
    'file:///etc/passwd',
    'https://ann:secret@shop.example/',
    'nonsense',
    `https://shop.example/${'x'.repeat(2_100)}`,
  ])('%s is refused', async (url) => {
    const none = { privateNetworks: [] };
    expect(await refused(() => checkUrl(url, none))).toMatchObject({ forGood: true });
    expect(await refused(() => post(request(url), none))).toMatchObject({ forGood: true });
  });

  test('A name that leads to a private address is refused, also among public ones', async () => {
    const resolve = async () => ['93.184.216.34', '10.0.0.1'];
    const options = { privateNetworks: [], resolve };
    expect(await refused(() => post(request('http://shop.example/'), options))).toMatchObject({
      forGood: true,
      message: expect.stringContaining('10.0.0.1'),
    });
  });

  test('The connection goes to the address that was checked: a name is looked up once', async () => {
    const receiver = await startReceiver();
    closing.push(receiver.close);
    let lookups = 0;
    const resolve = async () => {
      lookups += 1;
      return [lookups === 1 ? '127.0.0.1' : '127.0.0.2'];
    };
    const url = receiver.url.replace('127.0.0.1', 'hooks.example');
    expect(await post(request(url), { ...outgoing, resolve })).toBe(204);
    expect(lookups).toBe(1);
    expect(receiver.received[0]?.headers.host).toContain('hooks.example');
  });

  test('A redirect to a private address is refused, and nothing arrives there', async () => {
    const inner = await startReceiver();
    const outer = await startReceiver(() => ({
      status: 307,
      location: inner.url.replace('127.0.0.1', '127.0.0.2'),
    }));
    closing.push(inner.close, outer.close);
    const options = { privateNetworks: ['127.0.0.1/32'] };
    expect(await refused(() => post(request(outer.url), options))).toMatchObject({
      forGood: true,
      message: expect.stringContaining('127.0.0.2'),
    });
    expect([outer.received.length, inner.received.length]).toEqual([1, 0]);
  });

  test('A redirect is followed three times and not for ever', async () => {
    const around = await startReceiver(() => ({ status: 302, location: '/again' }));
    closing.push(around.close);
    expect(await refused(() => post(request(around.url), outgoing))).toMatchObject({
      message: expect.stringContaining('too often'),
    });
    expect(around.received).toHaveLength(4);
  });
});

describe('Alarms of the server itself', () => {
  test('An alarm is told when it begins and when it is over, and not again while its words change', async () => {
    const { desk, mails } = await worldAlerts(world);
    await desk.store.saveChannel({
      name: 'admin',
      kind: 'mail',
      to: ['admin@shop.example'],
      systemAlarms: true,
    });
    const low = (bytes: number) => ({ code: 'disk_low' as const, detail: `${bytes} bytes left` });
    const look = async (...alarms: ReturnType<typeof low>[]) => {
      await desk.look(alarms);
      await desk.stop();
    };
    await look();
    await look(low(9));
    await look(low(8));
    expect(mails.map(({ mail }) => mail.subject)).toEqual(['Critical: disk_low (Canister itself)']);
    expect(mails[0]?.mail.text).toContain('9 bytes left');
    // A restart does not tell it again, and does not take it for over before there was time to look.
    const restarted = await worldAlerts(world);
    await restarted.desk.look([]);
    await restarted.desk.look([low(7)]);
    world.advance(60_000);
    await restarted.desk.look([]);
    // It comes back at once: within the hour nobody is told.
    await restarted.desk.look([low(6)]);
    await restarted.desk.stop();
    expect(restarted.mails.map(({ mail }) => mail.subject)).toEqual([
      'Over: disk_low (Canister itself)',
    ]);
  });
});
