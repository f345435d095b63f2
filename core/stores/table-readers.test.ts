/** Tables that are closed while others read them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDuckDbAnalytics } from './duckdb-analytics.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'canister-readers-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('Whoever reads while the tables are closed is broken off and told so, and so is who comes later', async () => {
  const store = await openDuckDbAnalytics(join(folder, 'analytics.duckdb'));
  // Nobody would wait for the end of these.
  const long = 'SELECT sum(a.i * b.i) FROM range(10000000) a(i), range(10000000) b(i)';
  const asked = [store.query(long, []), store.query(long, []), store.search(long, [], 600_000)];
  const answers = Promise.all(asked.map((one) => one.catch((error) => error.code)));
  await store.close();
  const late = await store.query('SELECT 1', []).catch((error) => error);
  expect(late).toMatchObject({ code: 'dataset_held' });
  expect(await answers).toEqual(['dataset_held', 'dataset_held', 'dataset_held']);
});
