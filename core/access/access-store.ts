/** What is kept of users, sign-ins, links and keys. A port over `control.db`; every change goes with its audit entry. */
import type { ApiKey, SignIn, User } from '../contract/access.ts';
import type { Grant } from '../contract/rights.ts';
import type { NewAuditEntry } from './audit.ts';

/** A user with what nobody else sees. */
export interface KeptUser extends User {
  passwordHash?: string;
  totpSecret?: string;
  /** Chosen, but not confirmed by a code yet. */
  totpPending?: string;
  totpStep?: number;
  /** Who the user is to the organisation's sign-in: issuer and subject. */
  oidcSubject?: string;
}

/** What may change of a user; null takes it away. */
export interface UserChange {
  name?: string;
  email?: string;
  state?: User['state'];
  passwordHash?: string;
  totpSecret?: string | null;
  totpPending?: string | null;
  totpStep?: number;
  oidcSubject?: string;
  lastSignInAt?: number;
}

export type KeptSignIn = Omit<SignIn, 'current'> & { userId: string; tokenHash: string };
export type LinkPurpose = 'invitation' | 'reset';
export interface KeptLink {
  tokenHash: string;
  purpose: LinkPurpose;
  userId: string;
  expiresAt: number;
}
export type KeptKey = ApiKey & { keyHash: string };

export interface AccessStore {
  users(): Promise<KeptUser[]>;
  user(id: string): Promise<KeptUser | undefined>;
  userByEmail(email: string): Promise<KeptUser | undefined>;
  userBySubject(subject: string): Promise<KeptUser | undefined>;
  /** Whether an active user is administrator of everything. */
  hasAdministrator(): Promise<boolean>;
  addUser(user: KeptUser, entry: NewAuditEntry): Promise<void>;
  /**
   * Another mail address makes links of the user useless.
   * @param endSignIns ends them all, and makes links of the user useless
   */
  changeUser(
    id: string,
    change: UserChange,
    entry: NewAuditEntry,
    endSignIns?: boolean,
  ): Promise<void>;
  setGrants(id: string, grants: readonly Grant[], entry: NewAuditEntry): Promise<void>;
  deleteUser(id: string, entry: NewAuditEntry): Promise<void>;
  setRecoveryCodes(id: string, hashes: readonly string[]): Promise<void>;
  /** True once for each code. */
  useRecoveryCode(id: string, hash: string): Promise<boolean>;
  /** True once for each step. */
  useStep(id: string, step: number): Promise<boolean>;

  addSignIn(signIn: KeptSignIn, entry: NewAuditEntry): Promise<void>;
  signIn(tokenHash: string): Promise<{ signIn: KeptSignIn; user: KeptUser } | undefined>;
  signIns(userId: string): Promise<KeptSignIn[]>;
  seen(id: string, at: number): Promise<void>;
  /** @returns whether it was there */
  endSignIn(userId: string, id: string, entry: NewAuditEntry): Promise<boolean>;
  endSignIns(userId: string, exceptId: string | undefined, entry: NewAuditEntry): Promise<void>;

  /** In the place of links of the user for the same purpose. */
  addLink(link: KeptLink, entry: NewAuditEntry): Promise<void>;
  link(tokenHash: string): Promise<KeptLink | undefined>;
  /** True once. */
  useLink(tokenHash: string, now: number): Promise<boolean>;

  keys(): Promise<KeptKey[]>;
  key(keyHash: string): Promise<KeptKey | undefined>;
  addKey(key: KeptKey, entry: NewAuditEntry): Promise<void>;
  /** @returns whether it was there */
  deleteKey(id: string, entry: NewAuditEntry): Promise<boolean>;
  keyUsed(id: string, at: number): Promise<void>;
}
