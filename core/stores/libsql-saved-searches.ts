/** Saved searches in `control.db`. */
import type { Clock } from '../clock.ts';
import { Problem } from '../contract/problem.ts';
import { type SavedSearch, savedSearchesMax } from '../contract/search.ts';
import type { SavedSearches } from '../settings/saved-searches.ts';
import type { SqlBatch } from './libsql-file.ts';

export function openLibsqlSavedSearches(control: SqlBatch, clock: Clock): SavedSearches {
  async function read(where: string, args: string[]): Promise<SavedSearch[]> {
    const sql = `SELECT name, condition, segment, saved_at FROM saved_search WHERE ${where} ORDER BY name`;
    const [found] = await control.batch([{ sql, args }], 'read');
    return (found?.rows ?? []).map((row) => ({
      name: String(row.name),
      condition: String(row.condition),
      segment: Number(row.segment) === 1,
      savedAt: Number(row.saved_at),
    }));
  }

  return {
    list: (slug) => read('dataset = ?', [slug]),
    async get(slug, name) {
      const [found] = await read('dataset = ? AND name = ?', [slug, name]);
      return found ?? unknown(slug, name);
    },
    async save(slug, name, { condition, segment }) {
      const savedAt = clock();
      const [saved] = await control.batch(
        [
          {
            sql: `INSERT INTO saved_search (dataset, name, condition, segment, saved_at) SELECT ?1, ?2, ?3, ?4, ?5
              WHERE (SELECT count(*) FROM saved_search WHERE dataset = ?1 AND name <> ?2) < ?6
              ON CONFLICT (dataset, name) DO UPDATE SET condition = excluded.condition,
                segment = excluded.segment, saved_at = excluded.saved_at`,
            args: [slug, name, condition, segment ? 1 : 0, savedAt, savedSearchesMax],
          },
        ],
        'write',
      );
      if (saved?.rowsAffected !== 1) {
        const why = `The dataset ${slug} has ${savedSearchesMax} saved searches. Delete some first.`;
        throw new Problem('request_invalid', why);
      }
      return { name, condition, segment, savedAt };
    },
    async remove(slug, name) {
      const sql = 'DELETE FROM saved_search WHERE dataset = ? AND name = ?';
      const [removed] = await control.batch([{ sql, args: [slug, name] }], 'write');
      if (removed?.rowsAffected === 1) return;
      unknown(slug, name);
    },
  };
}

function unknown(slug: string, name: string): never {
  throw new Problem('search_unknown', `The dataset ${slug} has no saved search called "${name}".`);
}
