/** A dry run of an alert by a saved query: the query is asked about windows of the past that stand side by side. */
import { type AlertDryRun, alertLimits } from '../contract/alert.ts';
import { Problem } from '../contract/problem.ts';
import { isBlackedOut } from './blackout.ts';
import { measureOf, type RuleMemory, stepRule } from './evaluate-rule.ts';
import type { SqlFacts, SqlRule } from './sql-facts.ts';
import { everyMinutesUsual } from './sql-watch.ts';
import { newTally } from './tally.ts';
import { wallClock } from './wall-clock.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** @throws Problem `alert_invalid` where the query cannot be asked about the past, and what asking it throws */
export async function sqlDryRun(options: {
  rule: SqlRule;
  slug: string;
  facts: SqlFacts;
  timeZone: string;
  nowMs: number;
  /** Of the first hit that is stored: before it there was nothing to miss. */
  firstAt: number | undefined;
}): Promise<AlertDryRun> {
  const { rule, slug, facts, timeZone } = options;
  const { name } = rule.subject;
  if (!(await facts.takesWindow(slug, name))) {
    throw new Problem(
      'alert_invalid',
      `The alert cannot be tried over the past: the saved query "${name}" does not take the window that it is asked about. Give it the parameters from and until of the type instant, and let its SQL use them.`,
    );
  }
  const stepMinutes = Math.max(rule.windowMinutes, rule.everyMinutes ?? everyMinutesUsual);
  const stepMs = stepMinutes * minuteMs;
  const toMs = Math.floor(options.nowMs / minuteMs) * minuteMs;
  const steps = Math.min(
    alertLimits.sqlDryRunsMax,
    Math.floor((alertLimits.dryRunDays * dayMs) / stepMs),
    Math.max(0, Math.ceil((toMs - (options.firstAt ?? toMs)) / stepMs)),
  );
  const fromMs = toMs - steps * stepMs;
  const wall = wallClock(timeZone);
  const firings: AlertDryRun['firings'] = [];
  let memory: RuleMemory = { firing: false };
  for (let atMs = fromMs + stepMs; atMs <= toMs; atMs += stepMs) {
    const { rows, value } = await facts.ask(slug, rule, atMs);
    const measured = measureOf(rule, { tally: { ...newTally(), count: rows }, value });
    const dark = rule.blackouts.length > 0 && isBlackedOut(rule.blackouts, wall.at(atMs));
    const step = stepRule(rule, memory, { atMs, value: measured, isBlackedOut: dark });
    memory = step.memory;
    const last = firings.at(-1);
    if (step.change === 'recovered' && last) last.recoveredAt = atMs;
    if (step.change === 'fired')
      firings.push({ at: atMs, ...(measured === undefined ? {} : { value: measured }) });
  }
  return { fromMs, toMs, stepMinutes, fired: firings.length, firings: firings.reverse() };
}
