/** A dry run: how often a rule would have fired over past days, looking once a minute. Nothing is written or sent. */
import { type AlertDryRun, alertLimits, type CountedSubject } from '../contract/alert.ts';
import type { AlertFacts, PastCell } from './alert-facts.ts';
import { baselineWeeks, usualCount, usualSpans } from './baseline.ts';
import { isBlackedOut } from './blackout.ts';
import { measureOf, type RuleMemory, stepRule } from './evaluate-rule.ts';
import { type SlidingWindow, slidingWindow } from './sliding-window.ts';
import type { CountedRule } from './sql-facts.ts';
import { countOf } from './tally.ts';
import { type WallClock, wallClock } from './wall-clock.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
const firingsListedMax = 100;
/** The thread answers others in between. */
const stepsAtOnce = 1_000;

/** @param nowMs the run ends here, and begins 30 days before */
export async function dryRun(options: {
  rule: CountedRule;
  slug: string;
  facts: AlertFacts;
  timeZone: string;
  nowMs: number;
}): Promise<AlertDryRun> {
  const { rule, slug, facts, timeZone } = options;
  const { subject, base, robots } = rule;
  const windowMs = rule.windowMinutes * minuteMs;
  const toMs = Math.floor(options.nowMs / minuteMs) * minuteMs;
  const { firstAt = toMs } = await facts.past(slug, []);
  // Before the first hit there was nothing to miss.
  const firstMinute = Math.ceil(firstAt / minuteMs) * minuteMs;
  const fromMs = Math.max(toMs - alertLimits.dryRunDays * dayMs, Math.min(firstMinute, toMs));
  const wall = wallClock(timeZone);
  const weeksMs = rule.measure === 'deviation' ? (baselineWeeks.max * 7 + 1) * dayMs : 0;
  const read = (one: CountedSubject) =>
    facts.cells(
      slug,
      { subject: one, robots, fromMs: fromMs - windowMs - weeksMs, toMs },
      minuteMs,
    );
  const cells = await read(subject);
  const window = slidingWindow(cells, windowMs);
  const baseWindow = base === undefined ? undefined : slidingWindow(await read(base), windowMs);
  const usual = rule.measure === 'deviation' ? usualOf(windowMs, firstAt, cells, wall) : undefined;

  const firings: AlertDryRun['firings'] = [];
  let memory: RuleMemory = { firing: false };
  let fired = 0;
  for (let atMs = fromMs + minuteMs, steps = 0; atMs <= toMs; atMs += minuteMs, steps += 1) {
    if (steps % stepsAtOnce === 0) await new Promise((resolve) => setImmediate(resolve));
    const evidence = {
      tally: window.upTo(atMs),
      base: baseWindow?.upTo(atMs),
      usual: usual?.(atMs),
    };
    const value = measureOf(rule, evidence);
    // A wall is looked at only where it matters.
    const dark = rule.blackouts.length > 0 && isBlackedOut(rule.blackouts, wall.at(atMs));
    const step = stepRule(rule, memory, { atMs, value, isBlackedOut: dark });
    memory = step.memory;
    const last = firings.at(-1);
    if (step.change === 'recovered' && last) last.recoveredAt = atMs;
    if (step.change !== 'fired') continue;
    fired += 1;
    firings.push({ at: atMs, ...(value === undefined ? {} : { value }) });
  }
  return { fromMs, toMs, fired, firings: firings.slice(-firingsListedMax).reverse() };
}

/** What is usual at each minute, out of the same cells. */
function usualOf(
  windowMs: number,
  firstAt: number,
  cells: readonly PastCell[],
  wall: WallClock,
): (atMs: number) => number | undefined {
  if (cells[0]?.tally.visitors !== undefined) {
    // Visitors do not add up over cells: each week has a window of its own.
    const windows = Array.from({ length: baselineWeeks.max }, () => slidingWindow(cells, windowMs));
    return (atMs) => {
      const spans = usualSpans(atMs, windowMs, wall);
      const counts = spans.map((span, week) => visitorsOf(windows[week], span.toMs));
      return usualCount(counts, spans, firstAt);
    };
  }
  const through = countsThrough(cells);
  return (atMs) => {
    const spans = usualSpans(atMs, windowMs, wall);
    const counts = spans.map((span) => through(span.toMs) - through(span.fromMs));
    return usualCount(counts, spans, firstAt);
  };
}

const visitorsOf = (window: SlidingWindow | undefined, toMs: number) =>
  window === undefined ? 0 : countOf(window.upTo(toMs));

/** Gives how many occurrences lie before an instant. */
function countsThrough(cells: readonly PastCell[]): (beforeMs: number) => number {
  const sums = [0];
  for (const { tally } of cells) sums.push((sums.at(-1) ?? 0) + tally.count);
  return (beforeMs) => {
    let [low, high] = [0, cells.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((cells[middle]?.at ?? 0) < beforeMs) low = middle + 1;
      else high = middle;
    }
    return sums[low] ?? 0;
  };
}
