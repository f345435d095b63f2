/** Session rules applied again over the past, in a whole core: against counts in SQL, back again, killed, while hits arrive. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fingerprintOf } from '../analytics/fingerprint.ts';
import type { RuleChanges } from '../contract/session-rules.ts';
import type { RecutSummary } from '../contract/upkeep.ts';
import type { UpkeepTask } from '../engine/engine.ts';
import type { SwapStep } from '../stores/recut-folder.ts';
import { createRandom } from '../testing/seed/random.ts';
import { createWorld, type TestHit, type World, type WorldOptions } from '../testing/world.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const usualMs = 30 * minuteMs;
let world: World;
let options: WorldOptions;
let dataset: string;
beforeEach(async () => {
  options = {};
  dataset = 'shop';
  world = await createWorld(options);
  await world.dataset({ slug: 'shop', timeZone: 'America/New_York' });
});
afterEach(async () => world.close());

async function run(task: UpkeepTask): Promise<RecutSummary> {
  const number = await world.engine.beginUpkeep(dataset, task);
  for (;;) {
    const { state, result } = await world.engine.readUpkeep(number);
    if (state !== 'running') return result as RecutSummary;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
const make = (rules: RuleChanges) => run({ kind: 'recut', rules });
const apply = () => run({ kind: 'apply_recut' });

const fingerprint = () => fingerprintOf(world.stores(dataset).analytics.query);
const count = async (sql: string) => Number((await world.sql(dataset, sql))[0]?.[0]);
const sessions = () => count('SELECT count(*) FROM sessions');
/** How many hits there are, and what their ids, sorted and joined, hash to. */
const hitIds = () =>
  world.sql(
    dataset,
    "SELECT count(*), md5(string_agg(hit_id::VARCHAR, ',' ORDER BY hit_id)) FROM hits",
  );
const reasons = async () =>
  (
    await world.sql('shop', 'SELECT end_reason FROM sessions ORDER BY started_at, end_reason')
  ).flat();

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
  10, 90,
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

/** Hits that wait in the browser, leave, sign in, come by campaigns, and change their key with the salt. */
async function messyTraffic(turns: number): Promise<void> {
  const random = createRandom(11);
  for (let turn = 0; turn < turns; turn += 1) {
    const now = world.now();
    const hits = Array.from({ length: 4 }, (): TestHit => {
      const number = random.whole(1, 5);
      const campaign = random.chance(0.2) ? `?utm_source=s${random.whole(1, 2)}` : '';
      const waited = random.chance(0.2) ? random.whole(1, 50) * minuteMs : 0;
      return {
        dataset: 'messy',
        visitor: `v${number}.${Math.floor(turn / 9)}`,
        visitorBefore: `v${number}.${Math.floor(turn / 9) - 1}`,
        url: `https://shop.example/p${turn}${campaign}`,
        at: now - waited,
        sentAt: now,
        ...(random.chance(0.1) ? { closeSession: true } : {}),
        ...(random.chance(0.2) ? { userId: `u${random.whole(1, 2)}` } : {}),
        ...(random.chance(0.1) ? { referrer: 'https://www.google.com/' } : {}),
      };
    });
    await world.send(...hits);
    world.advance(random.whole(1, 40) * minuteMs);
  }
  world.advance(30 * hourMs);
  await world.settle();
}

test.each([
  { idleTimeoutMs: usualMs, cutAtMidnight: false, cutOnNewCampaign: false },
  { idleTimeoutMs: usualMs, cutAtMidnight: true, cutOnNewCampaign: true },
])('By the same rules, and after others, all is as it was collected: %j', async (rules) => {
  await world.dataset({ slug: 'messy', timeZone: 'America/New_York', ...rules });
  dataset = 'messy';
  await messyTraffic(20);
  const [before, ids] = [await fingerprint(), await hitIds()];
  const same = await make(rules);
  expect(same).toMatchObject({ unchanged: same.before.sessions, split: 0, joined: 0 });
  await apply();
  expect(await fingerprint()).toEqual(before);
  for (const changed of [
    { idleTimeoutMs: 5 * minuteMs, cutAtMidnight: !rules.cutAtMidnight },
    { idleTimeoutMs: 3 * hourMs, cutOnNewCampaign: !rules.cutOnNewCampaign },
  ]) {
    const { split, joined } = await make(changed);
    expect(split + joined).toBeGreaterThan(0);
    await apply();
    expect(await hitIds()).toEqual(ids);
    const named = 'SELECT count(*) - count(DISTINCT session_id) FROM sessions';
    expect(await count(named)).toBe(0);
    const lost =
      'SELECT count(*) FROM sessions WHERE continues_session_id NOT IN (SELECT session_id FROM sessions)';
    expect(await count(lost)).toBe(0);
  }
  await make(rules);
  await apply();
  expect(await fingerprint()).toEqual(before);
}, 30_000);

describe('What a rule does not set stays cut', () => {
  const later = async (minutes: number, ...hits: TestHit[]) => {
    world.advance(minutes * minuteMs);
    await world.send(...hits);
    await world.settle();
  };
  const ended = async () => {
    world.advance(30 * hourMs);
    await world.settle();
  };

  test('by the page, by a hand, by another user', async () => {
    await later(0, { visitor: 'page' }, { visitor: 'hand' }, { visitor: 'user', userId: 'a' });
    await later(1, { visitor: 'page', closeSession: true }, { visitor: 'user', userId: 'b' });
    const { active } = (await world.engine.activeSessions('shop', 10)) ?? {};
    const [byHand] = active?.sessions.sort((a, b) => a.startedAt - b.startedAt) ?? [];
    await world.engine.endSession('shop', byHand?.id ?? '');
    await later(1, { visitor: 'page' }, { visitor: 'hand' });
    await ended();
    const before = await reasons();
    expect(before).toEqual(
      expect.arrayContaining(['closed_by_page', 'ended_by_hand', 'user_changed']),
    );
    const summary = await make({ idleTimeoutMs: 20 * hourMs });
    expect(summary).toMatchObject({ joined: 0, split: 0, unchanged: before.length });
    await apply();
    expect(await reasons()).toEqual(before);
  });

  test('by a limit: the next session still continues it, by its new name', async () => {
    await later(0, {});
    await later(20, ...Array.from({ length: 2_047 }, () => ({})));
    await later(1, {}, {});
    await ended();
    expect(await reasons()).toEqual(['hits_limit', 'idle']);
    await make({ idleTimeoutMs: 10 * minuteMs });
    await apply();
    const rows = await world.sql(
      'shop',
      `SELECT s.hits, s.end_reason, p.hits FROM sessions s
       LEFT JOIN sessions p ON p.session_id = s.continues_session_id ORDER BY s.started_at`,
    );
    expect(rows).toEqual([
      [1, 'idle', null],
      [2_047, 'hits_limit', null],
      [2, 'idle', 2_047],
    ]);
  });

  test('but midnight comes and goes with its rule, in the time zone of the dataset', async () => {
    // Midnight in New York is 5:00 UTC.
    await later(18 * 60 + 50, {});
    await later(20, {});
    await later(20, {});
    await ended();
    expect(await reasons()).toEqual(['idle']);
    expect(await make({ cutAtMidnight: true })).toMatchObject({ split: 1, unchanged: 0 });
    await apply();
    expect(
      await world.sql('shop', 'SELECT hits, end_reason FROM sessions ORDER BY started_at'),
    ).toEqual([
      [1, 'midnight'],
      [2, 'idle'],
    ]);
    expect(await make({ cutAtMidnight: false })).toMatchObject({ joined: 2 });
    await apply();
    expect(await reasons()).toEqual(['idle']);
  });
});

test('Logs are cut by gaps and by the campaigns in their lines, and keep their devices', async () => {
  const line = (minute: number, path: string, host = 1) =>
    `192.0.2.${host} - - [03/Mar/2024:10:${String(minute).padStart(2, '0')}:00 +0000] "GET ${path} HTTP/1.1" 200 5 "-" "Firefox/140.0"`;
  const lines = [line(0, '/a'), line(5, '/b?utm_source=mail'), line(6, '/c'), line(50, '/d')];
  const others = [line(2, '/x', 2), line(9, '/y', 2)];
  await world.importText('shop', { 'a.log': `${[...lines, ...others].sort().join('\n')}\n` });
  const before = await fingerprint();
  expect(await sessions()).toBe(3);
  await make({ cutOnNewCampaign: true, idleTimeoutMs: 60 * minuteMs });
  await apply();
  expect(
    await world.sql(
      'shop',
      'SELECT hits, source, end_reason FROM sessions ORDER BY started_at, hits',
    ),
  ).toEqual([
    [1, null, 'campaign'],
    [2, null, expect.any(String)],
    [3, 'mail', expect.any(String)],
  ]);
  await make({ cutOnNewCampaign: false, idleTimeoutMs: usualMs });
  await apply();
  expect(await fingerprint()).toEqual(before);
});

test('Hits and sessions that come while a recut is made and put in place are there once, by the new rules', async () => {
  await traffic(10);
  const making = make({ idleTimeoutMs: 10 * minuteMs });
  await traffic(10, 8);
  await making;
  await traffic(10, 9);
  // Active at the swap, with a gap that the new rules cut.
  await world.send({ visitor: 'v1' }, { visitor: 'v2' });
  world.advance(20 * minuteMs);
  const ids = await world.send({ visitor: 'v1' });
  await world.settle();
  const sent = (await count('SELECT count(*) FROM hits')) + 3;
  const applying = apply();
  await world.send({ visitor: 'v3' });
  await applying;
  expect(ids).toHaveLength(1);
  world.advance(30 * hourMs);
  await world.settle();
  expect(await count('SELECT count(DISTINCT hit_id) FROM hits')).toBe(sent + 1);
  expect(await count('SELECT count(*) FROM hits')).toBe(sent + 1);
  expect(await sessions()).toBe(await sessionsByGaps(10 * minuteMs));
  expect((await world.datasets.get('shop')).idleTimeoutMs).toBe(10 * minuteMs);
  const [account] = await world.engine.account();
  expect(account).toMatchObject({ active: 0, waiting: 0, stored: sent + 1 });
}, 20_000);

test('Sessions that were stored behind a block of many while a recut waited are taken, too', async () => {
  let [stored, padding] = [0, 64];
  // The next block is to begin before the last session of this one, counted by the length of the block, would end.
  while (padding > 14) {
    await world.send(...Array.from({ length: 16 }, (_, number) => ({ visitor: `v${number}` })));
    world.advance(35 * minuteMs);
    await world.settle();
    stored += 16;
    const { rows } = await world
      .stores('shop')
      .analytics.query(
        'SELECT segment_offset + segment_length FROM store.sessions WHERE segment_offset % 64 = 0 ORDER BY segment_day DESC, segment_offset DESC LIMIT 1',
        [],
      );
    padding = -Number(rows[0]?.[0]) & 63;
  }
  expect((await make({ idleTimeoutMs: 10 * minuteMs })).after.sessions).toBe(stored);
  await world.send({ visitor: 'x' });
  world.advance(35 * minuteMs);
  await world.settle();
  expect((await apply()).after.sessions).toBe(stored + 1);
  expect(await world.engine.verify('shop')).toMatchObject({ sound: stored + 1, missingCount: 0 });
}, 60_000);

test.each<[SwapStep, 'old' | 'new']>([
  ['late sessions taken', 'old'],
  ['swap begun', 'new'],
  ['new canister in place', 'new'],
  ['new tables in place', 'new'],
  ['plan gone', 'new'],
])('Killed at "%s" the next start gives all %s', async (step, which) => {
  await traffic(6);
  const [old, ids] = [await fingerprint(), await hitIds()];
  const summary = await make({ idleTimeoutMs: 60 * minuteMs });
  await world.send({ visitor: 'active' });
  await world.settle();
  options.swapReached = (reached) => {
    if (reached === step) throw new Error('killed');
  };
  await expect(apply()).rejects.toThrow('killed');
  options.swapReached = () => {};
  await world.crash();
  await world.reopen();
  const isNew = which === 'new';
  const { idleTimeoutMs } = await world.datasets.get('shop');
  expect(idleTimeoutMs).toBe(isNew ? 60 * minuteMs : usualMs);
  expect([await sessions(), await hitIds()]).toEqual([
    isNew ? summary.after.sessions : summary.before.sessions,
    ids,
  ]);
  expect(await world.engine.verify('shop')).toMatchObject({
    sound: await sessions(),
    damagedCount: 0,
    missingCount: 0,
  });
  expect(await world.engine.rebuild('shop', false)).toMatchObject({ equal: true });
  expect(existsSync(join(world.root, 'datasets/shop/recut'))).toBe(false);
  if (!isNew) expect(await fingerprint()).toEqual(old);
  world.advance(30 * hourMs);
  await world.settle();
  expect(await count('SELECT count(DISTINCT hit_id) FROM hits')).toBe(Number(ids[0]?.[0]) + 1);
});

test('Tables that are lost, retention and new keys work on a recut canister', async () => {
  await traffic(20);
  await make({ idleTimeoutMs: 10 * minuteMs });
  await apply();
  const after = await fingerprint();
  await world.engine.rotateKeys();
  await world.crash();
  rmSync(join(world.root, 'datasets/shop/analytics.duckdb'));
  options.checkpointEveryMs = 1;
  await world.reopen();
  expect(await fingerprint()).toEqual(after);
  world.advance(40 * 24 * hourMs);
  // What the inbox still holds of it is passed over again; only then may it go.
  await world.settle();
  const gone = await world.engine.retain('shop', { keepSessionsDays: 1 }, true);
  expect([gone.sessions, await sessions()]).toEqual([after.sessions.rows, 0]);
});

test('What is left of a recut that was killed, discarded, cancelled or overtaken changes nothing', async () => {
  await traffic(6);
  const before = await fingerprint();
  expect(await world.engine.recut('shop')).toBeUndefined();
  await expect(apply()).rejects.toMatchObject({ code: 'recut_unknown' });
  const made = await make({ idleTimeoutMs: hourMs });
  await world.crash();
  await world.reopen();
  expect(await world.engine.recut('shop')).toEqual(made);
  await world.engine.discardRecut('shop');
  expect(await world.engine.recut('shop')).toBeUndefined();

  const number = await world.engine.beginUpkeep('shop', { kind: 'recut', rules: {} });
  const second = world.engine.beginUpkeep('shop', { kind: 'verify' });
  await expect(second).rejects.toMatchObject({ code: 'upkeep_busy' });
  await world.engine.cancelUpkeep(number);
  expect((await world.engine.readUpkeep(number)).state).toBe('cancelled');
  expect(existsSync(join(world.root, 'datasets/shop/recut'))).toBe(false);

  await make({ idleTimeoutMs: hourMs });
  rmSync(join(world.root, 'datasets/shop/recut/plan.json'));
  await world.reopen();
  expect(existsSync(join(world.root, 'datasets/shop/recut'))).toBe(false);
  expect(await fingerprint()).toEqual(before);

  await make({ idleTimeoutMs: hourMs });
  world.advance(40 * 24 * hourMs);
  await world.engine.retain('shop', { keepSessionsDays: 1 }, true);
  await expect(apply()).rejects.toMatchObject({ code: 'recut_stale' });
});
