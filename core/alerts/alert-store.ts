/** Rules, channels and the history of alerts: a port over `control.db`. */
import type { AlertChannel, AlertEntry, AlertRule } from '../contract/alert.ts';
import type { OutboxItem } from './outbox.ts';

export interface AlertStore {
  /** The rules of a dataset, by name. */
  rules(slug: string): Promise<AlertRule[]>;
  allRules(): Promise<{ dataset: string; rule: AlertRule }[]>;
  /** Puts a rule in the place of the one of its name, if there is one. @throws Problem `alert_invalid` when there are too many */
  saveRule(slug: string, rule: AlertRule): Promise<void>;
  deleteRule(slug: string, name: string): Promise<void>;
  channels(): Promise<AlertChannel[]>;
  /** @throws Problem `alert_invalid` when there are too many */
  saveChannel(channel: AlertChannel): Promise<void>;
  deleteChannel(name: string): Promise<void>;
  /** Writes entries and what is to be sent of them, in one transaction. Doing it twice is doing it once. */
  record(entries: readonly AlertEntry[], items: readonly OutboxItem[]): Promise<void>;
  /** The newest first; without a rule those of all rules of the dataset. */
  history(
    slug: string,
    options: { rule?: string | undefined; limit: number },
  ): Promise<AlertEntry[]>;
  /**
   * The sessions that the firings of a rule have named, each once; undefined where the rule is unknown and has no history.
   * @throws Problem `search_too_wide` where they are more than `sessionsMax`
   */
  sessionsOf(slug: string, rule: string, sessionsMax: number): Promise<string[] | undefined>;
  /** The last entry, and the time of the last firing, of each rule of all datasets. */
  lastEntries(): Promise<{ last: AlertEntry; lastFiredAt: number | undefined; since: number }[]>;
}
