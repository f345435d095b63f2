/** Many sources, of which few may run at a time: each has its turn. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sourceSchema } from '../contract/source.ts';
import { worldSources } from '../testing/source-desk.ts';
import { openSourceWorld, type SourceWorld } from '../testing/source-world.ts';
import type { OpenSourceDesk } from './source-desk.ts';

const minuteMs = 60_000;
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
