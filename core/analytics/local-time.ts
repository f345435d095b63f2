/** Local time in SQL without a look-up for every row: within a range, a zone has few offsets, and they are known before. */
import { offsetAt, spanOf } from '../conditions/instants.ts';
import type { DateRange } from '../contract/calendar.ts';

const weekMs = 7 * 86_400_000;
const minuteMs = 60_000;

/** The instants of a range of days: from the first to before the last, epoch milliseconds. */
export function instantsOf(range: DateRange, timeZone: string): { fromMs: number; toMs: number } {
  return {
    fromMs: spanOf(range.from, timeZone).startMs,
    toMs: spanOf(range.to, timeZone).startMs,
  };
}

/** An instant as SQL. It is a number of our own, so that it can stand in the text and prune what is read. */
export const instantSql = (ms: number) => `make_timestamptz(${Math.round(ms) * 1_000})`;

/** SQL for the local time of a column in the range, in microseconds since 1970 as if the zone were UTC. */
export function localTimeSql(
  column: string,
  { fromMs, toMs }: { fromMs: number; toMs: number },
  timeZone: string,
): string {
  const pieces = offsetPieces(fromMs, toMs, timeZone);
  const last = pieces.pop()?.offsetMs ?? 0;
  const cases = pieces.map(
    ({ untilMs, offsetMs }) =>
      `WHEN ${column} < ${instantSql(untilMs)} THEN ${Math.round(offsetMs) * 1_000}`,
  );
  const offset =
    cases.length === 0 ? `${last * 1_000}` : `CASE ${cases.join(' ')} ELSE ${last * 1_000} END`;
  return `(epoch_us(${column}) + ${offset})`;
}

interface OffsetPiece {
  untilMs: number;
  offsetMs: number;
}

/** The offsets of a zone in a range, each with the instant until which it holds. No zone changes twice within a week. */
function offsetPieces(fromMs: number, toMs: number, timeZone: string): OffsetPiece[] {
  const pieces: OffsetPiece[] = [];
  let offsetMs = offsetAt(fromMs, timeZone);
  for (let atMs = fromMs; atMs < toMs; ) {
    const nextMs = Math.min(atMs + weekMs, toMs);
    const nextOffsetMs = offsetAt(nextMs, timeZone);
    if (nextOffsetMs !== offsetMs) {
      pieces.push({ untilMs: changeBetween(atMs, nextMs, offsetMs, timeZone), offsetMs });
      offsetMs = nextOffsetMs;
    }
    atMs = nextMs;
  }
  return [...pieces, { untilMs: toMs, offsetMs }];
}

function changeBetween(fromMs: number, toMs: number, offsetMs: number, timeZone: string): number {
  let [before, after] = [Math.floor(fromMs / minuteMs), Math.ceil(toMs / minuteMs)];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetAt(middle * minuteMs, timeZone) === offsetMs) before = middle;
    else after = middle;
  }
  return after * minuteMs;
}
