/** What is made of a change: an entry of the history, and a message a channel. */
import { createHash } from 'node:crypto';
import type { AlertChannel, AlertEntry } from '../contract/alert.ts';
import type { OutboxItem } from './outbox.ts';

/** Writes the message of an entry for a channel. */
export type ComposeNotice = (
  entry: AlertEntry,
  channel: AlertChannel,
) => Pick<OutboxItem, 'kind' | 'title' | 'payload'>;

const idLength = 32;

/** An id made of what it names: the same again when it is made again. */
export function noticeId(...parts: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, idLength);
}

/** The entry with its id. */
export function newEntry(entry: Omit<AlertEntry, 'id'>): AlertEntry {
  return { id: noticeId(entry.dataset, entry.rule, entry.change, entry.at), ...entry };
}

/** The messages of an entry, one a channel. Channels that are gone get none. */
export function messagesOf(
  entry: AlertEntry,
  channels: readonly AlertChannel[],
  compose: ComposeNotice,
): OutboxItem[] {
  return channels.map((channel) => ({
    id: noticeId(entry.id, channel.name),
    channel: channel.name,
    ...compose(entry, channel),
  }));
}

/** `Warning: Few purchases (shop)` */
export function titleOf({ change, severity, rule, dataset }: AlertEntry): string {
  const word = change === 'recovered' ? 'Over' : severityWords[severity];
  return `${word}: ${rule} (${dataset === '' ? 'Canister itself' : dataset})`;
}

const severityWords = { notice: 'Notice', warning: 'Warning', critical: 'Critical' } as const;

export const sessionUrl = (consoleUrl: string, dataset: string, sessionId: string): string =>
  `${consoleUrl}/${dataset}/sessions/${sessionId}`;
