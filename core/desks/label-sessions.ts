/**
 * The sessions of labels that ask a saved query. The query runs like all SQL of users, in the sandbox, behind its gate
 * and limits; what comes into statements of our own is only the ids that it has given, as a bound value. The answer is
 * kept while what is published stays the same, for a report asks for it panel by panel.
 */
import { findNamed, keyOfLabel, labelChain } from '../analytics/definition-lookup.ts';
import type { Clock } from '../clock.ts';
import { addDays } from '../contract/calendar.ts';
import { dayOf } from '../contract/date-range.ts';
import { type Label, labelLimits } from '../contract/label.ts';
import { Problem } from '../contract/problem.ts';
import { sqlRequestSchema } from '../contract/query.ts';
import type { SavedQueryUse } from '../contract/saved-query.ts';
import type { Engine } from '../engine/engine.ts';
import type { SavedQueries } from '../settings/saved-queries.ts';
import type { SqlDesk } from './sql-desk.ts';

/** What the query is told, where it has such parameters: at least all days that are asked for, and about robots. */
export interface AskedFor {
  from: string;
  /** Exclusive. */
  to: string;
  robots: boolean;
}

export interface NamedLabels {
  /** Ids with commas between them, by `keyOfLabel`. */
  namedSessions: Map<string, string>;
  /** Why a label that was asked for has no sessions, by its name. */
  faults: Map<string, string>;
}

export interface LabelSessions {
  /** @param names those of `labels` that are asked for; what they are joined with is asked too */
  find(
    slug: string,
    labels: readonly Label[],
    names: readonly string[],
    asked: AskedFor,
  ): Promise<NamedLabels>;
  /** @throws Problem `query_unknown`, `parameter_invalid`, `definition_invalid`, and those of SQL */
  check(slug: string, use: SavedQueryUse): Promise<void>;
}

const keptMs = 60_000;
const keptMax = 8;

export function createLabelSessions(options: {
  sql: Pick<SqlDesk, 'stream'>;
  savedQueries: Pick<SavedQueries, 'get'>;
  engine: Pick<Engine, 'publish'>;
  clock: Clock;
}): LabelSessions {
  const { sql, savedQueries, engine, clock } = options;
  const kept = new Map<string, { at: number; sessions: Promise<string> }>();

  async function requestOf(slug: string, { name, values }: SavedQueryUse, asked: AskedFor) {
    const saved = await savedQueries.get(slug, name);
    const given = Object.entries(asked).filter(([one]) =>
      saved.parameters.some((parameter) => parameter.name === one),
    );
    const all = { ...Object.fromEntries(given), ...values };
    return { saved, request: sqlRequestSchema.parse({ query: name, values: all }) };
  }

  async function sessionsOf(slug: string, use: SavedQueryUse, asked: AskedFor): Promise<string> {
    const { saved, request } = await requestOf(slug, use, asked);
    const { number } = await engine.publish(slug);
    const key = JSON.stringify([slug, number, saved.sql, request.values]);
    const known = kept.get(key);
    if (known !== undefined && clock() - known.at < keptMs) return await known.sessions;
    const sessions = read(slug, request);
    kept.delete(key);
    kept.set(key, { at: clock(), sessions });
    for (const oldest of [...kept.keys()].slice(0, -keptMax)) kept.delete(oldest);
    sessions.catch((error: unknown) => {
      // That too many ask just now is soon over.
      if (!(error instanceof Problem) || error.code === 'sql_busy') kept.delete(key);
    });
    return await sessions;
  }

  async function read(slug: string, request: Parameters<SqlDesk['stream']>[1]): Promise<string> {
    const { sessionsNamedMax } = labelLimits;
    const { parts } = await sql.stream(slug, request, { rowsMax: sessionsNamedMax });
    const ids = new Set<string>();
    let place = -1;
    for await (const part of parts) {
      if ('columns' in part) place = placeOfSession(part.columns);
      else if ('rows' in part) for (const row of part.rows) addId(ids, row[place]);
      else if ('end' in part && part.end.truncated)
        throw new Problem(
          'definition_invalid',
          `It gives more than ${sessionsNamedMax.toLocaleString('en')} rows, or more bytes than one may ask for. Select session_id only, each once, and fewer of them.`,
        );
    }
    return [...ids].join(',');
  }

  return {
    async find(slug, labels, names, asked) {
      const found: NamedLabels = { namedSessions: new Map(), faults: new Map() };
      for (const name of names) {
        const label = findNamed(labels, name, 'label');
        for (const one of labelChain(label, labels)) {
          if (one.savedQuery === undefined) continue;
          try {
            found.namedSessions.set(keyOfLabel(one), await sessionsOf(slug, one.savedQuery, asked));
          } catch (error) {
            if (!(error instanceof Problem)) throw error;
            found.namedSessions.set(keyOfLabel(one), '');
            found.faults.set(label.name, faultSentence(label, one, error.message));
          }
        }
      }
      return found;
    },
    async check(slug, use) {
      const today = dayOf(clock(), 'UTC');
      const asked = { from: today, to: addDays(today, 1), robots: false };
      const { request } = await requestOf(slug, use, asked);
      const { parts } = await sql.stream(slug, request, { rowsMax: 1 });
      for await (const part of parts) {
        if (!('columns' in part)) continue;
        placeOfSession(part.columns);
        return;
      }
    },
  };
}

function faultSentence(label: Label, { name, savedQuery }: Label, why: string): string {
  const whose = name === label.name ? 'its saved query' : `the saved query of the label "${name}"`;
  return `The label "${label.name}" has no figures: ${whose} "${savedQuery?.name}" gives no sessions. ${why}`;
}

/** @throws Problem `definition_invalid` */
function placeOfSession(columns: readonly { name: string }[]): number {
  const place = columns.findIndex(({ name }) => name.toLowerCase() === 'session_id');
  if (place >= 0) return place;
  const names = columns
    .slice(0, 20)
    .map(({ name }) => name)
    .join(', ');
  throw new Problem(
    'definition_invalid',
    `The query has no column session_id, which says the sessions that it means. Its columns are: ${names}.`,
  );
}

/** An empty cell names no session. */
function addId(ids: Set<string>, cell: unknown): void {
  if (cell === null || cell === undefined) return;
  const id = String(cell).replaceAll('-', '').toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(id)) {
    throw new Problem(
      'definition_invalid',
      `Its column session_id holds "${String(cell).slice(0, 40)}", which is no id of a session.`,
    );
  }
  ids.add(id);
}
