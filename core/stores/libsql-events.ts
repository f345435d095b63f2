/** Event definitions, their published sets and their history in `control.db`. Definitions are JSON that only we read. */
import type { InStatement, InValue, Row } from '@libsql/client';
import type { Clock } from '../clock.ts';
import {
  type EventDefinition,
  type EventSet,
  eventDefinitionSchema,
  eventSetSchema,
  type HitAttribute,
  hitAttributeSchema,
} from '../contract/event.ts';
import type { Author, EventChange, PublishedSet } from '../contract/event-life.ts';
import { Problem } from '../contract/problem.ts';
import type { EventSets } from '../events/event-sets.ts';
import { type EventBook, type EventWriting, keyOf, type StoredDraft } from '../settings/events.ts';
import type { SqlBatch } from './libsql-file.ts';

export function openLibsqlEvents(control: SqlBatch, clock: Clock): EventBook {
  const read = async (sql: string, args: InValue[]) =>
    (await control.batch([{ sql, args }], 'read'))[0]?.rows ?? [];

  return {
    async drafts(slug) {
      const rows = await read(
        'SELECT kind, revision, definition, changed_at, author FROM event_draft WHERE dataset = ? ORDER BY position, key',
        [slug],
      );
      const of = (kind: string) => rows.filter((row) => row.kind === kind);
      return {
        events: of('event').map((row) =>
          toDraft<EventDefinition>(row, eventDefinitionSchema.parse(jsonOf(row.definition))),
        ),
        attributes: of('attribute').map((row) =>
          toDraft<HitAttribute>(row, hitAttributeSchema.parse(jsonOf(row.definition))),
        ),
      };
    },
    async published(slug, version) {
      const which = version === undefined ? 'ORDER BY version DESC LIMIT 1' : 'AND version = ?';
      const [row] = await read(
        `SELECT version, published_at, author, "set" FROM event_set WHERE dataset = ? ${which}`,
        version === undefined ? [slug] : [slug, version],
      );
      return row && toPublished(row);
    },
    async versions(slug) {
      const rows = await read(
        'SELECT version, published_at, author, "set" FROM event_set WHERE dataset = ? ORDER BY version DESC',
        [slug],
      );
      return rows.map((row) => {
        const { set, ...rest } = toPublished(row);
        return { ...rest, events: set.events.length, attributes: set.attributes.length };
      });
    },
    async changes(slug, { name, before, limit }) {
      const rows = await read(
        `SELECT number, at, author, action, kind, name, version, before, after FROM event_change
         WHERE dataset = ?1 AND (?2 IS NULL OR key = ?2) AND (?3 IS NULL OR number < ?3)
         ORDER BY number DESC LIMIT ?4`,
        [slug, name === undefined ? null : keyOf(name), before ?? null, limit],
      );
      return rows.map(toChange);
    },
    async write(slug, writing) {
      await control.batch(statementsOf(slug, writing, clock()), 'write');
    },
  };
}

/** The published sets as the engine reads them. */
export function openLibsqlEventSets(control: SqlBatch, clock: Clock): EventSets {
  const book = openLibsqlEvents(control, clock);
  return {
    async read(slug, version) {
      const found = await book.published(slug, version);
      if (found) return found.set;
      throw new Problem('event_invalid', `The dataset ${slug} has no event set ${version}.`);
    },
    inForce: async (slug) => (await book.published(slug))?.version,
  };
}

function statementsOf(slug: string, writing: EventWriting, at: number): InStatement[] {
  const { author, saved = [], removed = [], order = [], set, log } = writing;
  return [
    ...(set === undefined
      ? []
      : [
          {
            sql: 'INSERT INTO event_set (dataset, version, published_at, author, "set") VALUES (?, ?, ?, ?, ?)',
            args: [slug, set.version, at, author, JSON.stringify(set)],
          },
        ]),
    ...log.map(({ action, kind, name, version, before, after }) => ({
      sql: 'INSERT INTO event_change (dataset, at, author, action, kind, key, name, version, before, after) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      args: [
        slug,
        at,
        author,
        action,
        kind,
        name === undefined ? null : keyOf(name),
        name ?? null,
        version ?? null,
        before === undefined ? null : JSON.stringify(before),
        after === undefined ? null : JSON.stringify(after),
      ],
    })),
    ...removed.map(({ kind, name }) => ({
      sql: 'DELETE FROM event_draft WHERE dataset = ? AND kind = ? AND key = ?',
      args: [slug, kind, keyOf(name)],
    })),
    // The number of the change is a revision that never comes again, also for a name that was deleted meanwhile.
    ...saved.map(({ kind, definition, position }) => ({
      sql: `INSERT OR REPLACE INTO event_draft (dataset, kind, key, position, revision, definition, changed_at, author)
        VALUES (?, ?, ?, ?, (SELECT max(number) FROM event_change), ?, ?, ?)`,
      args: [slug, kind, keyOf(definition.name), position, JSON.stringify(definition), at, author],
    })),
    ...order.map((name, position) => ({
      sql: "UPDATE event_draft SET position = ? WHERE dataset = ? AND kind = 'event' AND key = ?",
      args: [position, slug, keyOf(name)],
    })),
  ];
}

const jsonOf = (value: unknown): unknown => JSON.parse(String(value));

function toDraft<D>(row: Row, definition: D): StoredDraft<D> {
  return {
    definition,
    revision: Number(row.revision),
    changedAt: Number(row.changed_at),
    author: String(row.author) as Author,
  };
}

function toPublished(row: Row): PublishedSet {
  const set: EventSet = eventSetSchema.parse(jsonOf(row.set));
  return {
    version: Number(row.version),
    publishedAt: Number(row.published_at),
    author: String(row.author) as Author,
    set,
  };
}

function toChange(row: Row): EventChange {
  return {
    number: Number(row.number),
    at: Number(row.at),
    author: String(row.author) as Author,
    action: String(row.action) as EventChange['action'],
    kind: String(row.kind) as EventChange['kind'],
    ...(row.name === null ? {} : { name: String(row.name) }),
    ...(row.version === null ? {} : { version: Number(row.version) }),
    ...(row.before === null ? {} : { before: jsonOf(row.before) }),
    ...(row.after === null ? {} : { after: jsonOf(row.after) }),
  };
}
