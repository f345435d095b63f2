/** Searches that are kept under a name, and templates to begin with. A port over `control.db`. */
import type { SavedSearch, SavedSearchInput, SearchTemplate } from '../contract/search.ts';

export interface SavedSearches {
  /** By name. */
  list(slug: string): Promise<SavedSearch[]>;
  /** @throws Problem `search_unknown` */
  get(slug: string, name: string): Promise<SavedSearch>;
  /**
   * Keeps a condition that was checked; one of the same name is replaced.
   * @throws Problem `request_invalid` when there are too many
   */
  save(slug: string, name: string, search: SavedSearchInput): Promise<SavedSearch>;
  /** @throws Problem `search_unknown` */
  remove(slug: string, name: string): Promise<void>;
}

export const searchTemplates: readonly SearchTemplate[] = [
  { name: 'Pages that were not found', condition: 'response.status = 404' },
  { name: 'Server errors', condition: 'response.status >= 500' },
  { name: 'Slow pages', condition: 'response.duration > 3 seconds' },
  {
    name: 'People from a campaign who left at once',
    condition: 'campaign exists and session.bounce = true',
  },
  { name: 'Long sessions of people', condition: 'session.duration > 30 minutes and robot = false' },
  { name: 'Signed in', condition: 'user exists' },
  { name: 'Script errors', condition: 'event "Script error"' },
];
