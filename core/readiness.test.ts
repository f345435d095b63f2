import { expect, test } from 'vitest';
import { type PartsState, reasonsAgainst, silenceMsMax } from './readiness.ts';

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
