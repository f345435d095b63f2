/** What is of blocks alone: sessions that share one, what one damaged byte costs, and the change from version 1. */
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CanisterPlace, DataKeys, LongTermCanister } from '../canisters/long-term.ts';
import { plainSession } from '../testing/made-sessions.ts';
import { blockFormat } from './segment-blocks.ts';
import { inspectSegment, openSegmentCanister } from './segment-canister.ts';

const day = '2026-11-21';
const noon = Date.UTC(2026, 10, 21, 12);
const keys: DataKeys = async (dataset, ofDay) => Buffer.alloc(32, `${dataset}${ofDay}`);
let folder: string;
let opened: LongTermCanister[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'canister-blocks-'));
  opened = [];
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const canister of opened) await canister.close();
  rmSync(folder, { recursive: true, force: true });
});

const file = () => join(folder, `${day}.seg`);
const idOf = (number: number) => number.toString(16).padStart(32, '0');
const session = (number: number) =>
  plainSession({ id: idOf(number), visitor: `v${number}`, startedAt: noon, endedAt: noon });
const sessions = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => session(from + index));
function open(): LongTermCanister {
  const canister = openSegmentCanister({ dataset: 'shop', folder, keys });
  opened.push(canister);
  return canister;
}
async function idsIn(canister: LongTermCanister): Promise<number[]> {
  const ids: number[] = [];
  for await (const { session: one } of canister.scan()) ids.push(Number.parseInt(one.id, 16));
  return ids;
}
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('sessions of one batch', () => {
  test('have places of their own that ascend in the order of writing, and are named in it', async () => {
    const canister = open();
    const places = [
      ...(await canister.append(sessions(1, 40))),
      ...(await canister.append(sessions(41, 3))),
    ];
    const offsets = places.map(({ offset }) => offset);
    expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b));
    expect(offsets.filter((offset) => offset % 64 === 0)).toHaveLength(4);
    const named: [string, CanisterPlace][] = [];
    for await (const { sessionId, place } of canister.names()) named.push([sessionId, place]);
    expect(named).toEqual(places.map((place, index) => [idOf(index + 1), place]));
    for (const [index, place] of places.entries())
      expect((await canister.read(idOf(index + 1), place)).visitor).toBe(`v${index + 1}`);
  });

  test('take half the room that they take one by one', async () => {
    const canister = open();
    await canister.append(sessions(1, 160));
    const together = readFileSync(file()).length;
    await canister.close();
    rmSync(file());
    writeFileSync(file(), 'CANISTER SEGMENT 1\n');
    await open().append(sessions(1, 160));
    expect(together * 2).toBeLessThan(readFileSync(file()).length);
  });

  test('are read in pieces for which each block is opened once, whichever of them are asked for', async () => {
    const canister = open();
    const places = await canister.append(sessions(1, 64));
    const asked = places.filter((_, index) => index % 3 === 0 && (index < 16 || index > 31));
    const openings = vi.spyOn(blockFormat, 'open');
    const found: string[] = [];
    let through: unknown;
    for await (const piece of canister.pieces(day, asked)) {
      found.push(...piece.sessions.map(({ session: one }) => one.id));
      expect(piece.unreadable).toBe(0);
      through = piece.through;
    }
    expect(found).toEqual(asked.map((place) => idOf(places.indexOf(place) + 1)));
    expect(openings).toHaveBeenCalledTimes(3);
    expect(through).toEqual({ day, offset: asked.at(-1)?.offset });
  });
});

describe('one changed byte', () => {
  test('anywhere in a block costs its sessions alone, each of which is named', async () => {
    const canister = open();
    const places = [
      ...(await canister.append(sessions(1, 3))),
      ...(await canister.append(sessions(4, 3))),
      ...(await canister.append(sessions(7, 3))),
    ];
    const whole = readFileSync(file());
    const { offset: start = 0, length = 0 } = places[3] ?? {};
    const starts = places.map(({ offset }) => offset);
    // The checksum is not asked where the place is known: what it is of is sealed.
    const isChecksum = (at: number) => at >= start + length - 4;
    for (let at = start; at < start + length; at += 1) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ 0x10;
      writeFileSync(file(), bytes);
      expect(await idsIn(canister)).toEqual([1, 2, 3, 7, 8, 9]);
      const damaged: CanisterPlace[] = [];
      const sound: string[] = [];
      for await (const { place, sessionId, damage } of canister.check(day, starts))
        if (damage !== undefined) damaged.push(place);
        else sound.push(String(sessionId));
      expect(damaged.map(({ offset }) => offset)).toEqual(starts.slice(3, 6));
      expect(sound).toEqual([1, 2, 3, 7, 8, 9].map(idOf));
      for await (const { sessions: read, unreadable } of canister.pieces(day, places))
        expect([read.length, unreadable]).toEqual(isChecksum(at) ? [9, 0] : [6, 3]);
      await expect(
        canister.read(idOf(5), places[4] ?? { day, offset: 0, length: 0 }),
      ).rejects.toMatchObject({ code: 'file_unreadable' });
    }
    expect(await inspectSegment(file())).toMatchObject({ sessions: 6, damaged: 1, tornBytes: 0 });
  });

  test('between blocks costs nothing', async () => {
    const [first] = await open().append([session(1)]);
    await open().append([session(2)]);
    const bytes = readFileSync(file());
    const end = (first?.offset ?? 0) + (first?.length ?? 0);
    expect(end % 64).not.toBe(0);
    bytes[end] = 0xff;
    bytes[30] = 0xff;
    writeFileSync(file(), bytes);
    expect(await idsIn(open())).toEqual([1, 2]);
  });

  test.each([
    1, 2,
  ])('in the magic line of version %i costs nothing, and is mended', async (version) => {
    if (version === 1) writeFileSync(file(), 'CANISTER SEGMENT 1\n');
    await open().append(sessions(1, 20));
    const whole = readFileSync(file());
    for (let at = 0; at < 19; at += 1) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ 2;
      writeFileSync(file(), bytes);
      expect(await idsIn(open())).toEqual(upTo(20));
      await open().append([session(21)]);
      expect(await idsIn(open())).toEqual(upTo(21));
      expect(readFileSync(file()).subarray(0, whole.length)).toEqual(whole);
    }
  });
});

test('A file of zeros, as a power cut leaves it, is kept beside and begun anew', async () => {
  writeFileSync(file(), Buffer.alloc(4_096));
  expect(await idsIn(open())).toEqual([]);
  expect(await inspectSegment(file())).toMatchObject({ sessions: 0, damaged: 0 });
  await open().append([session(1)]);
  expect(await idsIn(open())).toEqual([1]);
  expect(readdirSync(folder).sort()).toEqual([`${day}.seg`, `${day}.seg.cut-19`]);
});

test('A segment of a version that is not known is refused, and nothing of it is changed', async () => {
  const bytes = Buffer.concat([Buffer.from('CANISTER SEGMENT 7\n'), Buffer.alloc(500, 'x')]);
  writeFileSync(file(), bytes);
  const refusal = { code: 'file_unreadable', message: expect.stringContaining('version 7') };
  await expect(open().append([session(1)])).rejects.toMatchObject(refusal);
  await expect(idsIn(open())).rejects.toMatchObject(refusal);
  await expect(open().read(idOf(1), { day, offset: 64, length: 100 })).rejects.toMatchObject(
    refusal,
  );
  expect(readFileSync(file())).toEqual(bytes);
  expect(readdirSync(folder)).toEqual([`${day}.seg`]);
});

test('A segment that was cut within its last block keeps what is before it', async () => {
  await open().append(sessions(1, 20));
  truncateSync(file(), readFileSync(file()).length - 1);
  expect(await idsIn(open())).toEqual(upTo(16));
  await open().append([session(30)]);
  expect(await idsIn(open())).toEqual([...upTo(16), 30]);
});

/** Three sessions, 1 and 2 together, as the program wrote them that knew no blocks. */
const ofVersion1 =
  'Q0FOSVNURVIgU0VHTUVOVCAxCuUAAAAAAAAAAAAAAAAAAAAAAAABE38J+NFN73F3fBU8HBVPmG8BBJt9fBLqjQJiNsw8UN1cTzISTR7yCHLdrep0PfxeR3DcluUG0pLFdNlbNA+GlCzeUn5feqj79lR5gw6VEnVv+AuAlMOvj4p22HeYlKrSIvM5+iS7liyLmhsaYNNuyBM5ep/q4pvM/g+n/gDoHxbqMN8nBEIOBscgcZ525mfVEOijsMyFjVckEJKmhAdDul/UWY3pmIgVvoKZv/1fxDIgjXSknpFtj6MWXV+ANlo+xP1Nw7G1iqc5gi1Brh1oFeLoAAAAAAAAAAAAAAAAAAAAAAAAAuk7Nztiok6xnO32WDM6wp3oOH/3P2JaCowgfwHDDPk/S+NlS//5haQe3MYsYk3ZxnX5wQPQpgJ4J3+rUOy2McGGh8nyQVrnL9dvtxFusHl5ou0PrHrzkp4mZWTix3nOQqCeSYvdTNqkXlNp32pxVRTwqGOl1iYW/LII/GLmLYJ3bHhOB6dN2NYoX/Ibv3goZrbsapwINbr3JUUjjIOoEva2wy4cRI1cIbVR4uG6HSXIFi8k5x5B0mNgtNk9z8rGQsdwVeKEUkOXo37m/xuf5ZNIb8rf6QAAAAAAAAAAAAAAAAAAAAAAAAO0642e8A44icBrLa+OvpWu+B9TteWegt+wY828wJtaF0EPTDE1H9H/8cH44Z1W2DV1zl3d1EFsuRH0C/jerlnwwAeUz92ZsZ86lBOHzDWfwHy515k4CRYMgShFSBmifCKV0iArfEIipyCmVC3GVPZrxxl9A12dnLAOrly3RDAgkoBi+aaQEsBdKINXm/CCDKWOPJ7AgFyCvt4ThZMAwWRwg9l/k5MmkRIo36YDxU/pqaQYrCfk9MS0lh12MpjU0oFc56LbFNMVsq41GdGhvdIS63Nb2lA=';

test('A segment that a program without blocks wrote is read, and goes on as it was begun', async () => {
  const before = Buffer.from(ofVersion1, 'base64');
  writeFileSync(file(), before);
  expect(await inspectSegment(file())).toEqual({ sessions: 3, damaged: 0, tornBytes: 0 });
  const canister = open();
  expect(await idsIn(canister)).toEqual([1, 2, 3]);
  const [place] = await canister.append(sessions(4, 2));
  expect(place?.offset).toBe(before.length);
  expect(readFileSync(file()).subarray(0, before.length)).toEqual(before);
  expect(await idsIn(open())).toEqual([1, 2, 3, 4, 5]);
  const checked = [];
  for await (const { damage } of canister.check(day, [19])) checked.push(damage);
  expect(checked).toEqual(Array(5).fill(undefined));
  expect((await canister.read(idOf(2), { day, offset: 248, length: 232 })).userAgent).toBe('Grüße');
});
