/** Links that work once: the one that makes the first administrator, invitations, and new passwords. */
import type { Clock } from '../clock.ts';
import type { LinkState } from '../contract/access.ts';
import { Problem } from '../contract/problem.ts';
import { everything } from '../contract/rights.ts';
import { inTurn } from '../in-turn.ts';
import type { AccessStore, KeptUser } from './access-store.ts';
import { machineCaller } from './caller.ts';
import type { Guesses } from './guesses.ts';
import { checkPassword, type Passwords } from './password.ts';
import type { From, NewSignIn, SignInDesk } from './sign-in-desk.ts';
import { hashOf, isSame, newId, newToken } from './tokens.ts';
import type { UserDesk } from './user-desk.ts';

export interface LinkDesk {
  /** The token that makes the first administrator; it is anew at every start. */
  readonly firstToken: string;
  /** What a link is good for. @throws Problem `link_unusable` */
  look(token: string): Promise<LinkState>;
  /** @throws Problem `link_unusable`, `password_unusable` */
  first(
    input: { token: string; email: string; name: string; password: string },
    from: From,
  ): Promise<NewSignIn>;
  /**
   * Takes the password. An invited user is signed in; after a reset one signs in anew, with the second factor.
   * @throws Problem `link_unusable`, `password_unusable`
   */
  use(
    input: { token: string; password: string; name?: string | undefined },
    from: From,
  ): Promise<NewSignIn | undefined>;
  /** Sends a link, if there is such a user. Says nothing about it, and takes no longer for it. */
  forgotten(email: string, from: From): void;
}

const unusable = () =>
  new Problem(
    'link_unusable',
    'The link was used, has expired, or was replaced by a newer one. Ask for a new one.',
  );

export function createLinkDesk(options: {
  store: AccessStore;
  passwords: Passwords;
  guesses: Guesses;
  users: UserDesk;
  signIns: SignInDesk;
  clock: Clock;
  claimed: () => Promise<boolean>;
  changed: () => Promise<void>;
  /** Is told of what went wrong behind an answer. */
  failed: (error: unknown) => void;
}): LinkDesk {
  const { store, passwords, guesses, users, signIns, clock, claimed, changed, failed } = options;
  const firstToken = newToken('f_');
  const { run: alone } = inTurn();
  const isFirst = async (token: string) => isSame(token, firstToken) && !(await claimed());

  async function find(token: string) {
    const link = await store.link(hashOf(token));
    const user = link && (await store.user(link.userId));
    if (link === undefined || user === undefined || link.expiresAt <= clock()) throw unusable();
    return { link, user };
  }

  return {
    firstToken,
    async look(token) {
      if (await isFirst(token)) return { purpose: 'first' };
      const { link, user } = await find(token);
      return { purpose: link.purpose, email: user.email, name: user.name };
    },
    first: ({ token, email, name, password }, from) =>
      alone(async () => {
        if (!(await isFirst(token))) throw unusable();
        await checkPassword(password, email);
        const user: KeptUser = {
          id: newId(),
          email,
          name,
          state: 'active',
          grants: [{ role: 'administrator', dataset: everything }],
          secondFactor: false,
          createdAt: clock(),
          passwordHash: await passwords.hash(password),
        };
        // An invitation that nobody has accepted must not stand in the way.
        const before = await store.userByEmail(email);
        const byMachine = { actor: 'machine', address: from.address };
        if (before?.state === 'invited')
          await store.deleteUser(before.id, { ...byMachine, action: 'delete user', target: email });
        const entry = { ...byMachine, action: 'make first administrator', target: email };
        await store.addUser(user, entry);
        await changed();
        return await signIns.begin(user, from, 'first link');
      }),
    async use({ token, password, name }, from) {
      const { link, user } = await find(token);
      await checkPassword(password, user.email);
      const passwordHash = await passwords.hash(password);
      if (!(await store.useLink(link.tokenHash, clock()))) throw unusable();
      const invited = link.purpose === 'invitation';
      const entry = {
        actor: `user ${user.email}`,
        address: from.address,
        action: invited ? 'accept invitation' : 'set password by link',
        target: user.email,
      };
      const named = name === undefined || !invited ? {} : { name };
      const change = { passwordHash, ...named, ...(invited ? { state: 'active' as const } : {}) };
      await store.changeUser(user.id, change, entry, true);
      await changed();
      return invited ? await signIns.begin({ ...user, ...change }, from, 'invitation') : undefined;
    },
    forgotten(email, from) {
      const account = email.trim().toLowerCase();
      guesses.take(`forgotten ${account}`, from.address);
      const send = async () => {
        const user = await store.userByEmail(account);
        if (user === undefined || user.state === 'disabled') return;
        const by = { ...machineCaller('nobody'), address: from.address };
        await users.reset(user.id, { sendMail: true, removeSecondFactor: false }, by);
      };
      send().catch(failed);
    },
  };
}
