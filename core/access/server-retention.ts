/** Keeps the server's rules of retention, and does what they say. A port over `control.db`. */
import type { ServerRetention, ServerRetentionInput } from '../contract/server-retention.ts';
import type { NewAuditEntry } from './audit.ts';

export interface ServerRetentionDesk {
  get(): Promise<ServerRetention>;
  /** Sets the rules that are given, and applies them. */
  set(input: ServerRetentionInput, entry: NewAuditEntry): Promise<ServerRetention>;
  /** Removes what the rules do not keep. */
  apply(): Promise<void>;
}
