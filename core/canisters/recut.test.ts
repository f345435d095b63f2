/** Session rules applied again over the past, in a whole core: against counts in SQL, back again, killed, while hits arrive. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fingerprintOf } from '../analytics/fingerprint.ts';
import type { RuleChanges } from '../contract/session-rules.ts';
import type { RecutSummary } from '../contract/upkeep.ts';
import type { UpkeepTask } from '../engine.ts';
import type { SwapStep } from '../stores/recut-folder.ts';
import { createRandom } from '../testing/seed/random.ts';
import { createWorld, type World, type WorldOptions } from '../testing/world.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const usualMs = 30 * minuteMs;
let world: World;
let options: WorldOptions;
beforeEach(async () => {
  options = {};
  world = await createWorld(options);
  await world.dataset({ slug: 'shop', timeZone: 'America/New_York' });
});
afterEach(async () => world.close());

async function run(task: UpkeepTask): Promise<RecutSummary> {
  const number = await world.engine.beginUpkeep('shop', task);
  for (;;) {
    const { state, result } = await world.engine.readUpkeep(number);
    if (state !== 'running') return result as RecutSummary;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
const make = (rules: RuleChanges) => run({ kind: 'recut', rules });
const apply = () => run({ kind: 'apply_recut' });

const fingerprint = () => fingerprintOf(world.stores('shop').analytics.query);
const count = async (sql: string) => Number((await world.sql('shop', sql))[0]?.[0]);
const sessions = () => count('SELECT count(*) FROM sessions');
/** How many hits there are, and what their ids, sorted and joined, hash to. */
const hitIds = () =>
  world.sql(
    'shop',
    "SELECT count(*), md5(string_agg(hit_id::VARCHAR, ',' ORDER BY hit_id)) FROM hits",
  );
const reasons = async () =>
  (await world.sql('shop', 'SELECT end_reason FROM sessions ORDER BY started_at')).flat();

/** How many sessions the hits of devices give by gaps alone, as a window function counts them. */
const sessionsByGaps = (idleTimeoutMs: number) =>
  count(`SELECT count(*) FILTER (gap IS NULL OR gap > ${idleTimeoutMs}) FROM (
    SELECT epoch_ms(hits."at") - lag(epoch_ms(hits."at")) OVER (PARTITION BY visitor_id ORDER BY hits."at", hit_id) AS gap FROM hits)`);

/** Some visitors come and go for `turns` turns of up to 25 minutes; then all sessions end. */
async function traffic(turns: number, seed = 7): Promise<void> {
  const random = createRandom(seed);
  for (let turn = 0; turn < turns; turn += 1) {
    const visitors = Array.from({ length: 9 }, (_, number) => `v${number}`);
    const hits = visitors.filter(() => random.chance(0.3)).map((visitor) => ({ visitor }));
    if (hits.length > 0) await world.send(...hits);
    world.advance(random.whole(1, 25) * minuteMs + turn);
  }
  world.advance(30 * hourMs);
  await world.settle();
}

test.each([
  10, 45, 90,
])('With an idle timeout of %i minutes there are as many sessions as the hits alone give', async (minutes) => {
  await traffic(40);
  expect(await sessions()).toBe(await sessionsByGaps(usualMs));
  const [before, ids] = [await fingerprint(), await hitIds()];
  const expected = await sessionsByGaps(minutes * minuteMs);
  const summary = await make({ idleTimeoutMs: minutes * minuteMs });
  expect(summary.after.sessions).toBe(expected);
  expect(await fingerprint()).toEqual(before);
  expect(await apply()).toEqual({ ...summary, applied: true });
  expect([await sessions(), await hitIds()]).toEqual([expected, ids]);
  const idle = `SELECT count(*) FROM sessions WHERE is_bounce <> (hits = 1) OR end_reason <> 'idle'`;
  expect(await count(idle)).toBe(0);
  expect((await world.engine.verify('shop')).sound).toBe(expected);
  expect(await world.engine.rebuild('shop', false)).toMatchObject({ equal: true });
  // And back again, in two steps.
  await make({ idleTimeoutMs: 60 * minuteMs });
  await apply();
  await make({ idleTimeoutMs: usualMs });
  await apply();
  expect(await fingerprint()).toEqual(before);
}, 20_000);
