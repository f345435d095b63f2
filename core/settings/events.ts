/** The definitions of a dataset's events as they are worked on, the published sets, and their history. A port over `control.db`. */
import type { EventDefinition, EventSet, HitAttribute } from '../contract/event.ts';
import type {
  Author,
  DraftKind,
  EventChange,
  PublishedSet,
  SetSummary,
} from '../contract/event-life.ts';

/** A definition that is worked on. Drafts of a kind come in their order. */
export interface StoredDraft<D = EventDefinition | HitAttribute> {
  definition: D;
  revision: number;
  changedAt: number;
  author: Author;
}

export interface StoredDrafts {
  events: StoredDraft<EventDefinition>[];
  attributes: StoredDraft<HitAttribute>[];
}

export type NamedDraft =
  | { kind: 'event'; definition: EventDefinition }
  | { kind: 'attribute'; definition: HitAttribute };

/** What one writing changes; all of it comes through, or nothing. */
export interface EventWriting {
  author: Author;
  /** Definitions that are new or changed, with the place in the order that they get. */
  saved?: readonly (NamedDraft & { position: number })[];
  removed?: readonly { kind: DraftKind; name: string }[];
  /** The names of all events in their new order. */
  order?: readonly string[];
  /** The set that is in force from now on. */
  set?: EventSet;
  log: readonly Omit<EventChange, 'number' | 'at' | 'author'>[];
}

export interface ChangesAsked {
  name?: string | undefined;
  /** Only changes with a smaller number: the page behind. */
  before?: number | undefined;
  limit: number;
}

export interface EventBook {
  drafts(slug: string): Promise<StoredDrafts>;
  /** A published set; without `version` the one in force, where there is one. */
  published(slug: string, version?: number): Promise<PublishedSet | undefined>;
  /** All published sets, newest first. */
  versions(slug: string): Promise<SetSummary[]>;
  /** What was done, newest first. */
  changes(slug: string, asked: ChangesAsked): Promise<EventChange[]>;
  /** @throws when a set of this version is there already */
  write(slug: string, writing: EventWriting): Promise<void>;
}

/** Two names that differ in case only are one name. */
export const keyOf = (name: string) => name.trim().toLowerCase();
