/** The sources page in Chromium against the built product, with a web server that holds a log back half way. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenedConsole, openConsole } from './testing/opened-console.ts';
import { firefox, violations } from './testing/pages.ts';

const lineCount = 4_000;
const hostile = "<img src=x onerror='window.hit=1'>";

/** One visitor a line, so that every line is a session of its own; the last line is none. */
const log = `${Array.from({ length: lineCount }, (_, index) => {
  const seconds = String(index % 60).padStart(2, '0');
  const minutes = String(Math.floor(index / 60) % 60).padStart(2, '0');
  return `10.1.${Math.floor(index / 250)}.${index % 250} - - [20/Nov/2026:10:${minutes}:${seconds} +0000] "GET /p${index} HTTP/1.1" 200 12 "-" "${firefox}"`;
}).join('\n')}\nnot a line of a log\n`;

let opened: OpenedConsole;
let page: Page;
let server: Server;
let letGo: () => void;

beforeAll(async () => {
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  server = createServer(async (request, response) => {
    if (request.url !== '/access.log') {
      response.writeHead(404).end();
      return;
    }
    const [, from = '0', to = ''] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '') ?? [];
    const part = log.slice(Number(from), to === '' ? undefined : Number(to) + 1);
    const isLong = part.length > log.length / 2;
    response.writeHead(206, {
      'content-range': `bytes ${from}-${Number(from) + part.length - 1}/${log.length}`,
      'content-length': part.length,
      etag: '"one"',
    });
    if (isLong) {
      response.write(part.slice(0, 100_000));
      await held;
      response.end(part.slice(100_000));
    } else response.end(part);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened = await openConsole({
    environment: { CANISTER_SOURCE_PRIVATE_NETWORKS: '127.0.0.0/8' },
  });
  page = opened.page;
  await opened.makeDataset({ slug: 'shop', name: hostile });
});

afterAll(async () => {
  letGo?.();
  server?.closeAllConnections();
  server?.close();
  await opened?.close();
});

const address = (path: string) =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;

it('says what a source needs that is not understood, and keeps what was typed', async () => {
  await page.goto('/sources');
  await page.getByRole('heading', { name: 'No logs are fetched yet' }).waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'New source' }).click();
  await page.getByLabel('Name', { exact: true }).fill(hostile);
  await page.getByLabel('Where the logs are').fill('sftp://logs.example/access.log');
  await page.getByLabel('Host keys').waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').getByText('host key is known').waitFor();
  expect(await violations(page)).toEqual([]);
  expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe(hostile);
  expect(opened.watched.complaints.splice(0).filter((text) => !text.includes('400'))).toEqual([]);
});

it('is watched while it fetches, and tells every line that came', async () => {
  await page.getByLabel('Where the logs are').fill(address('/access.log'));
  expect(await page.getByLabel('Host keys').count()).toBe(0);
  await page.getByLabel('When').selectOption('By cron');
  await page.getByLabel('Cron', { exact: true }).fill('0 3 * * *');
  await page.getByLabel('Minutes late').fill('0');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'Run it now' }).click();
  await page.getByText(/Fetching .*access\.log … \d/).waitFor();
  expect(await page.getByRole('button', { name: 'Run it now' }).isDisabled()).toBe(true);
  letGo();
  await page.getByText('It has run: 4,000 hits of 1 file.').waitFor();
  const cells = page
    .getByRole('region', { name: 'Runs' })
    .getByRole('row')
    .nth(1)
    .getByRole('cell');
  await expect
    .poll(async () => (await cells.allInnerTexts()).slice(1))
    .toEqual([
      'done (by hand)',
      '1',
      expect.stringMatching(/kB|KB|KiB/),
      '4,001',
      '4,000',
      '0',
      '0',
      '1',
      '4,000',
    ]);
  expect(await violations(page)).toEqual([]);
  const sql = 'SELECT count(*), count(DISTINCT path) FROM hits';
  const { rows } = await opened.api('/datasets/shop/sql', { body: { sql } });
  expect(rows).toEqual([[lineCount, lineCount]]);
});

it('shows what was wrong with a run, rests while it is paused, and is deleted at the second press', async () => {
  await page.getByRole('button', { name: 'Change' }).click();
  await page.getByLabel('Where the logs are').fill(address('/none.log'));
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'Run it now' }).click();
  await page.getByRole('region', { name: 'Runs' }).getByText('/none.log').waitFor();
  await page.getByRole('region', { name: 'Sources' }).getByText('failed').waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('region', { name: 'Sources' }).getByText('paused').waitFor();
  await page.setViewportSize({ width: 360, height: 780 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  expect(await violations(page)).toEqual([]);
  const remove = page.getByRole('button', { name: /^(Delete|Press again)/ });
  await remove.press('Enter');
  await page.waitForTimeout(500);
  await remove.press('Enter');
  await page.getByRole('heading', { name: 'No logs are fetched yet' }).waitFor();
  expect(await page.evaluate(() => 'hit' in window)).toBe(false);
  expect(opened.watched).toEqual({ foreignRequests: [], complaints: [] });
});
