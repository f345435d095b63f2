/** Tables that a disk has damaged: the next start makes them anew, and the datasets beside go on. */
import { closeSync, existsSync, openSync, statSync, truncateSync, writeSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createWorld, type World } from '../testing/world.ts';
import { openDataFolder } from './data-folder.ts';

const hourMs = 3_600_000;
const visitors = 2_000;
const parts = 8;
let world: World;
let said: string[];
beforeEach(async () => {
  said = [];
  world = await createWorld({ said, retryHeldAfterMs: 60_000 });
});
afterEach(() => world.close());

const linesOf = (paths: string) =>
  Array.from(
    { length: visitors },
    (_, visitor) =>
      `203.0.${visitor >> 8}.${visitor & 255} - - [03/Mar/2024:10:${String(visitor % 60).padStart(2, '0')}:00 +0000] "GET /${paths}${visitor} HTTP/1.1" 200 512 "-" "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"`,
  ).join('\n');
const tablesFile = () => openDataFolder(world.root).dataset('shop').analyticsFile;
const counted = 'SELECT count(*), count(DISTINCT path), count(DISTINCT visitor_id) FROM hits';

/** A core whose file of tables has other bytes in the place of 4 KB. */
async function startOnDamage(part: number): Promise<void> {
  await world.crash();
  const file = tablesFile();
  const at = Math.floor((statSync(file).size * part) / 4_096) * 4_096;
  const opened = openSync(file, 'r+');
  writeSync(opened, Buffer.alloc(4_096, 0x5a), 0, 4_096, at);
  closeSync(opened);
  await world.reopen();
}

test('However short its file is cut, a dataset has all its sessions again after the next start', async () => {
  for (const slug of ['shop', 'other']) {
    await world.dataset({ slug });
    await world.importText(slug, { 'a.log': `${linesOf('p')}\n` });
  }
  for (let part = 0; part < parts; part += 1) {
    await world.crash();
    truncateSync(tablesFile(), Math.floor((statSync(tablesFile()).size * part) / parts));
    await world.reopen();
    for (const slug of ['shop', 'other'])
      expect([part, await world.sql(slug, counted)]).toEqual([
        part,
        [[visitors, visitors, visitors]],
      ]);
  }
  const mended = said.filter((text) => /there again: 2000 sessions/.test(text));
  expect(mended.length).toBeGreaterThan(parts / 2);
});

test('Wherever a page is damaged, what is asked is answered right or refused, and a rebuild brings all of it back', async () => {
  await world.dataset({ slug: 'shop' });
  await world.importText('shop', { 'a.log': `${linesOf('p')}\n` });
  await world.send({ visitor: 'active' });
  await world.settle();
  let refusals = 0;
  for (let part = 0.04; part < 1; part += 0.16) {
    await startOnDamage(part);
    const asked = await world.sql('shop', counted).catch((error) => error);
    if (asked instanceof Error) {
      refusals += 1;
      expect(asked).toMatchObject({
        code: 'tables_damaged',
        message: expect.stringMatching(/canister rebuild --dataset shop/),
      });
    } else expect(asked).toEqual([[visitors, visitors, visitors]]);
    const { after, keptAs } = await world.engine.rebuild('shop', false);
    expect(after.hits.rows).toBe(visitors);
    if (asked instanceof Error) expect(existsSync(keptAs ?? '')).toBe(true);
    expect(await world.sql('shop', counted)).toEqual([[visitors, visitors, visitors]]);
  }
  expect(refusals).toBeGreaterThan(0);
  world.advance(hourMs);
  await world.settle();
  expect(await world.sql('shop', 'SELECT count(*) FROM hits')).toEqual([[visitors + 1]]);
});
