/**
 * What is masked where it comes in is in nothing that goes out: session, search, SQL, every form of a report, published
 * files, the `.duckdb` file, and mails. The built product is asked as its users ask it.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { readSheet } from 'read-excel-file/node';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Product, startProduct } from './console/testing/product.ts';
import type { Manifest } from './core/contract/published.ts';

const headers = { 'content-type': 'application/json', 'x-canister': 'test' };
const browser = 'Mozilla/5.0 (X11; Linux x86_64; rv:157.0) Gecko/20100101 Firefox/157.0';
/** Secrets of one hit, each in a field that is masked; the last one is a card number in a field that is not. */
const canaries = ['canaryofcookie', 'canaryofform', 'canaryofbody', '4111111111111111'];
const open = 'marker-that-is-no-secret';

let folder: string;
let product: Product;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'canister-masking-'));
  product = await startProduct({
    data: join(folder, 'data'),
    environment: { CANISTER_IDLE_TIMEOUT_MS: '1000' },
  });
  const { writeKey: dataset } = await json<{ writeKey: string }>('POST', '/datasets', {
    slug: 'shop',
  });
  const hit = {
    dataset,
    id: randomUUID(),
    type: 'page_view',
    visitor: 'ada',
    url: 'https://shop.example/sign-in',
    requestHeaders: { cookie: `sid=${canaries[0]}` },
    form: { name: [open], password: [canaries[1]], note: [`card ${canaries[3]}`] },
    requestBody: JSON.stringify({ password: canaries[2], name: open }),
  };
  const sent = await fetch(`${product.baseUrl}/hits`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': browser },
    body: JSON.stringify(hit),
  });
  expect(sent.status, await sent.text()).toBe(202);
  const stored = async () =>
    (await json<{ datasets: { storedSessions: number }[] }>('GET', '/status')).datasets[0];
  await vi.waitFor(async () => expect((await stored())?.storedSessions).toBe(1), {
    timeout: 30_000,
    interval: 250,
  });
}, 120_000);
afterAll(async () => {
  await product?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(method: string, path: string, body?: object): Promise<Response> {
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
  const response = await fetch(`${product.baseUrl}${path}`, init);
  expect(response.ok, `${path}: ${response.ok ? '' : await response.clone().text()}`).toBe(true);
  return response;
}
const json = async <T>(method: string, path: string, body?: object) =>
  (await (await ask(method, `/api${path}`, body)).json()) as T;
const bytes = async (response: Response) => Buffer.from(await response.arrayBuffer());

function expectClean(what: string, text: string): void {
  expect(text.length, what).toBeGreaterThan(0);
  expect([what, canaries.filter((canary) => text.includes(canary))]).toEqual([what, []]);
}

async function allOf(database: string, tables: readonly string[]): Promise<string> {
  const instance = await DuckDBInstance.create(database);
  const connection = await instance.connect();
  try {
    let text = '';
    for (const table of tables)
      text += JSON.stringify((await connection.runAndReadAll(`FROM ${table}`)).getRowsJson());
    return text;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const range = () => {
  const at = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  return `from=${at(-1)}&to=${at(2)}&robots=true`;
};

test('A session, its search and SQL', async () => {
  const sql = 'SELECT session_id FROM sessions';
  const { rows } = await json<{ rows: string[][] }>('POST', '/datasets/shop/sql', { sql });
  const id = rows[0]?.[0]?.replaceAll('-', '');
  const session = JSON.stringify(await json('GET', `/datasets/shop/sessions/${id}`));
  expectClean('session', session);
  // What is no secret is there, so the hit was looked at where the secrets stood.
  expect([session.includes(open), session.includes('[masked]')]).toEqual([true, true]);
  const exported = await (
    await ask('POST', '/api/datasets/shop/visitors/export', { visitor: 'ada' })
  ).text();
  expectClean('export of the visitor', exported);
  const found = async (condition: string) =>
    (await json<{ sessions: number }>('POST', '/datasets/shop/search', { condition })).sessions;
  expect(await found(`request.body contains "${open}"`)).toBe(1);
  for (const canary of canaries) expect(await found(`request.body contains "${canary}"`)).toBe(0);
  for (const view of ['sessions', 'hits', 'page_views', 'events', 'session_values'])
    expectClean(
      view,
      JSON.stringify(await json('POST', '/datasets/shop/sql', { sql: `SELECT * FROM ${view}` })),
    );
});

test('Every form of a report', async () => {
  const path = `/api/datasets/shop/reports/content?${range()}`;
  for (const format of ['json', 'csv', 'text', 'html'])
    expectClean(format, await (await ask('GET', `${path}&format=${format}`)).text());
  const sheet = await readSheet(await bytes(await ask('GET', `${path}&format=xlsx`)));
  expectClean('xlsx', JSON.stringify(sheet));
  const file = join(folder, 'report.parquet');
  writeFileSync(file, await bytes(await ask('GET', `${path}&format=parquet`)));
  expectClean('parquet', await allOf(':memory:', [`'${file}'`]));
});

test('Published files, the .duckdb file, and mails', async () => {
  const manifest = (await (await ask('GET', '/published/shop/manifest.json')).json()) as Manifest;
  const published = join(folder, 'data/datasets/shop/published');
  const tables = manifest.files.map((one) => `'${join(published, one.file)}'`);
  expectClean('published', await allOf(':memory:', tables));
  const { id } = await json<{ id: string }>('POST', '/datasets/shop/exports', {});
  const database = join(folder, 'shop.duckdb');
  writeFileSync(database, await bytes(await ask('GET', `/api/datasets/shop/exports/${id}`)));
  const views = ['sessions', 'hits', 'page_views', 'events', 'session_values'];
  expectClean('duckdb', await allOf(database, views));
  await json('PUT', '/subscriptions', {
    name: 'Daily',
    schedule: { kind: 'daily' },
    recipients: ['ann@shop.example'],
    datasets: ['shop'],
    reports: ['overview', 'content'],
  });
  await json('POST', '/subscriptions/Daily/test', { to: 'ann@shop.example' });
  const outbox = join(folder, 'data/outbox');
  const mails = () => readdirSync(outbox, { recursive: true, withFileTypes: true });
  await vi.waitFor(() => expect(mails().length).toBeGreaterThan(0), { timeout: 20_000 });
  for (const mail of mails().filter((entry) => entry.isFile()))
    expectClean('mail', readFileSync(join(mail.parentPath, mail.name), 'utf8'));
}, 60_000);
