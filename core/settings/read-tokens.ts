/** Tokens by which programs read the published files of one dataset. A port over `control.db`. */
import type { ReadToken } from '../contract/export.ts';

export interface ReadTokens {
  /** By name. */
  list(slug: string): Promise<ReadToken[]>;
  /**
   * Makes a token; one of the same name is replaced and ends. It is kept as a hash: this is the only time it is told.
   * @throws Problem `request_invalid` when there are too many
   */
  create(slug: string, name: string, days: number): Promise<ReadToken & { token: string }>;
  /** @throws Problem `token_unknown` */
  remove(slug: string, name: string): Promise<void>;
  /** Whether it is one of the dataset that has not expired. */
  check(slug: string, token: string): Promise<boolean>;
}
