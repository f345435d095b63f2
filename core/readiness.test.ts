import { expect, test } from 'vitest';
import { describeHeldCount, type PartsState, reasonsAgainst, silenceMsMax } from './readiness.ts';

const nowMs = Date.UTC(2026, 10, 21, 10);
const well: PartsState = {
  stopping: false,
  diskLow: false,
  waitsForRoom: false,
  storeAnsweredAt: nowMs,
  engineSteppedAt: nowMs - silenceMsMax,
};

test('A server is ready while all parts work, and each part that does not is named', () => {
  expect(reasonsAgainst(well, nowMs)).toEqual([]);
  const cases: [Partial<PartsState>, RegExp][] = [
    [{ stopping: true }, /stopping/],
    [{ diskLow: true }, /nearly full/],
    [{ waitsForRoom: true }, /wait for room/],
    [{ storeAnsweredAt: nowMs - silenceMsMax - 1 }, /store/],
    [{ engineSteppedAt: nowMs - silenceMsMax - 1 }, /engine/],
  ];
  for (const [state, reason] of cases)
    expect(reasonsAgainst({ ...well, ...state }, nowMs)).toEqual([expect.stringMatching(reason)]);
  expect(reasonsAgainst({ ...well, stopping: true, diskLow: true }, nowMs)).toHaveLength(2);
});

test('Datasets that are held are counted, not named: everybody may ask', () => {
  expect(describeHeldCount(0)).toBeUndefined();
  expect(describeHeldCount(1)).toMatch(/^1 dataset is held; its hits wait/);
  expect(describeHeldCount(3)).toMatch(/^3 datasets are held; their hits wait/);
});
