/** Commands that are given at the same time, on a data folder without a server. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runCommand } from '../console/testing/product.ts';

const folder = mkdtempSync(join(tmpdir(), 'canister-at-once-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('All of them are done, one after the other', async () => {
  const data = ['--data', join(folder, 'data')];
  await runCommand(['dataset', 'create', 'shop', ...data]);
  const slugs = ['a', 'b', 'c'];
  const ends = await Promise.all(
    slugs.map((slug) => runCommand(['dataset', 'create', slug, ...data])),
  );
  expect(ends.map(({ code, notes }) => [code, notes])).toEqual(slugs.map(() => [0, '']));
  const { out } = await runCommand(['dataset', 'list', '--json', ...data]);
  const made = (JSON.parse(out) as { slug: string }[]).map(({ slug }) => slug);
  expect(made.sort()).toEqual([...slugs, 'shop'].sort());
}, 120_000);
