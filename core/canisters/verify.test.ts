/** A canister is damaged by hand, in a whole core, and the check must name exactly what was damaged. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import type { VerifyResult } from '../contract/upkeep.ts';
import { createWorld, type World } from '../testing/world.ts';

const hourMs = 3_600_000;
let world: World;
afterEach(async () => world.close());

interface Row {
  id: string;
  offset: number;
  length: number;
}

/** Where the sessions lie: in records of the first version, in blocks of one, or all in one block. */
type Layout = 'records' | 'blocks' | 'one block';

/** Five visitors who come once each, in one segment. */
async function fiveSessions(layout: Layout = 'blocks'): Promise<Row[]> {
  world = await createWorld();
  await world.dataset({ slug: 'shop' });
  if (layout === 'records') writeFileSync(segment(), 'CANISTER SEGMENT 1\n');
  const visitors = ['a', 'b', 'c', 'd', 'e'].map((visitor) => ({ visitor }));
  for (const together of layout === 'blocks' ? visitors.map((one) => [one]) : [visitors]) {
    await world.send(...together);
    world.advance(hourMs);
    await world.settle();
  }
  const { rows } = await world
    .stores('shop')
    .analytics.query(
      "SELECT replace(session_id::VARCHAR, '-', ''), segment_offset, segment_length FROM store.sessions ORDER BY 2",
      [],
    );
  return rows.map(([id, offset, length]) => ({
    id: String(id),
    offset: Number(offset),
    length: Number(length),
  }));
}

const segment = () => `${world.root}/datasets/shop/canister/2026-11-21.seg`;

function damage(change: (bytes: Buffer) => Buffer | undefined): void {
  const bytes = readFileSync(segment());
  writeFileSync(segment(), change(bytes) ?? bytes);
}

const sound: VerifyResult = {
  segments: 1,
  records: 5,
  sound: 5,
  orphans: 0,
  tornBytes: 0,
  damagedCount: 0,
  damaged: [],
  missingCount: 0,
  missing: [],
};

const layouts: Layout[] = ['records', 'blocks', 'one block'];

test.each(layouts)('What was stored in %s and not touched is sound', async (layout) => {
  await fiveSessions(layout);
  expect(await world.engine.verify('shop')).toEqual(sound);
});

test('Sessions whose damage was cut off as a torn end are missing, and those in their place are sound', async () => {
  const rows = await fiveSessions('one block');
  await world.crash();
  damage((bytes) => {
    bytes[200] = (bytes[200] ?? 0) ^ 1;
    return undefined;
  });
  await world.reopen();
  await world.send({ visitor: 'f' }, { visitor: 'g' });
  world.advance(hourMs);
  await world.settle();
  const result = await world.engine.verify('shop');
  expect([result.records, result.sound, result.orphans, result.damagedCount]).toEqual([2, 2, 0, 0]);
  expect(result.missing.map(({ sessionId }) => sessionId).sort()).toEqual(
    rows.map(({ id }) => id).sort(),
  );
  const { canister, analytics } = world.stores('shop');
  const { rows: places } = await analytics.query(
    'SELECT segment_offset, segment_length FROM store.sessions ORDER BY 1, 2',
    [],
  );
  expect(new Set(places.map(([offset]) => Number(offset))).size).toBe(5);
  let [read, unreadable] = [0, 0];
  const asked = places.map(([offset, length]) => {
    return { day: '2026-11-21', offset: Number(offset), length: Number(length) };
  });
  for await (const piece of canister.pieces('2026-11-21', asked)) {
    read += piece.sessions.length;
    unreadable += piece.unreadable;
  }
  expect([read, unreadable]).toEqual([2, 5]);
  expect((await world.engine.rebuild('shop', true)).after.sessions.rows).toBe(2);
});

test('A dataset without sessions is sound', async () => {
  world = await createWorld();
  await world.dataset({ slug: 'shop' });
  expect(await world.engine.verify('shop')).toEqual({
    ...sound,
    segments: 0,
    records: 0,
    sound: 0,
  });
});

test.each([
  ['in its length', 0, 'records'],
  ['in its session id', 7, 'records'],
  ['in its sealed body', 40, 'records'],
  ['in its length', 0, 'blocks'],
  ['in the number of its sessions', 4, 'blocks'],
  ['in its session id', 7, 'blocks'],
  ['in its sealed body', 60, 'blocks'],
] as const)('A record that was changed %s (byte %i of %s) is named, and hides none of those behind it', async (_, at, layout) => {
  const [, second] = await fiveSessions(layout);
  damage((bytes) => {
    bytes[(second?.offset ?? 0) + at] = (bytes[(second?.offset ?? 0) + at] ?? 0) ^ 0x41;
    return undefined;
  });
  expect(await world.engine.verify('shop')).toEqual({
    ...sound,
    sound: 4,
    damagedCount: 1,
    damaged: [
      {
        day: '2026-11-21',
        offset: second?.offset,
        sessionId: second?.id,
        reason: expect.stringContaining('checksum'),
      },
    ],
  });
});

test.each([
  ['in its length', 1],
  ['in the number of its sessions', 4],
  ['in a session id', 7 + 16],
  ['in its sealed body', 6 + 5 * 16 + 30],
])('A block that was changed %s is named by all its sessions, and hides none behind it', async (_, at) => {
  const rows = await fiveSessions('one block');
  await world.send({ visitor: 'f' });
  world.advance(hourMs);
  await world.settle();
  const start = rows[0]?.offset ?? 0;
  expect(rows.map(({ offset }) => offset - start)).toEqual([0, 1, 2, 3, 4]);
  damage((bytes) => {
    bytes[start + at] = (bytes[start + at] ?? 0) ^ 0x41;
    return undefined;
  });
  const result = await world.engine.verify('shop');
  expect([result.records, result.sound, result.damagedCount]).toEqual([6, 1, 5]);
  expect(result.damaged.map(({ sessionId, offset }) => ({ id: sessionId, offset }))).toEqual(
    rows.map(({ id, offset }) => ({ id, offset })),
  );
});

test.each([
  'records',
  'blocks',
] as const)('Two %s side by side that were wiped out are named one by one', async (layout) => {
  const [, second, third] = await fiveSessions(layout);
  const [from, to] = [second?.offset ?? 0, (third?.offset ?? 0) + (third?.length ?? 0)];
  damage((bytes) => bytes.fill(0, from, to));
  const result = await world.engine.verify('shop');
  expect([result.records, result.sound, result.damagedCount]).toEqual([5, 3, 2]);
  expect(result.damaged.map(({ sessionId }) => sessionId)).toEqual([second?.id, third?.id]);
});

test.each(
  layouts,
)('What lies in %s under another key, with a right checksum, is damaged', async (layout) => {
  await fiveSessions(layout);
  // The key of the day is gone: the next one asked for is another one.
  await world.control.batch(['DELETE FROM data_key'], 'write');
  await world.crash();
  await world.reopen();
  const result = await world.engine.verify('shop');
  expect([result.records, result.sound, result.damagedCount]).toEqual([5, 0, 5]);
  expect(result.damaged[0]?.reason).toMatch(/seal does not open/);
});

test.each([
  'records',
  'blocks',
] as const)('A segment of %s that was cut misses the sessions behind the cut; one that is gone misses all', async (layout) => {
  const rows = await fiveSessions(layout);
  const fourth = rows[3]?.offset ?? 0;
  await world.crash();
  damage((bytes) => bytes.subarray(0, fourth));
  await world.reopen();
  const cut = await world.engine.verify('shop');
  expect([cut.sound, cut.damagedCount, cut.missingCount]).toEqual([3, 0, 2]);
  expect(cut.missing.map(({ sessionId }) => sessionId)).toEqual([rows[3]?.id, rows[4]?.id]);
  rmSync(segment());
  const gone = await world.engine.verify('shop');
  expect([gone.segments, gone.records, gone.missingCount]).toEqual([0, 0, 5]);
  expect(gone.missing[0]?.reason).toBe('the segment is gone');
});

test.each(
  layouts,
)('What a crash leaves in %s is no damage: a record without a row, and a torn end', async (layout) => {
  const rows = await fiveSessions(layout);
  const { canister } = world.stores('shop');
  const first = rows[0];
  if (!first) throw new Error('five rows were expected');
  const session = await canister.read(first.id, { day: '2026-11-21', ...first });
  await canister.append([{ ...session, id: 'f'.repeat(32) }]);
  await world.crash();
  damage((bytes) => Buffer.concat([bytes, bytes.subarray(first.offset, first.offset + 30)]));
  await world.reopen();
  expect(await world.engine.verify('shop')).toEqual({
    ...sound,
    records: 6,
    sound: 6,
    orphans: 1,
    tornBytes: 30,
  });
});
