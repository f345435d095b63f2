/**
 * Runs the saved queries of alerts in the background, one at a time, each as often as its rule says: a query may take
 * long, and the other alerts are looked at every second.
 */
import { Problem } from '../contract/problem.ts';
import { inTurn } from '../in-turn.ts';
import type { SqlFacts, SqlReading, SqlRule } from './sql-facts.ts';

const minuteMs = 60_000;
export const everyMinutesUsual = 5;

/** A reading with the time that it is of, or why there is none. */
export type DatedReading = { atMs: number } & ({ reading: SqlReading } | { fault: string });

export interface SqlWatch {
  /** What has come since the last call; when the rule is due again its query is begun. */
  take(slug: string, rule: SqlRule, nowMs: number): DatedReading | undefined;
  /** When all that was begun has come. */
  idle(): Promise<void>;
  /** Stops what runs. */
  stop(): void;
}

interface Turn {
  /** As the rule was when it was asked: another one is asked anew. */
  text: string;
  askedAtMs: number;
  isRunning: boolean;
  found?: DatedReading | undefined;
}

export function createSqlWatch(facts: SqlFacts): SqlWatch {
  const turns = new Map<string, Turn>();
  const ending = new AbortController();
  const asking = inTurn();

  async function run(slug: string, rule: SqlRule, turn: Turn): Promise<void> {
    const atMs = turn.askedAtMs;
    try {
      ending.signal.throwIfAborted();
      turn.found = { atMs, reading: await facts.ask(slug, rule, atMs, ending.signal) };
    } catch (error) {
      const why = error instanceof Problem ? error.message : `It failed: ${String(error)}`;
      turn.found = {
        atMs,
        fault: `The saved query "${rule.subject.name}" gives no number. ${why}`,
      };
    } finally {
      turn.isRunning = false;
    }
  }

  return {
    take(slug, rule, nowMs) {
      const key = JSON.stringify([slug, rule.name]);
      const text = JSON.stringify(rule);
      const present = turns.get(key);
      const turn = present?.text === text ? present : undefined;
      const everyMs = (rule.everyMinutes ?? everyMinutesUsual) * minuteMs;
      if (turn?.isRunning) return undefined;
      const found = turn?.found;
      if (turn !== undefined) turn.found = undefined;
      if (turn === undefined || nowMs - turn.askedAtMs >= everyMs) {
        const next: Turn = { text, askedAtMs: nowMs, isRunning: true };
        turns.set(key, next);
        void asking.run(() => run(slug, rule, next));
      }
      return found;
    },
    idle: asking.idle,
    stop: () => ending.abort(),
  };
}
