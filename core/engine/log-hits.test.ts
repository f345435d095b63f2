/** Lines that are no hits: however many come at once, others have their turn between them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { importOptionsSchema } from '../contract/import.ts';
import { logNormalizer } from '../sources/log-source.ts';
import { createImportTally } from './import-tally.ts';
import { logHits } from './log-hits.ts';

const lines = 250_000;
const linesBetweenTurnsMax = 5_000;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'canister-log-hits-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ['empty', '\n'],
  ['short', 'x\n'],
])('A quarter of a million %s lines in one piece are counted and listed some at a time', async (_, line) => {
  const list = join(folder, 'bad.tsv');
  const options = importOptionsSchema.parse({ format: 'combined' });
  const tally = createImportTally(options, () => list);
  const read = logHits(
    options,
    logNormalizer('secret', () => false),
    tally,
    Date.UTC(2026, 10, 21),
  );
  async function* bytes() {
    yield Buffer.from(line.repeat(lines));
  }
  let seen = 0;
  let atOnceMost = 0;
  let isOver = false;
  const look = () => {
    atOnceMost = Math.max(atOnceMost, tally.progress.bad - seen);
    seen = tally.progress.bad;
    if (!isOver) setImmediate(look);
  };
  look();
  for await (const { hits } of read('a.log', bytes())) expect(hits).toEqual([]);
  look();
  isOver = true;
  const { bad } = await tally.close();
  expect(bad).toBe(lines);
  expect(readFileSync(list, 'utf8').split('\n').length).toBe(200_002);
  expect(atOnceMost).toBeLessThan(linesBetweenTurnsMax);
});
