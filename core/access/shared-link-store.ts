/** What is kept of shared links. A port over `control.db`; every change goes with its audit entry. */
import type { SharedLink } from '../contract/shared-link.ts';
import type { NewAuditEntry } from './audit.ts';

/** A link with what nobody else sees. */
export interface KeptSharedLink extends SharedLink {
  dataset: string;
  tokenHash: string;
  passwordHash?: string | undefined;
}

export interface SharedLinkStore {
  /** Newest first. */
  list(slug: string): Promise<SharedLink[]>;
  /**
   * Removes links that have expired long ago on the way.
   * @throws Problem `request_invalid` when there are too many
   */
  add(link: KeptSharedLink, entry: NewAuditEntry): Promise<void>;
  byToken(tokenHash: string): Promise<KeptSharedLink | undefined>;
  opened(id: string, at: number): Promise<void>;
  remove(slug: string, id: string, entry: NewAuditEntry): Promise<void>;
}
