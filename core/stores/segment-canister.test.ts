import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CanisterPlace, DataKeys, LongTermCanister } from '../canisters/long-term.ts';
import type { ClosedSession } from '../contract/session.ts';
import { technologyOf } from '../hits/user-agent.ts';
import { openSegmentCanister } from './segment-canister.ts';

const noon = Date.UTC(2026, 10, 21, 12);
const dayMs = 86_400_000;
const magicBytes = 'CANISTER SEGMENT 1\n'.length;
/** Where the first record of a segment begins. */
const beginnings = { 1: 19, 2: 64 };

/** A session whose name is made of `number`; `pages` hits make it heavy. */
function session(number: number, more: { endedAt?: number; pages?: number } = {}): ClosedSession {
  const { endedAt = noon, pages = 1 } = more;
  return {
    id: number.toString(16).padStart(32, '0'),
    dataset: 'shop',
    visitor: `v${number}`,
    startedAt: endedAt,
    endedAt,
    origin: 'tracker',
    userAgent: 'canary-in-clear-text',
    technology: technologyOf('curl/8'),
    acquisition: {},
    endReason: 'idle',
    hits: Array.from({ length: pages }, (_, page) => ({
      id: page.toString(16).padStart(32, '0'),
      at: endedAt,
      type: 'page_view',
      origin: 'tracker',
      method: 'GET',
      host: 'shop.example',
      path: `/page/${page}`,
    })),
  };
}

let folder: string;
let keysAsked: string[];
const keys: DataKeys = async (dataset, day) => {
  keysAsked.push(`${dataset} ${day}`);
  return Buffer.alloc(32, `${dataset}${day}`);
};
const opened: LongTermCanister[] = [];
const open = (dataset = 'shop') => {
  const canister = openSegmentCanister({ dataset, folder, keys });
  opened.push(canister);
  return canister;
};
const file = (day = '2026-11-21') => join(folder, `${day}.seg`);
async function idsIn(canister: LongTermCanister): Promise<number[]> {
  const ids: number[] = [];
  for await (const { session } of canister.scan()) ids.push(Number.parseInt(session.id, 16));
  return ids;
}

/** One record a session, whatever the version: each is written by itself. */
async function appendEach(canister: LongTermCanister, sessions: readonly ClosedSession[]) {
  const places: CanisterPlace[] = [];
  for (const one of sessions) places.push(...(await canister.append([one])));
  return places;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'canister-segments-'));
  keysAsked = [];
});
afterEach(async () => {
  for (const canister of opened.splice(0)) await canister.close();
  rmSync(folder, { recursive: true, force: true });
});

test('an append of nothing writes nothing', async () => {
  expect(await open().append([])).toEqual([]);
  expect(readdirSync(folder)).toEqual([]);
});

describe.each([1, 2] as const)('version %i:', (version) => {
  const beginning = beginnings[version];
  beforeEach(() => {
    // A day that was begun in the first version goes on in it.
    if (version === 1) writeFileSync(file(), 'CANISTER SEGMENT 1\n', { mode: 0o600 });
  });
  afterEach(() => {
    const line = readFileSync(file(), 'latin1').split('\n')[0];
    // Where too little was left of it, it was begun anew.
    expect([`CANISTER SEGMENT ${version}`, 'CANISTER SEGMENT 2']).toContain(line);
  });

  describe('what is appended', () => {
    test('is read back from its place, whole, by another process as well', async () => {
      const sessions = [session(1), session(2, { pages: 500 }), session(3)];
      const places = await open().append(sessions);
      expect(places[0]).toEqual({
        day: '2026-11-21',
        offset: beginning,
        length: expect.any(Number),
      });
      const reader = open();
      for (const [index, one] of sessions.entries()) {
        const place = places[index];
        if (place) expect(await reader.read(one.id, place)).toEqual(one);
      }
      const last = places.at(-1);
      const lastBegins = (last?.offset ?? 0) - ((last?.offset ?? 0) % (version === 1 ? 1 : 64));
      expect(statSync(file()).size).toBe(lastBegins + (last?.length ?? 0));
    });

    test('lies in the segment of the day (UTC) on which it ended', async () => {
      const midnight = Date.UTC(2026, 10, 22);
      const places = await open().append([
        session(1, { endedAt: midnight }),
        session(2, { endedAt: midnight - 1 }),
        session(3, { endedAt: midnight + 1 }),
      ]);
      expect(places.map(({ day }) => day)).toEqual(['2026-11-22', '2026-11-21', '2026-11-22']);
      expect(readdirSync(folder).sort()).toEqual(['2026-11-21.seg', '2026-11-22.seg']);
      expect(await idsIn(open())).toEqual([2, 1, 3]);
    });

    test('goes behind what is there, also after a restart', async () => {
      const [first] = await open().append([session(1)]);
      const [second] = await open().append([session(2)]);
      const end = (first?.offset ?? 0) + (first?.length ?? 0);
      expect(second?.offset).toBe(version === 1 ? end : Math.ceil(end / 64) * 64);
      expect(await idsIn(open())).toEqual([1, 2]);
    });

    test('comes twice when it was written twice, and the later one can be told', async () => {
      const canister = open();
      await canister.append([session(1)]);
      await canister.append([session(2)]);
      await canister.append([session(1, { pages: 2 })]);
      expect(await idsIn(canister)).toEqual([1, 2, 1]);
    });

    test('is whole when several write at the same time', async () => {
      const canister = open();
      const batches = Array.from({ length: 20 }, (_, batch) =>
        Array.from({ length: 3 }, (_, one) => session(batch * 3 + one + 1, { pages: batch + 1 })),
      );
      const places = await Promise.all(batches.map((batch) => canister.append(batch)));
      for (const [batch, sessions] of batches.entries()) {
        for (const [index, one] of sessions.entries()) {
          const place = places[batch]?.[index];
          if (place) expect(await canister.read(one.id, place)).toEqual(one);
        }
      }
      expect((await idsIn(canister)).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 60 }, (_, index) => index + 1),
      );
    });

    test('may be spread over more days than files are kept open', async () => {
      const canister = open();
      const sessions = Array.from({ length: 40 }, (_, index) =>
        session(index + 1, { endedAt: noon + (index % 20) * dayMs }),
      );
      for (const one of sessions) await canister.append([one]);
      expect((await idsIn(canister)).length).toBe(40);
      expect(readdirSync(folder)).toHaveLength(20);
    });

    test('cannot be read in the file', async () => {
      await open().append([session(1, { pages: 5 })]);
      const bytes = readFileSync(file(), 'latin1');
      expect(bytes).not.toContain('canary');
      expect(bytes).not.toContain('shop.example');
      expect(statSync(file()).mode & 0o777).toBe(0o600);
    });

    test('asks for one key a day', async () => {
      const canister = open();
      await canister.append([session(1), session(2)]);
      await canister.append([session(3)]);
      expect(keysAsked).toEqual(['shop 2026-11-21']);
    });
  });

  describe('a torn tail', () => {
    test('of every length is cut off, kept beside, and written behind', async () => {
      const [first, last] = await appendEach(open(), [session(1), session(2)]);
      const whole = readFileSync(file());
      const start = last?.offset ?? 0;
      const end = (first?.offset ?? 0) + (first?.length ?? 0);
      for (let length = 0; length < whole.length; length += 1) {
        writeFileSync(file(), whole.subarray(0, length));
        const canister = open();
        const sound = length >= end ? [1] : [];
        expect(await idsIn(canister), `${length} bytes, before`).toEqual(sound);
        const [place] = await canister.append([session(3)]);
        expect(await idsIn(canister), `${length} bytes, after`).toEqual([...sound, 3]);
        // Too little for a magic line: the segment is begun anew.
        const anew = length < magicBytes ? beginnings[2] : beginning;
        expect(place?.offset).toBe(length >= end ? start : anew);
        await canister.close();
      }
      const kept = readdirSync(folder).filter((name) => name.includes('.cut-'));
      expect(kept.sort()).toEqual([
        `2026-11-21.seg.cut-${magicBytes}`,
        `2026-11-21.seg.cut-${end}`,
      ]);
    });

    test.each([1, 20, 4_096])('of %i zero bytes is cut off', async (zeros) => {
      await open().append([session(1)]);
      writeFileSync(file(), Buffer.concat([readFileSync(file()), Buffer.alloc(zeros)]));
      const canister = open();
      await canister.append([session(2)]);
      expect(await idsIn(canister)).toEqual([1, 2]);
    });

    test('of a record whose length grew but whose bytes did not come is cut off', async () => {
      const [, last] = await appendEach(open(), [session(1), session(2)]);
      const whole = readFileSync(file());
      whole.fill(0, (last?.offset ?? 0) + 30);
      writeFileSync(file(), whole);
      const canister = open();
      await canister.append([session(3)]);
      expect(await idsIn(canister)).toEqual([1, 3]);
    });
  });

  describe('a damaged record', () => {
    test('is refused at every byte, and takes no other with it', async () => {
      const sessions = [session(1), session(2), session(3)];
      const places = await appendEach(open(), sessions);
      const whole = readFileSync(file());
      const { offset, length } = places[1] ?? { offset: 0, length: 0 };
      for (let place = offset; place < offset + length; place += 1) {
        const damaged = Buffer.from(whole);
        damaged[place] = (damaged[place] ?? 0) ^ 1;
        writeFileSync(file(), damaged);
        const canister = open();
        await expect(
          canister.read(session(2).id, places[1] ?? { day: '', offset: 0, length: 0 }),
        ).rejects.toMatchObject({ code: 'file_unreadable' });
        for (const index of [0, 2]) {
          const own = places[index];
          const one = sessions[index];
          if (own && one) expect(await canister.read(one.id, own)).toEqual(one);
        }
        expect(await idsIn(canister)).toEqual([1, 3]);
        await canister.close();
      }
    });

    test('before sound ones stays where it is when the segment is written again', async () => {
      const places = await appendEach(open(), [session(1), session(2)]);
      const damaged = readFileSync(file());
      damaged[beginning + 30] = (damaged[beginning + 30] ?? 0) ^ 1;
      writeFileSync(file(), damaged);
      const canister = open();
      await canister.append([session(3)]);
      expect(await idsIn(canister)).toEqual([2, 3]);
      const [, second] = places;
      if (second) expect((await canister.read(session(2).id, second)).visitor).toBe('v2');
    });

    test('with a broken length does not cost the sound ones behind it when the segment is written again', async () => {
      await appendEach(open(), [session(1), session(2), session(3)]);
      const damaged = readFileSync(file());
      damaged.writeUInt32LE(0x7fffffff, beginning);
      writeFileSync(file(), damaged);
      const canister = open();
      await canister.append([session(4)]);
      expect(await idsIn(canister)).toEqual([2, 3, 4]);
      expect(readdirSync(folder)).toEqual(['2026-11-21.seg']);
    });

    test('asked for under another name, or at another place, is refused', async () => {
      const canister = open();
      const [first, second] = await canister.append([session(1), session(2)]);
      if (!first || !second) throw new Error('two places were expected');
      await expect(canister.read(session(2).id, first)).rejects.toMatchObject({
        code: 'file_unreadable',
      });
      await expect(
        canister.read(session(1).id, { ...first, offset: first.offset + 1 }),
      ).rejects.toMatchObject({ code: 'file_unreadable' });
      await expect(
        canister.read(session(1).id, { ...first, day: '2020-01-01' }),
      ).rejects.toMatchObject({ code: 'file_unreadable' });
    });

    test('moved to another day or another dataset does not open', async () => {
      const [place] = await open().append([session(1)]);
      writeFileSync(file('2026-11-22'), readFileSync(file()));
      const moved = place ? { ...place, day: '2026-11-22' } : { day: '', offset: 0, length: 0 };
      await expect(open().read(session(1).id, moved)).rejects.toMatchObject({
        code: 'key_missing',
      });
      if (place)
        await expect(open('blog').read(session(1).id, place)).rejects.toMatchObject({
          code: 'key_missing',
        });
    });

    test('in a file that was cut is refused', async () => {
      const [place] = await open().append([session(1)]);
      truncateSync(file(), beginning + 10);
      if (place)
        await expect(open().read(session(1).id, place)).rejects.toMatchObject({
          code: 'file_unreadable',
        });
    });
  });
});
