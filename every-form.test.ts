/**
 * One report in every form that leaves the house: mail, CSV, XLSX, JSON, Parquet, HTML, text, published files and the
 * `.duckdb` file say what the API says, to the digit, and what was counted by hand.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { readSheet } from 'read-excel-file/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Manifest } from './core/contract/published.ts';
import type { ReportResult } from './core/contract/report.ts';
import { subscriptionSchema } from './core/contract/subscription.ts';
import { createDefinitionDesk } from './core/desks/definition-desk.ts';
import { createExportDesk } from './core/desks/export-desk.ts';
import { createQueryDesk } from './core/desks/query-desk.ts';
import type { ReportDrawing } from './core/http/reports.ts';
import { openDataFolder } from './core/stores/data-folder.ts';
import { openLibsqlDefinitions } from './core/stores/libsql-definitions.ts';
import { makeDatabase } from './core/stores/published/make-database.ts';
import { noSavedQueries } from './core/testing/no-saved-queries.ts';
import { plainReport } from './core/testing/report-request.ts';
import { placeOf } from './core/testing/sql-desk.ts';
import { createWorld, type World } from './core/testing/world.ts';
import { createReportDesk, createReportSource } from './report-desk.ts';
import { digestMail } from './reports/email/digest-mail.ts';
import { makeDigest } from './reports/schedule/make-digest.ts';

/**
 * Counted by hand. Three sessions on the 21st: ada looks at three pages within 125 s, bob at one, cid at one and comes
 * back after two hours, which is his second session, with two pages within 60.5 s.
 */
const counted = {
  sessions: 4,
  visitors: 3,
  page_views: 7,
  bounce_rate: 0.5,
  /** (125 000 + 0 + 0 + 60 500) / 4 */
  session_duration: 46_375,
  page_depth: 1.75,
};

const day = '2026-11-21';
const hourMs = 3_600_000;
let world: World;
let folder: string;
let result: ReportResult;
let draw: (format: ReportDrawing['format']) => Promise<Buffer>;
let mail: { html: string; text: string };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'canister-forms-'));
  world = await createWorld();
  await world.dataset({ slug: 'shop', name: 'Shop' });
  const view = (visitor: string, path: string) =>
    world.send({ visitor, url: `https://shop.example${path}` });
  await view('ada', '/');
  await view('bob', '/teas');
  await view('cid', '/');
  world.advance(65_000);
  await view('ada', '/teas');
  world.advance(60_000);
  await view('ada', '/cart');
  world.advance(2 * hourMs);
  await view('cid', '/teas');
  world.advance(60_500);
  await view('cid', '/cart');
  world.advance(24 * hourMs);
  await world.settle();

  const book = openLibsqlDefinitions(world.control, world.now);
  const definitions = createDefinitionDesk(world.datasets, book);
  const source = createReportSource(
    createQueryDesk(world.engine, book),
    definitions,
    noSavedQueries,
  );
  const desk = createReportDesk(source, world.now);
  const asked = { ...plainReport({ from: day, to: '2026-11-22' }), robots: true };
  const { dataset } = asked;
  result = await desk.run(asked);
  draw = async (format) => {
    const { body } = await desk.draw(result, { format, panel: undefined });
    return Buffer.from(body as Uint8Array);
  };
  const digest = await makeDigest(
    subscriptionSchema.parse({
      name: 'Daily',
      schedule: { kind: 'daily' },
      period: 'yesterday',
      recipients: ['ann@shop.example'],
      datasets: ['shop'],
    }),
    Date.parse('2026-11-22T07:00:00Z'),
    {
      source: { ...source, dataset: async () => dataset, alerts: async () => [] },
      clock: world.now,
    },
  );
  mail = await digestMail(digest, { consoleUrl: 'https://stats.example', unsubscribeUrl: '#' });
}, 60_000);
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

async function duck(sql: string, file?: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(file ?? ':memory:');
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const names = Object.keys(counted);
/** The same names as heads of the CSV, where durations say their unit. */
const heads = names.map((name) => (name === 'session_duration' ? `${name}_ms` : name));
const values = Object.values(counted);

test('The API says what was counted by hand', () => {
  const figures = result.panels.find(({ kind }) => kind === 'figures');
  const at = (name: string) => figures?.answer.columns.findIndex((column) => column.name === name);
  expect(names.map((name) => figures?.answer.rows[0]?.[at(name) ?? -1])).toEqual(values);
});

const rowOf = (rows: unknown[][]) => {
  const [head = [], ...rest] = rows;
  const row = rest.find((one) => one[0] === 'figures' || one[0] === result.panels[0]?.name) ?? [];
  return heads.map((name) => row[head.indexOf(name)]);
};

test('CSV, XLSX and Parquet hold the same numbers', async () => {
  const csv = (await draw('csv')).toString().trim().split('\r\n');
  expect(rowOf(csv.map((line) => line.split(',')))).toEqual(values.map(String));
  expect(rowOf((await readSheet(await draw('xlsx'))) as unknown[][])).toEqual(values);
  const file = join(folder, 'report.parquet');
  writeFileSync(file, await draw('parquet'));
  const panel = result.panels[0]?.name;
  const [row] = await duck(
    `SELECT ${heads.map((name) => `${name}::DOUBLE AS ${name}`).join(', ')} FROM '${file}' WHERE panel = '${panel}'`,
  );
  expect(heads.map((name) => row?.[name])).toEqual(values);
});

test('Every cell of the CSV is that of the XLSX and of the Parquet', async () => {
  const [head = [], ...sheet] = (await readSheet(await draw('xlsx'))) as unknown[][];
  const file = join(folder, 'cells.parquet');
  writeFileSync(file, await draw('parquet'));
  const rows = await duck(
    `SELECT ${head.map((name) => `"${name}"::VARCHAR AS "${name}"`).join(', ')} FROM '${file}'`,
  );
  const csv = (await draw('csv')).toString().trim().split('\r\n').slice(1);
  expect(csv.length).toBeGreaterThan(3);
  const asText = (cell: unknown) =>
    cell === null || cell === '' ? '' : String(Number.isNaN(Number(cell)) ? cell : Number(cell));
  expect(rows.map((row) => head.map((name) => asText(row[String(name)])).join())).toEqual(
    csv.map((line) => line.split(',').map(asText).join()),
  );
  expect(sheet.map((row) => row.map(asText).join())).toEqual(
    csv.map((line) => line.split(',').map(asText).join()),
  );
});

test('Page, text and mail write them for people, all the same way', async () => {
  const written = ['4', '3', '7', '50.0%', '46s', '1.75'];
  const page = (await draw('html')).toString();
  const figures = [...page.matchAll(/<dd class="value">([^<]*)<\/dd>/g)].map(([, text]) => text);
  const text = (await draw('text')).toString();
  for (const one of written) {
    expect([one, figures.includes(one)]).toEqual([one, true]);
    expect(text).toMatch(new RegExp(`\\s${one.replace('.', '\\.')}\\n`));
    expect(mail.html).toContain(`>${one}</td>`);
    expect(mail.text).toMatch(new RegExp(`\\s${one.replace('.', '\\.')}(\\s|$)`));
  }
});

test('Published files and the .duckdb file give the same counts', async () => {
  const engine = { publish: (slug: string) => world.engine.publish(slug) };
  const place = placeOf(world);
  const exportsFolder = (slug: string) => openDataFolder(world.root).dataset(slug).exports;
  const desk = createExportDesk({ engine, place, exportsFolder, makeDatabase, clock: world.now });
  const { id } = await desk.create('shop', undefined);
  const sql = (
    sessions: string,
    pageViews: string,
  ) => `SELECT count(*)::INT AS sessions, count(DISTINCT visitor_id)::INT AS visitors,
    (SELECT count(*)::INT FROM ${pageViews}) AS page_views,
    avg(CASE WHEN page_views = 1 THEN 1 ELSE 0 END) AS bounce_rate,
    avg(epoch_ms(ended_at) - epoch_ms(started_at)) AS session_duration,
    (SELECT count(*) FROM ${pageViews}) / count(*) AS page_depth FROM ${sessions}`;
  expect(await duck(sql('sessions', 'page_views'), desk.find('shop', id).path)).toEqual([counted]);
  const manifest = place.manifest('shop') as Manifest;
  const files = (view: string) =>
    `read_parquet([${manifest.files.flatMap((one) => (one.view === view ? `'${join(place.folder('shop'), one.file)}'` : [])).join()}])`;
  expect(await duck(sql(files('sessions'), files('page_views')))).toEqual([counted]);
});
