/** Users by the command line, on a running server and without one, with mails that a real mail server gets. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Product, runCommand, startProduct } from '../console/testing/product.ts';
import { startMailServer } from '../reports/testing/mail-server.ts';

const password = 'a long enough password';

let folder: string;
let data: string;
let products: Product[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'canister-users-'));
  data = join(folder, 'data');
  products = [];
});
afterEach(async () => {
  for (const product of products) await product.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(environment: Record<string, string> = {}): Promise<Product> {
  const product = await startProduct({ data, environment });
  products.push(product);
  return product;
}

async function run(...args: string[]): Promise<string> {
  const { code, out, notes } = await runCommand([...args, '--data', data]);
  expect(code, notes).toBe(0);
  return out;
}

const post = (baseUrl: string, path: string, body: unknown) =>
  fetch(`${baseUrl}/api${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-canister': '1' },
    body: JSON.stringify(body),
  });

test('Without a server a folder gets its users, and what needs a server tells so', async () => {
  await run('dataset', 'create', 'shop');
  const invited = JSON.parse(
    await run('user', 'create', 'ann@shop.example', '--role', 'administrator', '--json'),
  );
  const { link } = invited as { link: string };
  const product = await start();
  // Invited is not yet there: this machine is still let in.
  expect((await fetch(`${product.baseUrl}/api/users`)).status).toBe(200);
  const token = link.split('#')[1];
  expect((await post(product.baseUrl, '/links/use', { token, password })).status).toBe(200);
  expect((await fetch(`${product.baseUrl}/api/users`)).status).toBe(401);
  expect(await run('user', 'list')).toMatch(/ann@shop\.example +ann +active +administrator/);
  const gone = await runCommand(['user', 'delete', 'ann@shop.example', '--data', data]);
  expect([gone.code, gone.notes]).toEqual([1, expect.stringContaining('the only administrator')]);
  const unknown = await runCommand(['user', 'role', 'eve@shop.example', '--data', data]);
  expect([unknown.code, unknown.notes]).toEqual([1, expect.stringContaining('no user eve')]);
  expect(
    (await runCommand(['user', 'create', 'x@y.example', '--role', 'king', '--data', data])).code,
  ).toBe(2);
  expect(await run('doctor')).toContain('answers');
  expect(await run('audit', 'verify')).toMatch(/entries, none changed/);
});

test('The command line is let in by a file that only its owner can read, anew at each start', async () => {
  const file = join(data, 'command.token');
  const tokens: string[] = [];
  for (let at = 0; at < 2; at += 1) {
    const product = await start();
    tokens.push(readFileSync(file, 'utf8'));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    if (at === 0) {
      // It answers before all that it said has come through the pipe.
      await expect.poll(product.said).toContain('welcome#');
      const link = /welcome#(f_[\w-]+)/.exec(product.said())?.[1];
      const body = { token: link, email: 'ann@shop.example', name: 'Ann', password };
      expect((await post(product.baseUrl, '/first', body)).status).toBe(200);
    } else expect(product.said()).not.toContain('welcome#');
    const status = async (token: string | undefined) => {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${product.baseUrl}/api/users`, { headers })).status;
    };
    expect(await status(tokens[at])).toBe(200);
    if (at === 1) expect(await status(tokens[0])).toBe(401);
    await product.stop();
    expect(statSync(file, { throwIfNoEntry: false })).toBeUndefined();
  }
});

test('An invitation comes by mail, once, and its link lets in', async () => {
  const mailServer = await startMailServer();
  try {
    const environment = {
      CANISTER_SMTP_URL: `smtp://127.0.0.1:${mailServer.port}`,
      CANISTER_CONSOLE_URL: 'https://stats.example',
    };
    const product = await start(environment);
    // Not by commands: waiting for them, this process could not take the mail.
    expect((await post(product.baseUrl, '/datasets', { slug: 'shop' })).status).toBe(201);
    const grants = [{ role: 'reader', dataset: 'shop' }];
    const body = { email: 'bob@shop.example', grants, sendMail: true };
    const invited = await post(product.baseUrl, '/users', body);
    expect(await invited.json()).not.toHaveProperty('link');
    await expect.poll(() => mailServer.mails.length, { timeout: 45_000 }).toBe(1);
    const [mail] = mailServer.mails;
    expect(mail?.to).toMatchObject([{ address: 'bob@shop.example' }]);
    const token = /https:\/\/stats\.example\/welcome#(l_[\w-]{43})/.exec(mail?.text ?? '')?.[1];
    const used = await post(product.baseUrl, '/links/use', { token, password });
    expect(await used.json()).toMatchObject({
      email: 'bob@shop.example',
      grants: [{ role: 'reader', dataset: 'shop' }],
    });
    expect(used.headers.getSetCookie()[0]).toMatch(
      /^__Host-canister=.*; HttpOnly; Secure; SameSite=Strict$/,
    );
    expect(used.headers.get('strict-transport-security')).toContain('max-age=31536000');
  } finally {
    await mailServer.close();
  }
});
