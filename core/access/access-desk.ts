/** Everything about who may do what, in one hand. */
import type { AccessStore } from './access-store.ts';
import type { AuditTrail } from './audit.ts';
import { createGuesses } from './guesses.ts';
import { createKeyDesk, type KeyDesk } from './key-desk.ts';
import { createLinkDesk, type LinkDesk } from './link-desk.ts';
import { createOwnDesk, type OwnDesk } from './own-desk.ts';
import type { Passwords } from './password.ts';
import { createSignInDesk, type SignInDesk } from './sign-in-desk.ts';
import { createUserDesk, linkUrl, type UserDesk, type UserDeskOptions } from './user-desk.ts';

export interface AccessDesk {
  users: UserDesk;
  signIns: SignInDesk;
  links: LinkDesk;
  own: OwnDesk;
  keys: KeyDesk;
  audit: AuditTrail;
  store: Pick<AccessStore, 'signIns' | 'endSignIns'>;
  /** Whether there is an administrator. Until then this machine is let in. */
  claimed(): Promise<boolean>;
  /** The address that makes the first administrator; undefined when there is one. */
  firstLink(): Promise<string | undefined>;
}

export interface AccessDeskOptions extends Omit<UserDeskOptions, 'store' | 'changed'> {
  store: AccessStore;
  audit: AuditTrail;
  passwords: Passwords;
  /** Is told of what went wrong behind an answer. */
  failed: (error: unknown) => void;
}

export function createAccessDesk(options: AccessDeskOptions): AccessDesk {
  const { store, audit, passwords, clock, consoleUrl, slugs, failed } = options;
  let known: boolean | undefined;
  const claimed = async () => {
    known ??= await store.hasAdministrator();
    return known;
  };
  const changed = async () => {
    known = await store.hasAdministrator();
  };
  const guesses = createGuesses(clock);
  const users = createUserDesk({ ...options, changed });
  const signIns = createSignInDesk({ store, audit, passwords, guesses, clock, changed });
  const parts = { store, passwords, guesses, users, signIns, clock };
  const links = createLinkDesk({ ...parts, claimed, changed, failed });
  return {
    users,
    signIns,
    links,
    own: createOwnDesk(parts),
    keys: createKeyDesk({ store, clock, slugs }),
    audit,
    store,
    claimed,
    firstLink: async () =>
      (await claimed()) ? undefined : linkUrl(consoleUrl(), links.firstToken),
  };
}
