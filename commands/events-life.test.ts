/** Events as a configurator meets them: by the built command line, with and without a server, killed at a bad moment. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Product, runCommand, startProduct } from '../console/testing/product.ts';
import type { Backfill } from '../core/contract/event-life.ts';

let folder: string;
let data: string;
let product: Product | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'canister-events-'));
  data = join(folder, 'data');
  await run('dataset', 'create', 'logs');
});
afterEach(async () => {
  await product?.stop();
  product = undefined;
  rmSync(folder, { recursive: true, force: true });
});

/** @throws what the command said, when it failed */
async function run(...args: string[]): Promise<string> {
  const { code, out, notes } = await runCommand([...args, '--data', data]);
  if (code !== 0) throw new Error(notes);
  return out;
}
const json = async <T = Record<string, unknown>>(...args: string[]) =>
  JSON.parse(await run(...args, '--json')) as T;
const sql = (text: string) => json<Record<string, unknown>[]>('query', text, '--dataset', 'logs');

/** People who ask for three pages on one of two days; every tenth asks for one that is missing. */
async function importLog(people: number): Promise<void> {
  const lines: string[] = [];
  for (const day of ['03', '04']) {
    for (let step = 0; step < 3; step += 1) {
      for (let person = 0; person < people / 2; person += 1) {
        const number = day === '03' ? person : person + people / 2;
        const address = `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
        const time = `${day}/Mar/2024:10:0${step}:${String(person % 60).padStart(2, '0')} +0000`;
        const missing = step === 2 && number % 10 === 0;
        lines.push(
          `${address} - - [${time}] "GET /${missing ? 'gone' : `p${step}`} HTTP/1.1" ${missing ? 404 : 200} 512 "-" "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"`,
        );
      }
    }
  }
  writeFileSync(join(folder, 'access.log'), `${lines.join('\n')}\n`);
  await run('import', join(folder, 'access.log'), '--dataset', 'logs');
}

const gone = ['--name', 'Gone', '--trigger', 'every_hit', '--condition', 'response.status = 404'];

test('Drafted, tried, published, run over the past, changed, rolled back and deleted on the command line', async () => {
  await importLog(200);
  expect(await json('event', 'save', ...gone)).toMatchObject({
    definition: { name: 'Gone', track: 'every', active: true },
    state: 'draft',
    author: 'cli',
  });
  expect(await json('event', 'dry-run', 'Gone')).toMatchObject({
    state: 'done',
    occurrences: 20,
    fired: { count: 20 },
    sessionsTotal: 200,
  });
  const oneDay = ['--from', '2024-03-04', '--to', '2024-03-05'];
  // The same through a server.
  product = await startProduct({ data });
  expect(await json('event', 'publish', 'Gone')).toEqual({ version: 1 });
  expect(await json('event', 'backfill', 'Gone', ...oneDay)).toMatchObject({
    state: 'done',
    facts: 10,
  });
  const counted = "SELECT count(*)::INTEGER n FROM events WHERE event = 'Gone' AND backfilled";
  expect(await sql(counted)).toEqual([{ n: 10 }]);
  await run('event', 'save', '--name', 'Gone', '--condition', 'request.path = "/p2"');
  expect(await json('event', 'dry-run', 'Gone')).toMatchObject({
    occurrences: 180,
    published: { version: 1, occurrences: 20, gained: { count: 180 }, lost: { count: 20 } },
  });
  expect(await run('event', 'publish', 'Gone')).toMatch(/version 2/);
  expect(await run('event', 'rollback', '--to', '1')).toMatch(/version 3/);
  await product.stop();
  product = undefined;

  expect(await json('event', 'delete', 'Gone')).toEqual({ deleted: ['Gone'], version: 4 });
  expect(await sql(counted)).toEqual([{ n: 10 }]);
  const { changes } = await json<{ changes: { action: string; author: string; name: string }[] }>(
    'event',
    'history',
    'Gone',
  );
  expect(changes.map(({ action }) => action)).toEqual([
    'deleted',
    'rolled_back',
    'published',
    'saved',
    'published',
    'saved',
  ]);
  expect(new Set(changes.map(({ author }) => author))).toEqual(new Set(['cli']));
});

async function readBackfill(url: string): Promise<Backfill> {
  const response = await fetch(url);
  const body = await response.text();
  if (response.status !== 200) throw new Error(`${response.status}: ${body}`);
  return JSON.parse(body) as Backfill;
}

test('A backfill that is killed half way goes on by itself at the next start, and every fact is there once', async () => {
  const people = 24_000;
  await importLog(people);
  await run('event', 'save', ...gone);
  await run('event', 'publish', 'Gone');
  product = await startProduct({ data });
  const path = `${product.baseUrl}/api/datasets/logs/backfills`;
  const begun = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Canister': '1' },
    body: JSON.stringify({ event: 'Gone' }),
  });
  expect(begun.status).toBe(202);
  const ask = () => readBackfill(`${path}/1`);
  let seen = await ask();
  while (seen.sessionsDone < people / 2 && seen.state !== 'done') seen = await ask();
  await product.kill();
  expect(seen.state).toBe('running');

  product = await startProduct({ data });
  const restarted = `${product.baseUrl}/api/datasets/logs/backfills/1`;
  const again = () => readBackfill(restarted);
  const first = await again();
  // What a checkpoint held is not done again.
  expect(first.sessionsDone).toBeGreaterThan(0);
  let now = first;
  while (now.state !== 'done') {
    expect(['waiting', 'running']).toContain(now.state);
    now = await again();
  }
  expect(now).toMatchObject({ sessionsDone: people, sessionsFired: people / 10 });
  await product.stop();
  product = undefined;
  const facts = await sql(
    "SELECT count(*)::INTEGER n, count(DISTINCT session_id)::INTEGER sessions FROM events WHERE event = 'Gone'",
  );
  expect(facts).toEqual([{ n: people / 10, sessions: people / 10 }]);
  expect(
    await sql(
      `SELECT count(*)::INTEGER n FROM (SELECT hit_id FROM hits WHERE status = 404 EXCEPT SELECT hit_id FROM events WHERE event = 'Gone')`,
    ),
  ).toEqual([{ n: 0 }]);
});
