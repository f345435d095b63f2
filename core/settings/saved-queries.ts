/** SQL that is kept under a name. A port over `control.db`. */
import type { SavedQuery, SavedQueryInput } from '../contract/saved-query.ts';

export interface SavedQueries {
  /** By name. */
  list(slug: string): Promise<SavedQuery[]>;
  /** @throws Problem `query_unknown` */
  get(slug: string, name: string): Promise<SavedQuery>;
  /**
   * Keeps a query; one of the same name is replaced.
   * @throws Problem `request_invalid` when there are too many
   */
  save(slug: string, name: string, query: SavedQueryInput): Promise<SavedQuery>;
  /** @throws Problem `query_unknown` */
  remove(slug: string, name: string): Promise<void>;
}
