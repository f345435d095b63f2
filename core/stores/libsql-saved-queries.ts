/** Saved queries in `control.db`. */
import type { Clock } from '../clock.ts';
import { Problem } from '../contract/problem.ts';
import { type SavedQuery, savedQueryLimits, savedQuerySchema } from '../contract/saved-query.ts';
import type { SavedQueries } from '../settings/saved-queries.ts';
import type { SqlBatch } from './libsql-file.ts';

export function openLibsqlSavedQueries(control: SqlBatch, clock: Clock): SavedQueries {
  const unknown = (slug: string, name: string) =>
    new Problem('query_unknown', `The dataset ${slug} has no saved query called "${name}".`);

  async function list(slug: string): Promise<SavedQuery[]> {
    const sql =
      'SELECT name, definition, saved_at FROM saved_query WHERE dataset = ? ORDER BY name';
    const [found] = await control.batch([{ sql, args: [slug] }], 'read');
    return (found?.rows ?? []).map((row) =>
      savedQuerySchema.parse({
        ...(JSON.parse(String(row.definition)) as object),
        name: String(row.name),
        savedAt: Number(row.saved_at),
      }),
    );
  }

  return {
    list,
    async get(slug, name) {
      const found = (await list(slug)).find((one) => one.name === name);
      if (found === undefined) throw unknown(slug, name);
      return found;
    },
    async save(slug, name, query) {
      const savedAt = clock();
      const { queriesMax } = savedQueryLimits;
      const [saved] = await control.batch(
        [
          {
            sql: `INSERT INTO saved_query (dataset, name, definition, saved_at) SELECT ?1, ?2, ?3, ?4
              WHERE (SELECT count(*) FROM saved_query WHERE dataset = ?1 AND name <> ?2) < ?5
              ON CONFLICT (dataset, name) DO UPDATE SET definition = excluded.definition, saved_at = excluded.saved_at`,
            args: [slug, name, JSON.stringify(query), savedAt, queriesMax],
          },
        ],
        'write',
      );
      if (saved?.rowsAffected !== 1) {
        const why = `The dataset ${slug} has ${queriesMax} saved queries. Delete some first.`;
        throw new Problem('request_invalid', why);
      }
      return { ...query, name, savedAt };
    },
    async remove(slug, name) {
      const sql = 'DELETE FROM saved_query WHERE dataset = ? AND name = ?';
      const [removed] = await control.batch([{ sql, args: [slug, name] }], 'write');
      if (removed?.rowsAffected !== 1) throw unknown(slug, name);
    },
  };
}
