/** A real analytics file with sessions in it, and the tables of steps, events and session attributes beside them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Condition } from '../../contract/condition.ts';
import type { ClosedSession } from '../../contract/session.ts';
import { openDuckDbAnalytics } from '../../stores/duckdb-analytics.ts';
import { compileSql } from '../compile-sql.ts';
import type { ConditionSession } from '../field-values.ts';

export type StoredConditionSession = ConditionSession & ClosedSession;

const tables = {
  sessions: 'sessions',
  hits: 'hits',
  steps: 'steps',
  events: 'test_events',
  sessionValues: 'test_session_values',
};

const definitions = [
  'CREATE TABLE steps (session_id UUID, hit_number INTEGER, number INTEGER, "at" TIMESTAMPTZ, kind VARCHAR, target VARCHAR, value VARCHAR)',
  'CREATE TABLE test_events (session_id UUID, hit_number INTEGER, number INTEGER, "at" TIMESTAMPTZ, event VARCHAR, value_number DOUBLE, value_text VARCHAR)',
  'CREATE TABLE test_session_values (session_id UUID, field VARCHAR, value VARCHAR)',
];

export interface ConditionTablesHandle {
  /** For each condition the ids of the sessions that it holds for. */
  holding(conditions: readonly Condition[]): Promise<Set<string>[]>;
  query(sql: string, values?: string[]): Promise<unknown[][]>;
  close(): Promise<void>;
}

/** @param timeZone in which conditions write days and times */
export async function openConditionTables(
  sessions: readonly StoredConditionSession[],
  timeZone: string,
): Promise<ConditionTablesHandle> {
  const folder = mkdtempSync(join(tmpdir(), 'conditions-'));
  const store = await openDuckDbAnalytics(join(folder, 'analytics.duckdb'), timeZone);
  await store.store(
    sessions.map((session) => ({
      session,
      firstSeq: 0,
      lastSeq: 0,
      place: { day: '2026-11-21', offset: 0, length: 0 },
    })),
    0,
  );
  for (const definition of definitions) await store.query(definition, []);
  const insert = async (table: string, casts: string, rows: unknown[][]) => {
    // One JSON text instead of thousands of bound values.
    if (rows.length === 0) return;
    const picked = casts
      .split(' ')
      .map((type, index) =>
        type === 'AT'
          ? `make_timestamptz(CAST(r->>${index} AS BIGINT) * 1000)`
          : `CAST(r->>${index} AS ${type})`,
      );
    await store.query(
      `INSERT INTO ${table} SELECT ${picked.join(', ')} FROM (SELECT unnest(CAST($1::VARCHAR AS JSON[])) AS r)`,
      [JSON.stringify(rows)],
    );
  };
  await insert('steps', 'UUID INTEGER INTEGER AT VARCHAR VARCHAR VARCHAR', stepRows(sessions));
  await insert(
    'test_events',
    'UUID INTEGER INTEGER AT VARCHAR DOUBLE VARCHAR',
    eventRows(sessions),
  );
  await insert('test_session_values', 'UUID VARCHAR VARCHAR', attributeRows(sessions));

  return {
    async holding(conditions) {
      const answers: Set<string>[] = [];
      for (const condition of conditions) {
        const { sql, values } = compileSql(condition, { timeZone, tables });
        const filter = compileSql(condition, {
          timeZone,
          tables,
          firstParameter: values.length + 1,
          isFilter: true,
        });
        const { rows } = await store.query(
          `SELECT replace(s.session_id::VARCHAR, '-', ''), ${sql}, CASE WHEN ${filter.sql} THEN true ELSE false END FROM sessions s`,
          [...values, ...filter.values],
        );
        if (rows.some(([, holds]) => typeof holds !== 'boolean')) throw new Error(`NULL: ${sql}`);
        if (rows.some(([, holds, chosen]) => holds !== chosen))
          throw new Error(`as a filter it says something else: ${filter.sql}`);
        answers.push(new Set(rows.flatMap(([id, holds]) => (holds ? [String(id)] : []))));
      }
      return answers;
    },
    query: async (sql, values = []) => (await store.query(sql, values)).rows as unknown[][],
    async close() {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function stepRows(sessions: readonly StoredConditionSession[]): unknown[][] {
  return sessions.flatMap(({ id, hits }) =>
    hits.flatMap(({ steps = [] }, hit) =>
      steps.map(({ kind, at, target, value }, step) => [
        id,
        hit + 1,
        step + 1,
        at,
        kind,
        target,
        value,
      ]),
    ),
  );
}

function eventRows(sessions: readonly StoredConditionSession[]): unknown[][] {
  return sessions.flatMap(({ id, events = [] }) =>
    events.map(({ hitNumber, number, at, name, value, text }) => [
      id,
      hitNumber,
      number,
      at,
      name,
      value,
      text,
    ]),
  );
}

function attributeRows(sessions: readonly StoredConditionSession[]): unknown[][] {
  return sessions.flatMap(({ id, attributes = {} }) =>
    Object.entries(attributes).flatMap(([field, values]) =>
      values.map((value) => [id, field, value]),
    ),
  );
}
