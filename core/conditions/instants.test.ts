import { expect, test } from 'vitest';
import { spanOf } from './instants.ts';

test.each([
  ['2026-11-21', 'UTC', '2026-11-21T00:00Z', '2026-11-22T00:00Z'],
  ['2026-11-21', 'Pacific/Fiji', '2026-11-20T12:00Z', '2026-11-21T12:00Z'],
  // The days on which clocks go back and forward have 25 and 23 hours.
  ['2026-10-25', 'Europe/Berlin', '2026-10-24T22:00Z', '2026-10-25T23:00Z'],
  ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00Z', '2026-03-29T22:00Z'],
  // 02:30 comes twice, then not at all.
  ['2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T00:30Z', '2026-10-25T00:31Z'],
  ['2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T01:30Z', '2026-03-29T01:31Z'],
  // A day that begins at one o'clock.
  ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00Z', '2018-11-05T02:00Z'],
  ['2026-11-21T10:30:15', 'UTC', '2026-11-21T10:30:15Z', '2026-11-21T10:30:16Z'],
  ['2026-11-21T10:30Z', 'Asia/Tokyo', '2026-11-21T10:30Z', '2026-11-21T10:31Z'],
  ['2026-11-21T10:30+05:30', 'UTC', '2026-11-21T05:00Z', '2026-11-21T05:01Z'],
])('%s in %s is from %s to %s', (text, timeZone, start, end) => {
  expect(spanOf(text, timeZone)).toEqual({ startMs: Date.parse(start), endMs: Date.parse(end) });
});
