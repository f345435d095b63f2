/**
 * Pictures of every page, narrow, middle and wide, in light and dark, from a running Canister: for looking at, and
 * for showing. Receives an address and a folder, gives the paths of the pictures.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type APIRequestContext, type Browser, chromium, type Page } from 'playwright-core';
import { chromiumFlags, chromiumPath } from './testing/chromium.ts';

export interface ScreenshotOptions {
  /** Where Canister answers, such as `http://127.0.0.1:8080`. */
  baseUrl: string;
  /** Where the PNG files go; it is made if it is missing. */
  folder: string;
  /** Keeps to pages whose name holds this text, or one of several with commas between. */
  only?: string;
}

interface Shot {
  name: string;
  path: string;
  /** Brings the page into the state to be shown. */
  prepare?: (page: Page) => Promise<void>;
}

const widths = [360, 800, 1400];
const schemes = ['light', 'dark'] as const;
const settleMs = 700;

/**
 * Takes all pictures, named `PAGE-WIDTH-SCHEME.png`. A page that does not come is left out, and the others are taken.
 * @throws when the server does not answer; and at the end, naming each picture that is missing and why
 */
export async function takeScreenshots(options: ScreenshotOptions): Promise<string[]> {
  mkdirSync(options.folder, { recursive: true });
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumFlags });
  try {
    const shots = (await shotsOf(browser, options.baseUrl)).filter(({ name }) =>
      (options.only ?? '').split(',').some((part) => name.includes(part)),
    );
    const files: string[] = [];
    const missing: string[] = [];
    for (const colorScheme of schemes) {
      for (const width of widths) {
        const context = await browser.newContext({
          baseURL: options.baseUrl,
          viewport: { width, height: width < 600 ? 780 : 900 },
          colorScheme,
          reducedMotion: 'reduce',
          locale: 'en-GB',
        });
        for (const shot of shots) {
          const file = join(options.folder, `${shot.name}-${width}-${colorScheme}.png`);
          const page = await context.newPage();
          const [problem] = await take(page, shot, file).then(
            () => [],
            (error: unknown) => [String(error).split('\n', 1)[0]],
          );
          if (problem === undefined) files.push(file);
          else missing.push(`${file}: ${problem}`);
          await page.close();
        }
        await context.close();
      }
    }
    if (missing.length > 0)
      throw new Error(
        `${files.length} pictures were taken, these were not:\n${missing.join('\n')}`,
      );
    return files;
  } finally {
    await browser.close();
  }
}

/** The pages there are: those of the first dataset, or the welcome where there is none. */
async function shotsOf(browser: Browser, baseUrl: string): Promise<Shot[]> {
  const context = await browser.newContext({ baseURL: baseUrl });
  const response = await context.request.get('/api/datasets');
  if (!response.ok()) throw new Error(`${baseUrl}/api/datasets answered ${response.status()}`);
  const { datasets } = (await response.json()) as { datasets: { slug: string }[] };
  const slug = datasets[0]?.slug;
  const sessions = slug === undefined ? [] : await sessionShots(context.request, slug);
  const reports = slug === undefined ? [] : await reportShots(context.request, slug);
  await context.close();
  const newDataset: Shot = { name: 'new-dataset', path: '/datasets/new' };
  const health: Shot = { name: 'health', path: '/health', prepare: waitForHealth };
  if (slug === undefined) return [{ name: 'welcome', path: '/' }, newDataset, health];
  return [
    health,
    { name: 'subscriptions', path: '/subscriptions' },
    ...sessions,
    { name: 'reports', path: `/${slug}/reports` },
    ...reports,
    { name: 'report-refused', path: `/${slug}/reports/pages?condition=luck%20%3D%201` },
    { name: 'live', path: `/${slug}/live` },
    { name: 'search', path: `/${slug}/search` },
    { name: 'search-found', path: `/${slug}/search?condition=response.status+%3E%3D+500` },
    { name: 'alerts', path: `/${slug}/alerts` },
    { name: 'alert-new', path: `/${slug}/alerts?alert=` },
    { name: 'definitions', path: `/${slug}/definitions` },
    { name: 'definition-label', path: `/${slug}/definitions?name=` },
    { name: 'definition-funnel', path: `/${slug}/definitions?kind=funnel&name=` },
    { name: 'definition-campaigns', path: `/${slug}/definitions?kind=campaign` },
    { name: 'index', path: `/${slug}/index` },
    { name: 'masking', path: `/${slug}/masking` },
    { name: 'jobs', path: '/jobs', prepare: beginJobs },
    { name: 'sources', path: '/sources' },
    { name: 'users', path: '/users' },
    { name: 'keys', path: '/keys' },
    { name: 'audit', path: '/audit' },
    { name: 'account', path: '/account' },
    { name: 'hit-rules', path: `/${slug}/hit-rules` },
    { name: 'report-new', path: `/${slug}/reports/new` },
    { name: 'palette', path: `/${slug}/reports`, prepare: openPalette },
    { name: 'key-sheet', path: `/${slug}/reports`, prepare: openKeySheet },
    { name: 'configuration', path: `/${slug}/configuration` },
    { name: 'rules', path: `/${slug}/rules`, prepare: tryRules },
    { name: 'events', path: `/${slug}/events` },
    { name: 'event', path: `/${slug}/events?event=Server+error`, prepare: tryEvent },
    { name: 'sql', path: `/${slug}/sql`, prepare: runQuery },
    { name: 'sql-refused', path: `/${slug}/sql`, prepare: runRefusedQuery },
    { name: 'settings', path: `/${slug}/settings` },
    newDataset,
    { name: 'new-dataset-refused', path: '/datasets/new', prepare: sendBadDataset },
    { name: 'unknown-dataset', path: '/no-such-dataset/live' },
    { name: 'menu', path: `/${slug}/live`, prepare: openMenu },
  ];
}

/** An active session, the longest stored one with a hit opened, and one that nobody knows. */
async function sessionShots(api: APIRequestContext, slug: string): Promise<Shot[]> {
  const active = await api.get(`/api/datasets/${slug}/sessions/active?limit=1`);
  const { sessions } = (await active.json()) as { sessions: { id: string }[] };
  const stored = await api.post(`/api/datasets/${slug}/sql`, {
    headers: { 'x-canister': 'screenshots' },
    data: { sql: 'SELECT session_id FROM sessions WHERE NOT is_robot ORDER BY hits DESC LIMIT 1' },
  });
  const { rows } = (await stored.json()) as { rows: string[][] };
  const shots: Shot[] = [{ name: 'session-unknown', path: `/${slug}/sessions/${'0'.repeat(32)}` }];
  for (const { id } of sessions)
    shots.push({ name: 'session-active', path: `/${slug}/sessions/${id}`, prepare: waitForHits });
  for (const [id] of rows)
    shots.push({ name: 'session', path: `/${slug}/sessions/${id}`, prepare: openHit });
  return shots;
}

/** Every standard report. */
async function reportShots(api: APIRequestContext, slug: string): Promise<Shot[]> {
  const { reports } = (await (await api.get(`/api/datasets/${slug}/reports`)).json()) as {
    reports: { name: string }[];
  };
  return reports.map(({ name }) => ({
    name: `report-${name}`,
    path: `/${slug}/reports/${name}`,
    prepare: waitForReport,
  }));
}

async function take(page: Page, shot: Shot, file: string): Promise<void> {
  await page.goto(shot.path);
  await page.locator('main h1, main h2').first().waitFor();
  await shot.prepare?.(page);
  await page.locator('.bone').first().waitFor({ state: 'detached' });
  await page.evaluate(() => document.fonts.ready);
  // What stays at the top of the window is drawn where the page is scrolled to.
  await page.evaluate(() => window.scrollTo(0, 0));
  // The live page never falls silent, so there is no quiet network to wait for: give drawing a moment.
  await page.waitForTimeout(settleMs);
  const overPage = [openMenu, openPalette, openKeySheet].some((one) => one === shot.prepare);
  await page.screenshot({ path: file, fullPage: !overPage });
}

async function waitForHealth(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'Short-term canister' }).waitFor();
}

async function beginJobs(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Verify what is stored' }).click();
  await page.getByRole('button', { name: 'Publish what has changed' }).click();
  await page
    .getByText(/records, .* sound/)
    .first()
    .waitFor();
}

async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: /Go to/ }).fill('se');
}

async function openKeySheet(page: Page): Promise<void> {
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
}

async function waitForReport(page: Page): Promise<void> {
  await page.locator('cn-data-table :is(.scroll, .nothing), .note').first().waitFor();
}

async function waitForHits(page: Page): Promise<void> {
  await page.locator('cn-hit-list summary').first().waitFor();
}

async function openHit(page: Page): Promise<void> {
  await waitForHits(page);
  await page.locator('cn-hit-list summary').nth(1).click();
}

async function tryEvent(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Dry run' }).click();
  await page
    .getByText(/It would have fired/)
    .first()
    .waitFor();
}

async function tryRules(page: Page): Promise<void> {
  await page.getByLabel('Idle timeout').fill('10');
  await page.getByRole('button', { name: 'Show what would move' }).click();
  await page.getByRole('heading', { name: 'What would move' }).waitFor();
}

async function runQuery(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Most viewed pages' }).click();
  await page.getByRole('region', { name: 'Result of the query' }).waitFor();
}

async function runRefusedQuery(page: Page): Promise<void> {
  await page.getByLabel('SQL query').fill('DROP TABLE sessions');
  await page.getByLabel('SQL query').press('Control+Enter');
  await page.getByRole('alert').waitFor();
}

async function sendBadDataset(page: Page): Promise<void> {
  await page.getByLabel('Name', { exact: true }).fill('Shop');
  await page.getByLabel('Short name').fill('-Shop!');
  await page.getByLabel('Time zone').fill('Mars/Olympus');
  await page.getByRole('button', { name: 'Create dataset' }).click();
  await page.locator('.problem').first().waitFor();
}

/** Opens whatever leads elsewhere: the menu where it is narrow, the list of datasets where it is wide. */
async function openMenu(page: Page): Promise<void> {
  const menu = page.getByRole('button', { name: 'Menu' });
  if (await menu.isVisible()) await menu.click();
  else await page.getByRole('button', { name: /^Dataset:/ }).click();
}
