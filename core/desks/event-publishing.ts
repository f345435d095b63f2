/** Sets in force: drafts published, versions put back, events taken out. */
import type { EventSet } from '../contract/event.ts';
import type { Author, DeleteResult, DraftKind, PublishInput } from '../contract/event-life.ts';
import { Problem } from '../contract/problem.ts';
import type { Engine } from '../engine/engine.ts';
import { candidateSet, type Drafts } from '../events/candidate-set.ts';
import { diffSets } from '../events/set-diff.ts';
import {
  draftsAsIn,
  findDraft,
  type Known,
  orderOf,
  plain,
  refuseChanged,
  sameName,
  whoNeeds,
  withOneOf,
} from '../settings/event-drafts.ts';
import type { EventBook, EventWriting, StoredDraft } from '../settings/events.ts';
import type { EventState } from './event-desk.ts';

export type EventEngine = Pick<Engine, 'checkEvents' | 'publishEvents' | 'removeFacts'>;

export interface Publishing {
  /** @throws Problem `event_unknown`, `event_invalid`; `request_invalid` when nothing would change */
  publish(slug: string, input: PublishInput, author: Author): Promise<EventSet>;
  /** Publishes again what was published: a whole set, or one event of it. */
  rollback(
    slug: string,
    version: number,
    event: string | undefined,
    author: Author,
  ): Promise<EventSet>;
  /** @throws Problem `event_needed`, naming who needs it */
  remove(
    slug: string,
    which: { kind: DraftKind; name: string },
    how: { dependents: boolean; facts: boolean; known?: Known },
    author: Author,
  ): Promise<DeleteResult>;
}

export function createPublishing(options: {
  book: EventBook;
  engine: EventEngine;
  exclusively: <T>(work: () => Promise<T>) => Promise<T>;
  read: (slug: string) => Promise<EventState>;
  /** The set of a version. @throws Problem `event_unknown` */
  setOf: (slug: string, version: string) => Promise<EventSet>;
}): Publishing {
  const { book, engine, exclusively, read, setOf } = options;

  /** A set that the engine cannot use is refused; one that it can is durable before the engine is told of it. */
  async function putInForce(
    slug: string,
    set: EventSet,
    writing: Omit<EventWriting, 'set'>,
  ): Promise<EventSet> {
    await engine.checkEvents(slug, set);
    await book.write(slug, { ...writing, set });
    await engine.publishEvents(slug, set);
    return set;
  }

  return {
    publish: (slug, input, author) =>
      exclusively(async () => {
        const { drafts, published } = await read(slug);
        const set = candidateSet(plain(drafts), published, exactNames(drafts, input));
        const changes = diffSets(published, set);
        if (changes.length === 0) {
          throw new Problem(
            'request_invalid',
            'Nothing would change: everything named is published as it is.',
          );
        }
        return await putInForce(slug, set, {
          author,
          log: changes.map(({ kind, name }) => ({
            action: 'published' as const,
            kind,
            name,
            version: set.version,
            ...beforeAndAfter(published, set, kind, name),
          })),
        });
      }),
    rollback: (slug, version, event, author) =>
      exclusively(async () => {
        const old = await setOf(slug, String(version));
        const { drafts, published } = await read(slug);
        const present = { ...published, version: published.version + 1 };
        const target =
          event === undefined
            ? { ...old, version: present.version }
            : withOneOf(old, present, event);
        const changes = diffSets(published, target);
        const saved = draftsAsIn(target, drafts, event);
        if (changes.length === 0 && saved.length === 0)
          throw new Problem(
            'request_invalid',
            `Nothing would change: it is as in version ${version}.`,
          );
        return await putInForce(slug, target, {
          author,
          saved,
          ...(event === undefined && { order: orderOf(target, drafts) }),
          log: changes.map(({ kind, name }) => ({
            action: 'rolled_back' as const,
            kind,
            name,
            version: target.version,
            ...beforeAndAfter(published, target, kind, name),
          })),
        });
      }),
    remove: (slug, { kind, name }, { dependents, facts, known }, author) =>
      exclusively(async () => {
        const { drafts, published } = await read(slug);
        const found: StoredDraft =
          kind === 'event'
            ? findDraft(drafts.events, kind, name)
            : findDraft(drafts.attributes, kind, name);
        refuseChanged(kind, found.definition.name, found, known);
        const exact = found.definition.name;
        const needing = whoNeeds(kind, exact, plain(drafts), published);
        if (needing.length > 0 && !dependents) {
          const list = needing.map((one) => `"${one}"`).join(', ');
          throw new Problem(
            'event_needed',
            `${list} ${needing.length === 1 ? 'needs' : 'need'} "${exact}". Change ${needing.length === 1 ? 'it' : 'them'} first, or delete all of them: --with-dependents`,
          );
        }
        const gone = new Set(kind === 'event' ? [exact, ...needing] : needing);
        const removed = [
          { kind, name: exact },
          ...needing.map((one) => ({ kind: 'event' as const, name: one })),
        ];
        const log = removed.map((one) => ({
          action: 'deleted' as const,
          ...one,
          before: definitionOf(plain(drafts), one.kind, one.name),
        }));
        const left = {
          version: published.version + 1,
          attributes: published.attributes.filter(
            (one) => kind === 'event' || !sameName(one, found.definition),
          ),
          events: published.events.filter((one) => !gone.has(one.name)),
        };
        const isInForce = diffSets(published, left).length > 0;
        const deleted = removed.map((one) => one.name);
        if (isInForce) await putInForce(slug, left, { author, removed, log });
        else await book.write(slug, { author, removed, log });
        if (facts) {
          const { version } = isInForce ? left : published;
          for (const event of gone) await engine.removeFacts(slug, event, version);
          await book.write(slug, {
            author,
            log: [...gone].map((event) => ({
              action: 'facts_removed' as const,
              kind: 'event' as const,
              name: event,
              version,
            })),
          });
        }
        return isInForce ? { deleted, version: left.version } : { deleted };
      }),
  };
}

/** The chosen names as they are written in the drafts. @throws Problem `event_unknown` */
function exactNames(
  drafts: EventState['drafts'],
  { events, attributes }: PublishInput,
): PublishInput {
  return {
    events: events?.map((name) => findDraft(drafts.events, 'event', name).definition.name),
    attributes: attributes?.map(
      (name) => findDraft(drafts.attributes, 'attribute', name).definition.name,
    ),
  };
}

function definitionOf(set: Drafts, kind: DraftKind, name: string) {
  const list = kind === 'event' ? set.events : set.attributes;
  return list?.find((one) => one.name === name);
}

function beforeAndAfter(published: EventSet, set: EventSet, kind: DraftKind, name: string) {
  const before = definitionOf(published, kind, name);
  const after = definitionOf(set, kind, name);
  return { ...(before && { before }), ...(after && { after }) };
}
