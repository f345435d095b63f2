/** Many sources, of which few may run at a time: each has its turn, and none keeps the server from stopping. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sourceSchema } from '../contract/source.ts';
import { worldSources } from '../testing/source-desk.ts';
import { askedPart, openSourceWorld, type SourceWorld } from '../testing/source-world.ts';
import type { OpenSourceDesk } from './source-desk.ts';

const minuteMs = 60_000;
/** Far below the half minute that a place may be silent. */
const stopMsMax = 10_000;
const names = Array.from({ length: 9 }, (_, index) => `Server ${index}`);

let sources: SourceWorld;
beforeEach(async () => {
  sources = await openSourceWorld({ readsFolder: true });
});
afterEach(() => sources.close());

async function saveAll(desk: OpenSourceDesk): Promise<void> {
  const locations = [join(sources.folder, 'access.log')];
  for (const name of names)
    await desk.save(
      sourceSchema.parse({ name, dataset: 'shop', locations, schedule: '* * * * *' }),
      undefined,
    );
}

const runsOf = async (desk: OpenSourceDesk) =>
  await Promise.all(names.map(async (name) => (await desk.history(name, 500)).length));

test('Sources that are due at once all run, without a further look', async () => {
  const { desk, world } = sources;
  await saveAll(desk);
  world.advance(minuteMs);
  await desk.runDue();
  await expect.poll(() => runsOf(desk)).toEqual(names.map(() => 1));
  await desk.stop();
  expect(await runsOf(desk)).toEqual(names.map(() => 1));
});

test('Sources that are due again before their runs are over leave the turn to the others', async () => {
  // Nothing takes less than a minute, so that all of them are always due.
  let nowMs = sources.world.now();
  const desk = worldSources(sources.world, {
    folders: [sources.folder],
    clock: () => (nowMs += minuteMs),
  });
  await saveAll(desk);
  await desk.runDue();
  await expect.poll(async () => Math.min(...(await runsOf(desk)))).toBeGreaterThan(1);
  await desk.stop();
  const runs = await runsOf(desk);
  expect(Math.max(...runs) - Math.min(...runs)).toBeLessThanOrEqual(2);
});

test('A stop leaves what is being fetched, and the next start goes on behind it', async () => {
  const line = (second: number) =>
    `10.0.0.1 - - [20/Nov/2026:10:00:${String(second).padStart(2, '0')} +0000] "GET /p${second} HTTP/1.1" 200 12 "-" "Firefox"\n`;
  const text = Array.from({ length: 60 }, (_, second) => line(second)).join('');
  let isSlow = true;
  const base = await sources.serve((request, response) => {
    const { part, contentRange } = askedPart(request, text);
    response.writeHead(206, { 'content-range': contentRange, 'content-length': part.length });
    if (isSlow && part.length === text.length) response.write(part.slice(0, 2_000));
    else response.end(part);
  });
  const options = { folders: [], privateNetworks: ['127.0.0.0/8'] };
  sources.desk = worldSources(sources.world, options);
  const run = sources.run(`${base}/access.log`);
  const fetched = async () => (await sources.desk.list())[0]?.state.progress?.fetchedBytes;
  await expect.poll(fetched).toBe(2_000);
  const asked = performance.now();
  await sources.desk.stop();
  expect(performance.now() - asked).toBeLessThan(stopMsMax);
  expect(await run).toMatchObject({ state: 'broken_off', fetchedBytes: 2_000, problems: [] });

  isSlow = false;
  sources.desk = worldSources(sources.world, options);
  const rest = await sources.desk.run('Web');
  expect(rest).toMatchObject({ state: 'done', accepted: 60, fetchedBytes: text.length - 2_000 });
});

test('A run whose end could not be written is told as broken off when the next one begins', async () => {
  const { world, desk, folder } = sources;
  await sources.run(join(folder, 'access.log'));
  // As it stands where the disk was full when the run ended.
  await world.control.batch([`UPDATE source_run SET state = 'running', ended_at = NULL`], 'write');
  await desk.run('Web');
  expect((await desk.history('Web', 9)).map(({ state }) => state)).toEqual([
    'partly',
    'broken_off',
  ]);
});
