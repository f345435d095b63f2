/** What users do about themselves: their password, their second factor, and where they are signed in. */
import type { Clock } from '../clock.ts';
import type { SignIn } from '../contract/access.ts';
import { Problem } from '../contract/problem.ts';
import type { AccessStore, KeptUser } from './access-store.ts';
import { type Caller, entryOf } from './caller.ts';
import { checkPassword, type Passwords } from './password.ts';
import { newRecoveryCodes, newSecondFactor, stepOf } from './second-factor.ts';
import type { From, SignInDesk } from './sign-in-desk.ts';

export interface OwnDesk {
  signIns(caller: Caller): Promise<SignIn[]>;
  /** @throws Problem `sign_in_unknown` */
  endSignIn(caller: Caller, id: string): Promise<void>;
  /** Ends the other sign-ins too. */
  setPassword(
    caller: Caller,
    input: { current: string; password: string },
    from: From,
  ): Promise<void>;
  /** Begins: the factor counts once a code of it was given. */
  newSecondFactor(
    caller: Caller,
    current: string,
    from: From,
  ): Promise<{ secret: string; url: string }>;
  /** @returns the recovery codes, which are shown this once */
  confirmSecondFactor(caller: Caller, code: string): Promise<string[]>;
  removeSecondFactor(caller: Caller, current: string, from: From): Promise<void>;
}

export function createOwnDesk(options: {
  store: AccessStore;
  passwords: Passwords;
  signIns: SignInDesk;
  clock: Clock;
}): OwnDesk {
  const { store, passwords, signIns, clock } = options;
  return {
    async signIns(caller) {
      const kept = await store.signIns(userOf(caller).id);
      return kept.map(({ userId: _user, tokenHash: _token, ...signIn }) => ({
        ...signIn,
        current: signIn.id === caller.signInId,
      }));
    },
    async endSignIn(caller, id) {
      const entry = entryOf(caller, 'end sign-in', id);
      if (await store.endSignIn(userOf(caller).id, id, entry)) return;
      throw new Problem('sign_in_unknown', 'There is no such sign-in. It may have ended already.');
    },
    async setPassword(caller, { current, password }, from) {
      const user = userOf(caller);
      await signIns.proveAgain(user, current, from);
      await checkPassword(password, user.email);
      const passwordHash = await passwords.hash(password);
      await store.changeUser(user.id, { passwordHash }, entryOf(caller, 'set password', ''));
      await store.endSignIns(user.id, caller.signInId, entryOf(caller, 'end other sign-ins', ''));
    },
    async newSecondFactor(caller, current, from) {
      const user = userOf(caller);
      await signIns.proveAgain(user, current, from);
      const factor = newSecondFactor(user.email);
      const entry = entryOf(caller, 'begin second factor', '');
      await store.changeUser(user.id, { totpPending: factor.secret }, entry);
      return factor;
    },
    async confirmSecondFactor(caller, code) {
      const user = userOf(caller);
      const secret = user.totpPending;
      const step = secret === undefined ? undefined : stepOf(secret, code, clock(), undefined);
      if (secret === undefined || step === undefined) {
        throw new Problem(
          'request_invalid',
          'This is not the present code of the new authenticator. Check the clock of your device.',
        );
      }
      const { codes, hashes } = newRecoveryCodes();
      const change = { totpSecret: secret, totpPending: null, totpStep: step };
      await store.setRecoveryCodes(user.id, hashes);
      await store.changeUser(user.id, change, entryOf(caller, 'set second factor', ''));
      await store.endSignIns(user.id, caller.signInId, entryOf(caller, 'end other sign-ins', ''));
      return codes;
    },
    async removeSecondFactor(caller, current, from) {
      const user = userOf(caller);
      await signIns.proveAgain(user, current, from);
      const entry = entryOf(caller, 'remove second factor', '');
      await store.changeUser(user.id, { totpSecret: null, totpPending: null }, entry);
      await store.setRecoveryCodes(user.id, []);
    },
  };
}

/** @throws Problem `request_invalid` for keys and the machine: they have no password and sign in nowhere */
function userOf({ user }: Caller): KeptUser {
  if (user) return user;
  throw new Problem('request_invalid', 'Only a user who is signed in has this.');
}
