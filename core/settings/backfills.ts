/** What was asked to be done to the facts of the past, in its order, and how far it is. A port over `control.db`. */
import type { JobState } from '../contract/event-life.ts';

export interface BackfillCounts {
  sessionsTotal: number;
  sessionsDone: number;
  sessionsFired: number;
  facts: number;
  unreadable: number;
}

/** The place of the last record that was worked on, in the order of segments. */
export interface BackfillCursor {
  day: string;
  offset: number;
}

/**
 * `replay`: the event of this version is run over sessions that began in these days (of the dataset's time zone, `to`
 * exclusive; without them all) and were evaluated by an older set. `remove`: the facts of the event by older sets go.
 */
export interface BackfillRecord {
  number: number;
  kind: 'replay' | 'remove';
  event: string;
  version: number;
  from?: string;
  to?: string;
  state: JobState;
  /** What lies up to here is in a checkpoint of the tables. */
  cursor?: BackfillCursor;
  counts: BackfillCounts;
  reason?: string;
  requestedAt: number;
  changedAt: number;
}

export type BackfillAsked = Pick<BackfillRecord, 'kind' | 'event' | 'version' | 'from' | 'to'>;

export interface BackfillBook {
  /** All of a dataset, oldest first. */
  list(slug: string): Promise<BackfillRecord[]>;
  add(slug: string, asked: BackfillAsked): Promise<BackfillRecord>;
  /** Writes state, cursor, counts and reason; durable when it resolves. */
  save(slug: string, record: BackfillRecord): Promise<void>;
}

export const nothingCounted: BackfillCounts = {
  sessionsTotal: 0,
  sessionsDone: 0,
  sessionsFired: 0,
  facts: 0,
  unreadable: 0,
};
