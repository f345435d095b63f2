/**
 * What can be done with event definitions: drafted, ordered, tried, published, rolled back, deleted. One change at a
 * time. Publishing is in event-publishing.ts.
 */
import type { EventDefinition, EventSet } from '../contract/event.ts';
import type {
  AttributeDraft,
  Author,
  EventDraft,
  EventList,
  PublishedSet,
  SetDiff,
} from '../contract/event-life.ts';
import { Problem } from '../contract/problem.ts';
import { candidateSet } from '../events/candidate-set.ts';
import { checkAttributeDraft, checkEventDraft } from '../events/check-draft.ts';
import { canonicalJson, diffSets } from '../events/set-diff.ts';
import { inTurn } from '../in-turn.ts';
import {
  describeDraft,
  findDraft,
  findEvent,
  type Known,
  noVersion,
  plain,
  refuseChanged,
  refuseTooMany,
  sameName,
  unpublishedNeeds,
  withDefinition,
} from '../settings/event-drafts.ts';
import {
  type EventBook,
  keyOf,
  type NamedDraft,
  type StoredDraft,
  type StoredDrafts,
} from '../settings/events.ts';
import { createPublishing, type EventEngine, type Publishing } from './event-publishing.ts';

export interface EventDesk extends Publishing {
  list(slug: string): Promise<EventList>;
  event(slug: string, name: string): Promise<EventDraft>;
  attribute(slug: string, name: string): Promise<AttributeDraft>;
  /** @throws Problem `event_changed`, `event_exists`, `condition_invalid`, `request_invalid` */
  save(slug: string, draft: NamedDraft, author: Author, known?: Known): Promise<number>;
  /** Puts these events first, in this order; others keep theirs behind them. */
  order(slug: string, names: readonly string[], author: Author): Promise<void>;
  /** @param from a version, or `draft` for what is worked on */
  diff(slug: string, from: string, to: string): Promise<SetDiff>;
  /**
   * What a dry run needs: the set with the event as its draft has it, or as `definition` says, and with the drafts of
   * events that it needs and that are not published; and the published set, where it has the event.
   */
  trial(
    slug: string,
    event: string,
    definition?: EventDefinition,
  ): Promise<{ event: string; set: EventSet; published?: EventSet }>;
  /** The exact name of a published, active event, and the version in force. @throws Problem `event_unpublished` */
  publishedEvent(slug: string, event: string): Promise<{ event: string; version: number }>;
  /** When an event came into force as it is, and with which set; undefined where it has always been so. */
  inForceSince(slug: string, event: string): Promise<{ at: number; version: number } | undefined>;
  versions: EventBook['versions'];
  changes: EventBook['changes'];
  /** @throws Problem `event_unknown` */
  published(slug: string, version: number): Promise<PublishedSet>;
}

/** What there is of a dataset: the drafts, and the set in force. */
export interface EventState {
  drafts: StoredDrafts;
  published: EventSet;
}

/** @param standard the set (version 0) in force where nothing was published yet; a dataset begins with its drafts */
export function createEventDesk(options: {
  book: EventBook;
  engine: EventEngine;
  standard: EventSet;
}): EventDesk {
  const { book, engine, standard } = options;
  const begun = new Set<string>();
  const { run: exclusively } = inTurn();

  /** A dataset begins with the standard events as drafts: they are changed and deleted like others. */
  async function begin(slug: string): Promise<void> {
    if (begun.has(slug)) return;
    if ((await book.changes(slug, { limit: 1 })).length === 0) {
      const drafts: NamedDraft[] = [
        ...standard.attributes.map((definition) => ({ kind: 'attribute' as const, definition })),
        ...standard.events.map((definition) => ({ kind: 'event' as const, definition })),
      ];
      await book.write(slug, {
        author: 'canister',
        saved: drafts.map((draft, position) => ({ ...draft, position })),
        log: [{ action: 'saved', kind: 'set', version: standard.version }],
      });
    }
    begun.add(slug);
  }

  async function read(slug: string): Promise<EventState> {
    await begin(slug);
    const published = (await book.published(slug))?.set ?? standard;
    return { drafts: await book.drafts(slug), published };
  }

  async function setOf(slug: string, which: string): Promise<EventSet> {
    if (which === 'draft') {
      const { events, attributes } = plain((await read(slug)).drafts);
      return { version: 0, events: [...events], attributes: [...attributes] };
    }
    const version = Number(which);
    if (version === standard.version) return standard;
    const found = await book.published(slug, version);
    if (found) return found.set;
    throw noVersion(version);
  }

  return {
    ...createPublishing({ book, engine, exclusively, read, setOf }),
    list: (slug) =>
      exclusively(async () => {
        const { drafts, published } = await read(slug);
        return {
          version: published.version,
          events: drafts.events.map((draft) => describeDraft(draft, published.events)),
          attributes: drafts.attributes.map((draft) => describeDraft(draft, published.attributes)),
        };
      }),
    event: (slug, name) =>
      exclusively(async () => {
        const { drafts, published } = await read(slug);
        return describeDraft(findDraft(drafts.events, 'event', name), published.events);
      }),
    attribute: (slug, name) =>
      exclusively(async () => {
        const { drafts, published } = await read(slug);
        return describeDraft(findDraft(drafts.attributes, 'attribute', name), published.attributes);
      }),
    save: (slug, draft, author, known) =>
      exclusively(async () => {
        const { drafts } = await read(slug);
        const list: StoredDraft[] = draft.kind === 'event' ? drafts.events : drafts.attributes;
        const place = list.findIndex((one) => sameName(one.definition, draft.definition));
        const before = list[place];
        refuseChanged(draft.kind, draft.definition.name, before, known);
        if (draft.kind === 'event') checkEventDraft(draft.definition);
        else checkAttributeDraft(draft.definition);
        if (before === undefined) refuseTooMany(draft.kind, list.length);
        if (before && canonicalJson(before.definition) === canonicalJson(draft.definition))
          return before.revision;
        await book.write(slug, {
          author,
          saved: [{ ...draft, position: before ? place : list.length }],
          // Places may have gaps where something was deleted: they are counted anew, so that the new one is last.
          order: drafts.events.map(({ definition }) => definition.name),
          log: [
            {
              action: 'saved',
              kind: draft.kind,
              name: draft.definition.name,
              ...(before && { before: before.definition }),
              after: draft.definition,
            },
          ],
        });
        const after = await book.drafts(slug);
        const kept: StoredDraft[] = draft.kind === 'event' ? after.events : after.attributes;
        return findDraft(kept, draft.kind, draft.definition.name).revision;
      }),
    order: (slug, names, author) =>
      exclusively(async () => {
        const { events } = (await read(slug)).drafts;
        const first = names.map((name) => findDraft(events, 'event', name).definition.name);
        const order = [...new Set([...first, ...events.map(({ definition }) => definition.name)])];
        const before = events.map(({ definition }) => definition.name);
        if (canonicalJson(before) === canonicalJson(order)) return;
        await book.write(slug, {
          author,
          order,
          log: [{ action: 'ordered', kind: 'set', before, after: order }],
        });
      }),
    async trial(slug, event, definition) {
      const state = await read(slug);
      const { published } = state;
      const drafts = plain(state.drafts);
      const events = definition ? withDefinition(drafts.events, event, definition) : drafts.events;
      const { name } = findEvent(events, event);
      const tried = { ...drafts, events };
      const chosen = { events: [name, ...unpublishedNeeds(tried, published, name)] };
      const isPublished = published.events.some((one) => one.name === name && one.active);
      return {
        event: name,
        set: candidateSet(tried, published, chosen),
        ...(isPublished && { published }),
      };
    },
    async publishedEvent(slug, event) {
      const { drafts, published } = await read(slug);
      const found = published.events.find(({ name }) => keyOf(name) === keyOf(event));
      if (found?.active) return { event: found.name, version: published.version };
      const { definition } = findDraft(drafts.events, 'event', event);
      throw new Problem(
        'event_unpublished',
        `The event "${definition.name}" is not published${found ? ' as active' : ''}. Publish it first: canister event publish "${definition.name}"`,
      );
    },
    async inForceSince(slug, event) {
      const changes = await book.changes(slug, { name: event, limit: changesLookedAt });
      const last = changes.find(
        ({ kind, action, before, after }) =>
          kind === 'event' &&
          (action === 'published' || action === 'rolled_back') &&
          whatItDoes(before) !== whatItDoes(after),
      );
      return last?.version === undefined ? undefined : { at: last.at, version: last.version };
    },
    versions: book.versions,
    changes: book.changes,
    async published(slug, version) {
      const found = await book.published(slug, version);
      if (found) return found;
      throw noVersion(version);
    },
    async diff(slug, from, to) {
      return { from, to, changes: diffSets(await setOf(slug, from), await setOf(slug, to)) };
    },
  };
}

/** The changes of one event among which its last publishing is looked for. */
const changesLookedAt = 500;

/** A definition without what changes no fact. */
function whatItDoes(definition: unknown): string {
  const { description: _, ...rest } = (definition ?? {}) as Partial<EventDefinition>;
  return canonicalJson(rest);
}
