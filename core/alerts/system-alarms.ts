/** The server's own alarms as notices: each is told when it begins and when it is over, not while its words change. */
import type { Clock } from '../clock.ts';
import type { AlertEntry } from '../contract/alert.ts';
import type { Alarm } from '../contract/status.ts';
import type { AlertStore } from './alert-store.ts';
import { type ComposeNotice, messagesOf, newEntry } from './notices.ts';

/** An alarm that comes and goes is told once an hour at most. */
const rearmMs = 3_600_000;
/** After a start, what was raised before it is not over until there was time to raise it again. */
const settleMs = 30_000;

interface Told {
  firing: boolean;
  lastFiredAt: number | undefined;
}

export function watchSystemAlarms(options: {
  store: Pick<AlertStore, 'lastEntries' | 'record' | 'channels'>;
  clock: Clock;
  compose: ComposeNotice;
}): { look(raised: readonly Alarm[]): Promise<void> } {
  const { store, clock, compose } = options;
  const startedAt = clock();
  let told: Map<string, Told> | undefined;

  async function load(): Promise<Map<string, Told>> {
    const own = (await store.lastEntries()).filter(({ last }) => last.dataset === '');
    return new Map(
      own.map(({ last, lastFiredAt }) => [
        last.rule,
        { firing: last.change === 'fired', lastFiredAt },
      ]),
    );
  }

  function changesOf(raised: readonly Alarm[], before: Map<string, Told>): AlertEntry[] {
    const nowMs = clock();
    const begun = raised.filter(({ code }) => {
      const { firing = false, lastFiredAt = Number.NEGATIVE_INFINITY } = before.get(code) ?? {};
      // One that was told by a clock that was ahead does not keep it back until then.
      return !firing && Math.abs(nowMs - lastFiredAt) >= rearmMs;
    });
    const present = new Set<string>(raised.map(({ code }) => code));
    const over = [...before].filter(
      ([code, { firing }]) => firing && !present.has(code) && nowMs - startedAt >= settleMs,
    );
    const entry = (rule: string, change: AlertEntry['change'], says: string) =>
      newEntry({ dataset: '', rule, change, at: nowMs, severity: 'critical', says, sessions: [] });
    return [
      ...begun.map(({ code, detail }) => entry(code, 'fired', detail)),
      ...over.map(([code]) => entry(code, 'recovered', `Over: ${code}.`)),
    ];
  }

  return {
    async look(raised) {
      told ??= await load();
      const entries = changesOf(raised, told);
      if (entries.length === 0) return;
      const channels = (await store.channels()).filter(({ systemAlarms }) => systemAlarms);
      await store.record(
        entries,
        entries.flatMap((entry) => messagesOf(entry, channels, compose)),
      );
      for (const { rule, change, at } of entries) {
        const lastFiredAt = change === 'fired' ? at : told.get(rule)?.lastFiredAt;
        told.set(rule, { firing: change === 'fired', lastFiredAt });
      }
    },
  };
}
