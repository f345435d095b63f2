/** What a test build puts between the collector and the store of its inbox: fail points around each batch of hits. */
import { failPoint, isPlanted } from '../fail-point.ts';
import type { SqlBatch } from '../stores/libsql-file.ts';

const lateMs = 20;

export function failingInbox(store: SqlBatch): SqlBatch {
  return {
    async batch(statements, mode) {
      const commit = async () => {
        failPoint('inbox-before-commit');
        const results = await store.batch(statements, mode);
        failPoint('inbox-after-commit');
        return results;
      };
      if (!isPlanted('acknowledge-first')) return await commit();
      setTimeout(commit, lateMs);
      // Says what the collector wants to hear: that every row was taken.
      return statements.map((statement) => {
        const { sql, args } = statement as { sql: string; args: unknown[] };
        const rowsAffected = sql.startsWith('INSERT OR IGNORE') ? args.length / 5 : 0;
        return {
          columns: [],
          columnTypes: [],
          rows: [],
          rowsAffected,
          lastInsertRowid: undefined,
          toJSON: () => [],
        };
      });
    },
  };
}
