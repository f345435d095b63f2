/** Sessions of several days that are appended together: each day has a segment of its own. */
import { mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { KeptSession, LongTermCanister } from '../canisters/long-term.ts';
import { technologyOf } from '../hits/user-agent.ts';
import { type SealBatch, sealBatch } from './segment-batch.ts';
import { openSegmentCanister } from './segment-canister.ts';

const noon = Date.UTC(2026, 10, 1, 12);
const dayMs = 86_400_000;

/** A session that ends so many days after the first. */
const session = (number: number, day: number): KeptSession => ({
  id: number.toString(16).padStart(32, '0'),
  dataset: 'shop',
  visitor: `v${number}`,
  startedAt: noon + day * dayMs,
  endedAt: noon + day * dayMs,
  origin: 'log',
  userAgent: '',
  technology: technologyOf(''),
  acquisition: {},
  endReason: 'idle',
  hits: [],
});

let folder: string;
let canister: LongTermCanister;
/** Batches that are being sealed at this moment, and the most there were. */
let sealing = 0;
let sealingMost = 0;

const seal: SealBatch = async (batch) => {
  sealing += 1;
  sealingMost = Math.max(sealingMost, sealing);
  await new Promise((resolve) => setTimeout(resolve, 5));
  sealing -= 1;
  return sealBatch(batch);
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'canister-segments-'));
  [sealing, sealingMost] = [0, 0];
  const keys = async (dataset: string, day: string) => Buffer.alloc(32, `${dataset}${day}`);
  canister = openSegmentCanister({ dataset: 'shop', folder, keys, seal });
});
afterEach(async () => {
  await canister.close();
  rmSync(folder, { recursive: true, force: true });
});

async function numbersByDay(): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>();
  for await (const { session, place } of canister.scan()) {
    const numbers = found.get(place.day) ?? [];
    found.set(place.day, [...numbers, Number.parseInt(session.id, 16)]);
  }
  return found;
}

test('days are sealed side by side, however many there are, and places come in the order given', async () => {
  const sessions = Array.from({ length: 60 }, (_, number) => session(number + 1, number % 20));
  const places = await canister.append(sessions);
  expect(sealingMost).toBe(8);
  for (const [index, place] of places.entries()) {
    const found = await canister.read(sessions[index]?.id ?? '', place);
    expect(found.endedAt).toBe(noon + (index % 20) * dayMs);
  }
  const days = await numbersByDay();
  expect(days.size).toBe(20);
  expect(days.get('2026-11-20')).toEqual([20, 40, 60]);
});

test('a day that cannot be written fails the append; the others are sound, and all go on later', async () => {
  const blocked = join(folder, '2026-11-02.seg');
  mkdirSync(blocked);
  const first = [0, 1, 2].map((day) => session(day + 1, day));
  await expect(canister.append(first)).rejects.toThrow(/EISDIR|illegal operation on a directory/);
  expect(sealing).toBe(0);
  rmdirSync(blocked);
  await canister.append(first);
  await canister.append([0, 1, 2].map((day) => session(day + 11, day)));
  expect(await numbersByDay()).toEqual(
    new Map([
      ['2026-11-01', [1, 11]],
      ['2026-11-02', [2, 12]],
      ['2026-11-03', [3, 13]],
    ]),
  );
  expect(readdirSync(folder).sort()).toEqual([
    '2026-11-01.seg',
    '2026-11-02.seg',
    '2026-11-03.seg',
  ]);
});
