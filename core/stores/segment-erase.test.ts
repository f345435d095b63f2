/** Sessions are taken out of segments: nothing of them is left in any byte, all others stay at their places. */
import { randomBytes } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CanisterPlace, LongTermCanister } from '../canisters/long-term.ts';
import type { ClosedSession } from '../contract/session.ts';
import { plainSession, randomText, shopSession } from '../testing/made-sessions.ts';
import { createRandom } from '../testing/seed/random.ts';
import { plainOf, sealBatch } from './segment-batch.ts';
import { contentOf, openBlock } from './segment-block.ts';
import { compressBest } from './segment-block-erase.ts';
import { blockFormat } from './segment-blocks.ts';
import { inspectSegment, openSegmentCanister } from './segment-canister.ts';
import { type EraseStep, type KeyChange, settleErasedSegments } from './segment-erase.ts';

const day = '2026-11-21';
const noon = Date.UTC(2026, 10, 21, 12);
const idOf = (number: number) => number.toString(16).padStart(32, '0');

let folder: string;
let ring: Map<string, Buffer>;
let opened: LongTermCanister[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'canister-erase-'));
  ring = new Map();
  opened = [];
});
afterEach(async () => {
  for (const canister of opened) await canister.close();
  rmSync(folder, { recursive: true, force: true });
});

const file = () => join(folder, `${day}.seg`);
const change: KeyChange = {
  async keys(_, name) {
    const key = ring.get(name) ?? randomBytes(32);
    ring.set(name, key);
    return key;
  },
  async drop(_, name) {
    ring.delete(name);
  },
  async promote(_, name) {
    ring.set(name, ring.get(`${name}.next`) as Buffer);
    ring.delete(`${name}.next`);
  },
  pending: async () => (ring.has(`${day}.next`) ? [day] : []),
};
function open(reached?: (step: EraseStep) => void): LongTermCanister {
  const { keys } = change;
  const canister = openSegmentCanister({ dataset: 'shop', folder, keys, change, reached });
  opened.push(canister);
  return canister;
}

type Stored = { session: ClosedSession; place: CanisterPlace }[];
async function store(
  canister: LongTermCanister,
  sessions: readonly ClosedSession[],
): Promise<Stored> {
  const places = await canister.append(sessions);
  return sessions.map((session, index) => ({ session, place: places[index] as CanisterPlace }));
}

/** Everything that is left is there in every way of reading, and nothing else is. */
async function expectLeft(canister: LongTermCanister, left: Stored, gone: Stored): Promise<void> {
  for (const { session, place } of left)
    expect(await canister.read(session.id, place)).toEqual(session);
  for (const { session, place } of gone)
    await expect(canister.read(session.id, place)).rejects.toMatchObject({
      code: 'file_unreadable',
    });
  const scanned: Stored = [];
  for await (const { session, place } of canister.scan()) scanned.push({ session, place });
  expect(scanned).toEqual(left);
  const named: string[] = [];
  for await (const { sessionId } of canister.names()) named.push(sessionId);
  expect(named).toEqual(left.map(({ session }) => session.id));
  const all = [...left, ...gone].map(({ place }) => place).sort((a, b) => a.offset - b.offset);
  const pieced: string[] = [];
  let unreadable = 0;
  for await (const piece of canister.pieces(day, all)) {
    pieced.push(...piece.sessions.map(({ session }) => session.id));
    unreadable += piece.unreadable;
  }
  expect([pieced, unreadable]).toEqual([named, gone.length]);
  const starts = left.map(({ place }) => place.offset);
  const checked: unknown[] = [];
  for await (const { sessionId, damage } of canister.check(day, starts))
    checked.push([sessionId, damage]);
  expect(checked).toEqual(named.map((id) => [id, undefined]));
}

/** Every plain byte that the present key opens, in a segment of blocks: padding and moved sessions among them. */
function plainBytes(): string {
  const bytes = readFileSync(file());
  const key = ring.get(day) as Buffer;
  let all = '';
  for (let offset = 64; offset < bytes.length; offset += 64) {
    const length = bytes.readUInt32LE(offset);
    const block = bytes.subarray(offset, offset + length);
    if (!blockFormat.isSound(block)) continue;
    const body = openBlock(block, key, { dataset: 'shop', day, offset });
    if (body === undefined) throw new Error('a sound block does not open');
    const content = contentOf(body, blockFormat.idsOf(block).length);
    const used = 4 + body.readUInt32LE(0);
    expect(body.subarray(Array.isArray(content) ? used : 14).every((byte) => byte === 0)).toBe(
      true,
    );
    if (Array.isArray(content)) all += Buffer.concat(content).toString();
  }
  return all;
}

describe.each([1, 2])('version %i:', (version) => {
  beforeEach(() => {
    if (version === 1) writeFileSync(file(), 'CANISTER SEGMENT 1\n');
  });

  test('erased sessions are gone, and the others lie where they lay', async () => {
    const random = createRandom(5);
    const canister = open();
    const stored: Stored = [];
    for (const count of [40, 1, 16, 23]) {
      const some = Array.from({ length: count }, () => shopSession(random, noon));
      stored.push(...(await store(canister, some)));
    }
    const size = statSync(file()).size;
    const old = ring.get(day);
    const isGone = (_: unknown, index: number) => index % 7 === 3 || (index > 40 && index < 57);
    const gone = stored.filter(isGone);
    const left = stored.filter((one, index) => !isGone(one, index));
    expect(await canister.erase(day, new Set(gone.map(({ session }) => session.id)))).toBe(
      gone.length,
    );
    expect(statSync(file()).size).toBe(size);
    expect(ring.get(day)).not.toEqual(old);
    await expectLeft(canister, left, gone);
    const bytes = readFileSync(file());
    for (const { session } of gone)
      expect(bytes.includes(Buffer.from(session.id, 'hex'))).toBe(false);
    if (version === 2) {
      const plain = plainBytes();
      for (const { session } of gone)
        for (const text of [session.id, session.visitor, ...session.hits.map(({ id }) => id)])
          expect(plain).not.toContain(text);
    }
    // Again, some that share a block with a blank, and then what comes behind.
    const next = left.filter((_, index) => index % 5 === 0);
    expect(await canister.erase(day, new Set(next.map(({ session }) => session.id)))).toBe(
      next.length,
    );
    const rest = left.filter((_, index) => index % 5 !== 0);
    const later = await store(canister, [shopSession(random, noon)]);
    await expectLeft(open(), [...rest, ...later], [...gone, ...next]);
    expect(await canister.erase(day, new Set([idOf(1)]))).toBe(0);
  });

  test('damage stays damage, told of by its sessions, and keeps no byte', async () => {
    const canister = open();
    const stored: Stored = [];
    for (const number of [1, 2, 3, 4])
      stored.push(...(await store(canister, [plainSession({ id: idOf(number), endedAt: noon })])));
    const [, second, third] = stored;
    const bytes = readFileSync(file());
    const at = (second?.place.offset ?? 0) + 60;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(file(), bytes);
    await canister.erase(day, new Set([idOf(3)]));
    const checked = [];
    const starts = stored.filter((one) => one !== third).map(({ place }) => place.offset);
    for await (const { place, damage } of canister.check(day, starts))
      checked.push([place.offset, damage !== undefined]);
    expect(checked).toEqual(starts.map((start) => [start, start === second?.place.offset]));
    const { offset = 0, length = 0 } = second?.place ?? {};
    expect(
      readFileSync(file())
        .subarray(offset, offset + length)
        .some((byte) => byte !== 0),
    ).toBe(false);
  });

  test.each<[EraseStep, number]>([
    ['segment beside', 5],
    ['segment in place', 4],
    ['key in place', 4],
  ])('killed with the %s, the next opening finds the right key', async (step, sessions) => {
    const stored = await store(
      open(),
      [1, 2, 3, 4, 5].map((number) => plainSession({ id: idOf(number), endedAt: noon })),
    );
    const dying = open((reached) => {
      if (reached === step) throw new Error('killed');
    });
    await expect(dying.erase(day, new Set([idOf(2)]))).rejects.toThrow('killed');
    await settleErasedSegments('shop', file, change);
    expect(readdirSync(folder)).toEqual([`${day}.seg`]);
    expect([...ring.keys()]).toEqual([day]);
    const isLeft = ({ session }: Stored[number]) => sessions === 5 || session.id !== idOf(2);
    await expectLeft(
      open(),
      stored.filter(isLeft),
      stored.filter((one) => !isLeft(one)),
    );
  });
});

test('What is left of a block that looks like real ones always fits in its place', () => {
  const one = fc.record({
    seed: fc.integer(),
    count: fc.integer({ min: 1, max: 16 }),
    gone: fc.integer({ min: 1, max: 2 ** 16 - 1 }),
  });
  fc.assert(
    fc.property(one, ({ seed, count, gone }) => {
      const random = createRandom(seed);
      const sessions = Array.from({ length: count }, () => shopSession(random, noon));
      const key = Buffer.alloc(32, 1);
      const ids = sessions.map(({ id }) => id);
      const where = { dataset: 'shop', day, version: 2 as const, key, end: 19 };
      const { bytes, lengths } = sealBatch({ ...where, ids, ...plainOf(sessions) });
      const block = Buffer.from(bytes).subarray(45, 45 + (lengths[0] ?? 0));
      const body = openBlock(block, key, { dataset: 'shop', day, offset: 64 }) as Buffer;
      const texts = contentOf(body, blockFormat.idsOf(block).length) as Buffer[];
      const left = texts.map((text, number) => ((gone >> number) & 1 ? Buffer.alloc(0) : text));
      if (left.every((text, number) => text === texts[number])) return;
      expect(compressBest(left).length + 4).toBeLessThanOrEqual(body.length);
    }),
    { numRuns: 150 },
  );
});

describe('what is left of a block that was made not to fit', () => {
  /**
   * The first session brings digits in which letters are rare; the second has them in pieces among letters. Together
   * the pieces point to the first; without it they are to be written out, among letters.
   */
  function hostile(): ClosedSession[] {
    const random = createRandom(7);
    const digits = randomText(random, 22_000, '0123456789abcdef');
    const letters = Array.from({ length: 80 }, (_, index) => String.fromCharCode(42 + index))
      .filter((letter) => !/[0-9a-f\\]/.test(letter))
      .join('');
    const pieces = digits.match(/.{258}/g) ?? [];
    const among = pieces.map((piece) => randomText(random, 100, letters) + piece).join('');
    return [digits, among, 'a third'].map((userAgent, index) =>
      plainSession({ id: idOf(index + 1), endedAt: noon, userAgent }),
    );
  }

  test('goes behind the end, and is read at its place all the same', async () => {
    const canister = open();
    const before = await store(canister, [plainSession({ id: idOf(9), endedAt: noon })]);
    const stored = await store(canister, hostile());
    const [first, second, third] = stored;
    expect(new Set(stored.map(({ place }) => place.length)).size).toBe(1);
    const behind = await store(canister, [plainSession({ id: idOf(10), endedAt: noon })]);
    const size = statSync(file()).size;
    expect(await canister.erase(day, new Set([idOf(1)]))).toBe(1);
    expect(statSync(file()).size).toBeGreaterThan(size + (first?.place.length ?? 0) - 10_000);
    const left = [second, third].flatMap((one) => one ?? []);
    await expectLeft(canister, [...before, ...left, ...behind], first ? [first] : []);
    expect(plainBytes()).not.toContain(first?.session.userAgent.slice(0, 40_000));
    expect(await inspectSegment(file())).toEqual({ sessions: 4, damaged: 0, tornBytes: 0 });

    // Rewritten for another one it stays there; what is written next comes behind it.
    await canister.erase(day, new Set([idOf(9)]));
    const later = await store(canister, [plainSession({ id: idOf(11), endedAt: noon })]);
    const rest = [...left, ...behind, ...later];
    await expectLeft(open(), rest, first ? [...before, first] : []);

    // The next one of the block goes: what is left fits again, and where it lay lies nothing.
    expect(await canister.erase(day, new Set([idOf(2)]))).toBe(1);
    const gone = [...before, ...stored.slice(0, 2)];
    await expectLeft(open(), rest.slice(1), gone);
    expect(plainBytes()).not.toContain(second?.session.userAgent.slice(0, 300));
    expect(await inspectSegment(file())).toEqual({ sessions: 3, damaged: 0, tornBytes: 0 });
  });

  test('is told of by its sessions where it is damaged', async () => {
    const canister = open();
    const stored = await store(canister, hostile());
    await canister.erase(day, new Set([idOf(1)]));
    const bytes = readFileSync(file());
    bytes[bytes.length - 9] = (bytes[bytes.length - 9] ?? 0) ^ 1;
    writeFileSync(file(), bytes);
    const damaged = [];
    const starts = stored.slice(1).map(({ place }) => place.offset);
    for await (const { sessionId, damage } of canister.check(day, starts))
      if (sessionId !== undefined) damaged.push([sessionId, damage !== undefined]);
    expect(damaged).toEqual([
      [idOf(2), true],
      [idOf(3), true],
    ]);
  });
});

test('A copy of the segment from before opens under no key that is left', async () => {
  const canister = open();
  const [stored] = await store(canister, [
    plainSession({ id: idOf(1), endedAt: noon }),
    plainSession({ id: idOf(2), endedAt: noon }),
  ]);
  cpSync(file(), join(folder, 'copy'));
  await canister.erase(day, new Set([idOf(2)]));
  expect(existsSync(`${file()}.making`)).toBe(false);
  cpSync(join(folder, 'copy'), file());
  await expect(open().read(idOf(1), stored?.place as CanisterPlace)).rejects.toMatchObject({
    code: 'key_missing',
  });
});
