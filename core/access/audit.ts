/** The audit trail: who did what and when. Each entry carries the hash of all before it, so a change shows. */
import { createHash } from 'node:crypto';
import type { AuditCheck, AuditEntry } from '../contract/access.ts';

export type NewAuditEntry = Pick<AuditEntry, 'actor' | 'address' | 'action' | 'target'> & {
  detail?: string;
};

export interface AuditTrail {
  /** Newest first. */
  list(query: { before?: number | undefined; limit: number }): Promise<AuditEntry[]>;
  append(entry: NewAuditEntry): Promise<void>;
  /** Reads all of it and counts the hashes anew. */
  verify(): Promise<AuditCheck>;
}

/** What the first entry follows. */
export const chainStart = 'canister audit 1';

const fieldLengthMax = 500;

/** Cut to its length: a stranger may have chosen it. */
export const auditText = (text: string) => text.slice(0, fieldLengthMax);

/** The hash of an entry: of the one before and of everything it says. */
export function chainHash(previous: string, entry: Omit<AuditEntry, 'hash'>): string {
  const { number, at, actor, address, action, target, detail } = entry;
  const said = JSON.stringify([previous, number, at, actor, address, action, target, detail]);
  return createHash('sha256').update(said).digest('hex');
}
