/**
 * When a row of the inbox counts as received. Sessions are cut by these times, so they never go back by a little; but a
 * clock that was a year ahead and is set right must not keep everything at that later time until the year is over.
 */

/** Further back than a hit may be sent late, and than machines that collect together differ. */
export const clockBackMsMin = 24 * 60 * 60 * 1000;

/** Whether a clock that says `nowMs` was set back since it said `lastMs`. */
export const wasSetBack = (nowMs: number, lastMs: number): boolean =>
  lastMs - nowMs > clockBackMsMin;

/** @param lastMs when the row before was received */
export const receiptTime = (nowMs: number, lastMs: number): number =>
  wasSetBack(nowMs, lastMs) ? nowMs : Math.max(nowMs, lastMs);

/** The same in SQL, where `last` is of the row before. */
export const receiptTimeSql = (now: string, last: string): string =>
  `CASE WHEN ${last} - ${now} > ${clockBackMsMin} THEN ${now} ELSE max(${now}, ${last}) END`;
