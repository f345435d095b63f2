/** Signing in by password, by link and by the organisation; who a token belongs to; and the end of sign-ins. */
import type { Clock } from '../clock.ts';
import { Problem } from '../contract/problem.ts';
import type { AccessStore, KeptSignIn, KeptUser } from './access-store.ts';
import type { AuditTrail } from './audit.ts';
import { type Caller, entryOf } from './caller.ts';
import type { Guesses } from './guesses.ts';
import type { Passwords } from './password.ts';
import { recoveryHash, stepOf } from './second-factor.ts';
import { hashOf, newId, newToken } from './tokens.ts';

export const signInLimits = { idleMs: 30 * 60_000, wholeMs: 12 * 3_600_000 } as const;
/** How exactly it is known when somebody was last seen. */
const seenEveryMs = 60_000;
const browserLengthMax = 200;

/** Where a request came from. */
export interface From {
  /** The cut address. */
  address: string;
  browser: string;
}

export interface NewSignIn {
  token: string;
  caller: Caller;
}

export interface SignInDesk {
  /** @throws Problem `sign_in_refused`, `second_factor_needed`, `guesses_too_many` */
  byPassword(
    input: { email: string; password: string; code?: string | undefined },
    from: From,
  ): Promise<NewSignIn>;
  /**
   * By the organisation, which vouches for the address.
   * @param subject its issuer and the user's name there; the address counts the first time only
   * @throws Problem `sign_in_refused`
   */
  byOrganisation(subject: string, email: string, from: From): Promise<NewSignIn>;
  /** Signs in whoever has just proved who it is. */
  begin(user: KeptUser, from: From, how: string): Promise<NewSignIn>;
  /** Who a token belongs to; undefined when it has ended. */
  callerOf(token: string, from: From): Promise<Caller | undefined>;
  /** @throws Problem `sign_in_refused`, `guesses_too_many` */
  proveAgain(user: KeptUser, password: string, from: From): Promise<void>;
  end(caller: Caller): Promise<void>;
}

export function createSignInDesk(options: {
  store: AccessStore;
  audit: AuditTrail;
  passwords: Passwords;
  guesses: Guesses;
  clock: Clock;
  /** Called when who is administrator may have changed. */
  changed: () => Promise<void>;
}): SignInDesk {
  const { store, audit, passwords, guesses, clock, changed } = options;

  /** Says the same whatever is not right. What a stranger typed is not written down: it may be a password. */
  async function refuse(user: KeptUser | undefined, from: From, why: string): Promise<never> {
    const actor = user === undefined ? 'nobody' : `user ${user.email}`;
    const { address } = from;
    await audit.append({ actor, address, action: 'sign-in refused', target: '', detail: why });
    throw new Problem('sign_in_refused', 'Mail address, password or code is not right.');
  }

  async function checkCode(user: KeptUser, code: string, from: From): Promise<void> {
    guesses.takeCode(user.id);
    const step = stepOf(user.totpSecret ?? '', code, clock(), user.totpStep);
    if (step !== undefined && (await store.useStep(user.id, step))) return;
    if (await store.useRecoveryCode(user.id, recoveryHash(code))) {
      const { address } = from;
      const entry = { actor: `user ${user.email}`, address, action: 'use recovery code' };
      await audit.append({ ...entry, target: '' });
      return;
    }
    await refuse(user, from, 'code');
  }

  async function begin(user: KeptUser, from: From, how: string): Promise<NewSignIn> {
    const token = newToken('s_');
    const now = clock();
    const signIn: KeptSignIn = {
      id: newId(),
      tokenHash: hashOf(token),
      userId: user.id,
      createdAt: now,
      lastSeenAt: now,
      expiresAt: now + signInLimits.wholeMs,
      address: from.address,
      browser: from.browser.slice(0, browserLengthMax),
    };
    const caller = userCaller(user, signIn, from);
    await store.addSignIn(signIn, entryOf(caller, 'sign in', '', how));
    return { token, caller };
  }

  return {
    begin,
    async byPassword({ email, password, code }, from) {
      const account = email.trim().toLowerCase();
      guesses.take(account, from.address);
      const user = await store.userByEmail(account);
      const usable = user?.state === 'active' ? user : undefined;
      const right = await passwords.verify(password, usable?.passwordHash);
      if (usable === undefined || !right) return await refuse(user, from, 'password');
      if (usable.totpSecret !== undefined) {
        if (code === undefined)
          throw new Problem('second_factor_needed', 'Send the code of your authenticator too.');
        await checkCode(usable, code, from);
      }
      guesses.forget(account, from.address);
      if (passwords.isWeak(usable.passwordHash ?? '')) {
        const passwordHash = await passwords.hash(password);
        const actor = { actor: 'machine', address: '', action: 'strengthen hash' };
        await store.changeUser(usable.id, { passwordHash }, { ...actor, target: usable.email });
      }
      return await begin(usable, from, 'password');
    },
    async byOrganisation(subject, email, from) {
      const known = await store.userBySubject(subject);
      const user = known ?? (await store.userByEmail(email.toLowerCase()));
      // Whoever is somebody else there may have taken over an address.
      const taken = known === undefined && user?.oidcSubject !== undefined;
      if (user === undefined || taken || user.state === 'disabled')
        return await refuse(user, from, 'organisation');
      if (known === undefined) {
        const entry = { actor: `user ${user.email}`, address: from.address, target: subject };
        const change = { oidcSubject: subject, state: 'active' } as const;
        await store.changeUser(user.id, change, { ...entry, action: 'join by organisation' });
        await changed();
      }
      return await begin({ ...user, state: 'active' }, from, 'organisation');
    },
    async callerOf(token, from) {
      const found = await store.signIn(hashOf(token));
      if (found === undefined || found.user.state !== 'active') return undefined;
      const { signIn, user } = found;
      const now = clock();
      const { lastSeenAt, expiresAt } = signIn;
      if (now >= expiresAt || now - lastSeenAt >= signInLimits.idleMs) return undefined;
      if (now - lastSeenAt >= seenEveryMs) await store.seen(signIn.id, now);
      return userCaller(user, signIn, from);
    },
    async proveAgain(user, password, from) {
      guesses.take(user.email, from.address);
      if (!(await passwords.verify(password, user.passwordHash)))
        await refuse(user, from, 'password again');
      guesses.forget(user.email, from.address);
    },
    async end(caller) {
      const { user, signInId } = caller;
      if (user === undefined || signInId === undefined) return;
      await store.endSignIn(user.id, signInId, entryOf(caller, 'sign out', ''));
    },
  };
}

function userCaller(user: KeptUser, { id }: Pick<KeptSignIn, 'id'>, { address }: From): Caller {
  const { name, email, grants } = user;
  return { kind: 'user', name, actor: `user ${email}`, address, grants, user, signInId: id };
}
