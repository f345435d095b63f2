/** Tables that a disk has damaged: the next start makes them anew, and the datasets beside go on. */
import { statSync, truncateSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createWorld, type World } from '../testing/world.ts';
import { openDataFolder } from './data-folder.ts';

const visitors = 2_000;
const parts = 8;
let world: World;
let said: string[];
beforeEach(async () => {
  said = [];
  world = await createWorld({ said, retryHeldAfterMs: 60_000 });
});
afterEach(() => world.close());

test('However short its file is cut, a dataset has all its sessions again after the next start', async () => {
  const lines = Array.from(
    { length: visitors },
    (_, visitor) =>
      `203.0.${visitor >> 8}.${visitor & 255} - - [03/Mar/2024:10:${String(visitor % 60).padStart(2, '0')}:00 +0000] "GET /p${visitor} HTTP/1.1" 200 512 "-" "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"`,
  );
  for (const slug of ['shop', 'other']) {
    await world.dataset({ slug });
    await world.importText(slug, { 'a.log': `${lines.join('\n')}\n` });
  }
  const counted = 'SELECT count(*), count(DISTINCT path) FROM hits';
  for (let part = 0; part < parts; part += 1) {
    await world.crash();
    const { analyticsFile } = openDataFolder(world.root).dataset('shop');
    truncateSync(analyticsFile, Math.floor((statSync(analyticsFile).size * part) / parts));
    await world.reopen();
    for (const slug of ['shop', 'other'])
      expect([part, await world.sql(slug, counted)]).toEqual([part, [[visitors, visitors]]]);
  }
  const mended = said.filter((text) => /there again: 2000 sessions/.test(text));
  expect(mended.length).toBeGreaterThan(parts / 2);
});
