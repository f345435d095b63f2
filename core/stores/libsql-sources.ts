/** Sources, marks and runs in `control.db`. */
import { randomBytes } from 'node:crypto';
import type { InStatement, Row } from '@libsql/client';
import type { Clock } from '../clock.ts';
import { nothingRead } from '../contract/import.ts';
import { Problem } from '../contract/problem.ts';
import {
  type Source,
  type SourceRun,
  type SourceSecrets,
  sourceLimits,
} from '../contract/source.ts';
import type { FileMark, KeptSource, Sources } from '../settings/sources.ts';
import type { SqlBatch } from './libsql-file.ts';
import type { SecretBox } from './secret-box.ts';

const keyOf = (name: string) => name.toLowerCase();

const noCounts = { files: 0, fetchedBytes: 0, ...nothingRead, openHits: 0 };

export function openLibsqlSources(control: SqlBatch, clock: Clock, box: SecretBox): Sources {
  async function read(sql: string, args: (string | number)[] = []): Promise<Row[]> {
    return (await control.batch([{ sql, args }], 'read'))[0]?.rows ?? [];
  }
  const write = async (...statements: InStatement[]) => await control.batch(statements, 'write');
  const list = async () => (await read('SELECT * FROM source ORDER BY key')).map(toKept);

  async function get(name: string): Promise<KeptSource> {
    const all = await list();
    const found = all.find(({ source }) => keyOf(source.name) === keyOf(name));
    if (found) return found;
    const names = all.map(({ source }) => source.name).join(', ');
    throw new Problem(
      'source_unknown',
      `There is no source called "${name}". ${names ? `There are: ${names}.` : 'There is none yet.'}`,
    );
  }

  return {
    list,
    get,
    async save(source: Source, secrets) {
      const before = (await list()).find((one) => keyOf(one.source.name) === keyOf(source.name));
      const id = before?.id ?? randomBytes(16).toString('hex');
      const [saved] = await write({
        sql: `INSERT INTO source (id, key, definition, secret_names, done_until, failures, retry_at)
          SELECT ?1, ?2, ?3, '', ?4, 0, 0 WHERE (SELECT count(*) FROM source WHERE key <> ?2) < ?5
          ON CONFLICT (key) DO UPDATE SET definition = excluded.definition, done_until = excluded.done_until,
            failures = 0, retry_at = 0`,
        args: [id, keyOf(source.name), JSON.stringify(source), clock(), sourceLimits.sourcesMax],
      });
      if (saved?.rowsAffected !== 1)
        throw new Problem(
          'source_invalid',
          `There are at most ${sourceLimits.sourcesMax} sources. Delete one that is not needed any more.`,
        );
      if (secrets !== undefined) {
        const names = Object.keys(secrets).join(' ');
        const sealed = await box.seal(JSON.stringify(secrets), `source ${id}`);
        const sql = 'UPDATE source SET secret_names = ?, secrets = ? WHERE id = ?';
        await write({ sql, args: [names, sealed, id] });
      }
      return await get(source.name);
    },
    async remove(name) {
      const kept = await get(name);
      const own = (sql: string): InStatement => ({ sql, args: [kept.id] });
      await write(
        own('DELETE FROM source WHERE id = ?'),
        own('DELETE FROM source_file WHERE source = ?'),
        own('DELETE FROM source_run WHERE source = ?'),
      );
      return kept;
    },
    async secrets(id) {
      const [row] = await read('SELECT secrets FROM source WHERE id = ?', [id]);
      if (!(row?.secrets instanceof ArrayBuffer)) return {};
      const text = await box.open(new Uint8Array(row.secrets), `source ${id}`);
      return JSON.parse(text) as SourceSecrets;
    },
    async marks(id) {
      const rows = await read('SELECT mark FROM source_file WHERE source = ? ORDER BY id', [id]);
      return rows.map((row) => JSON.parse(String(row.mark)) as FileMark);
    },
    async setMark(id, mark) {
      await write({
        sql: `INSERT INTO source_file (source, id, mark, seen_at) VALUES (?1, ?2, ?3, ?4)
          ON CONFLICT (source, id) DO UPDATE SET mark = excluded.mark, seen_at = excluded.seen_at`,
        args: [id, mark.id, JSON.stringify(mark), clock()],
      });
    },
    async removeMark(id, markId) {
      const sql = 'DELETE FROM source_file WHERE source = ? AND id = ?';
      await write({ sql, args: [id, markId] });
    },
    async beginRun(id, reason) {
      const [, begun] = await write(
        // A source runs once at a time: what still stands so has ended when nothing could be written.
        {
          sql: `UPDATE source_run SET state = 'broken_off', ended_at = ? WHERE source = ? AND state = 'running'`,
          args: [clock(), id],
        },
        {
          sql: `INSERT INTO source_run (source, reason, state, started_at, outcome) VALUES (?, ?, 'running', ?, '{}')
            RETURNING number`,
          args: [id, reason, clock()],
        },
      );
      return Number(begun?.rows[0]?.number);
    },
    async endRun(id, run, next) {
      const { number, source: _, reason: __, state, startedAt: ___, endedAt, ...outcome } = run;
      await write(
        {
          sql: 'UPDATE source_run SET state = ?, ended_at = ?, outcome = ? WHERE number = ?',
          args: [state, endedAt ?? clock(), JSON.stringify(outcome), number],
        },
        {
          // What lies ahead is of a clock that was set back; what lies behind may be of a resume in the meantime.
          sql: `UPDATE source SET done_until = CASE WHEN done_until > ?5 THEN ?1 ELSE max(done_until, ?1) END,
            failures = ?2, retry_at = ?3 WHERE id = ?4`,
          args: [next.doneUntil, next.failures, next.retryAt, id, clock()],
        },
        {
          sql: `DELETE FROM source_run WHERE source = ?1 AND number NOT IN
            (SELECT number FROM source_run WHERE source = ?1 ORDER BY number DESC LIMIT ?2)`,
          args: [id, sourceLimits.runsKeptMax],
        },
      );
    },
    async breakOff() {
      await write({
        sql: `UPDATE source_run SET state = 'broken_off', ended_at = ? WHERE state = 'running'`,
        args: [clock()],
      });
    },
    async runs(id, limit) {
      const rows = await read(
        `SELECT r.*, s.definition FROM source_run r JOIN source s ON s.id = r.source
         WHERE r.source = ? ORDER BY number DESC LIMIT ?`,
        [id, limit],
      );
      return rows.map(toRun);
    },
  };
}

function toKept(row: Row): KeptSource {
  return {
    id: String(row.id),
    source: JSON.parse(String(row.definition)) as Source,
    secretNames: String(row.secret_names)
      .split(' ')
      .filter((name) => name !== '') as KeptSource['secretNames'],
    doneUntil: Number(row.done_until),
    failures: Number(row.failures),
    retryAt: Number(row.retry_at),
  };
}

function toRun(row: Row): SourceRun {
  return {
    ...noCounts,
    problems: [],
    ...(JSON.parse(String(row.outcome)) as Partial<SourceRun>),
    number: Number(row.number),
    source: (JSON.parse(String(row.definition)) as Source).name,
    reason: String(row.reason) as SourceRun['reason'],
    state: String(row.state) as SourceRun['state'],
    startedAt: Number(row.started_at),
    ...(row.ended_at === null ? {} : { endedAt: Number(row.ended_at) }),
  };
}
