/** Users as administrators see them: invited, given roles, disabled, given a new link, deleted. */
import type { Clock } from '../clock.ts';
import type { NewUser, OneTimeLink, User, UserInput } from '../contract/access.ts';
import { Problem } from '../contract/problem.ts';
import { everything, type Grant, roleHas } from '../contract/rights.ts';
import { inTurn } from '../in-turn.ts';
import type { AccessStore, KeptUser, LinkPurpose } from './access-store.ts';
import { type Caller, entryOf } from './caller.ts';
import { hashOf, newId, newToken } from './tokens.ts';

const hourMs = 3_600_000;
/** How long a link works. */
const linkMs = { invitation: 7 * 24 * hourMs, reset: hourMs } as const;

/** What is mailed to a user. */
export interface LinkMail {
  purpose: LinkPurpose;
  to: string;
  name: string;
  link: string;
  expiresAt: number;
}

export interface UserDesk {
  list(): Promise<User[]>;
  find(id: string): Promise<KeptUser>;
  create(input: NewUser, by: Caller): Promise<{ user: User } & OneTimeLink>;
  /**
   * Links that were made for another mail address work no more: it may be a stranger's.
   * @throws Problem `user_exists` when somebody else has the mail address
   */
  change(id: string, change: UserInput, by: Caller): Promise<User>;
  setGrants(id: string, grants: readonly Grant[], by: Caller): Promise<User>;
  setDisabled(id: string, disabled: boolean, by: Caller): Promise<User>;
  remove(id: string, by: Caller): Promise<void>;
  /** A new link: of the invitation, or for another password. */
  reset(
    id: string,
    how: { sendMail: boolean; removeSecondFactor: boolean },
    by: Caller,
  ): Promise<OneTimeLink>;
}

export interface UserDeskOptions {
  store: AccessStore;
  clock: Clock;
  /** Where people reach the console, without a slash at the end. */
  consoleUrl: () => string;
  sendMail: (mail: LinkMail) => Promise<void>;
  slugs: () => Promise<readonly string[]>;
  /** Called when who is administrator may have changed. */
  changed: () => Promise<void>;
}

export function createUserDesk(options: UserDeskOptions): UserDesk {
  const { store, clock, consoleUrl, sendMail, slugs, changed } = options;
  const { run: alone } = inTurn();

  async function find(id: string): Promise<KeptUser> {
    const user = await store.user(id);
    if (user) return user;
    throw new Problem('user_unknown', 'There is no such user. They are listed at /api/users.');
  }

  async function checkGrants(grants: readonly Grant[]): Promise<void> {
    const known = await slugs();
    const named = grants.map(({ dataset }) => dataset);
    const unknown = named.find((dataset) => dataset !== everything && !known.includes(dataset));
    if (unknown !== undefined) {
      const why = `No dataset is called "${unknown}". ${known.length > 0 ? `There are: ${known.join(', ')}.` : ''}`;
      throw new Problem('dataset_unknown', why.trim());
    }
    if (new Set(named).size < named.length)
      throw new Problem('request_invalid', 'A user has one role in a dataset.');
  }

  /** @throws Problem `last_administrator` when nobody else administers everything */
  async function keepOne(user: KeptUser, after: Pick<KeptUser, 'state' | 'grants'>): Promise<void> {
    if (!isAdministrator(user) || isAdministrator({ ...user, ...after })) return;
    const others = (await store.users()).filter(({ id }) => id !== user.id);
    if (others.some(isAdministrator)) return;
    throw new Problem(
      'last_administrator',
      `${user.email} is the only administrator of everything. Make somebody else one first.`,
    );
  }

  async function newLink(user: User, byMail: boolean, by: Caller): Promise<OneTimeLink> {
    const purpose = user.state === 'invited' ? 'invitation' : 'reset';
    const token = newToken('l_');
    const expiresAt = clock() + linkMs[purpose];
    const made = { tokenHash: hashOf(token), purpose, userId: user.id, expiresAt } as const;
    await store.addLink(made, entryOf(by, `make link: ${purpose}`, user.email));
    const link = linkUrl(consoleUrl(), token);
    if (!byMail) return { link, expiresAt };
    await sendMail({ purpose, to: user.email, name: user.name, link, expiresAt });
    return { expiresAt };
  }

  return {
    list: async () => (await store.users()).map(shown),
    find,
    async create({ email, name, grants, sendMail: byMail }, by) {
      await checkGrants(grants);
      const user: KeptUser = {
        id: newId(),
        email,
        name: name ?? email.split('@')[0] ?? email,
        state: 'invited',
        grants,
        secondFactor: false,
        createdAt: clock(),
      };
      await alone(() => store.addUser(user, entryOf(by, 'invite user', email, words(grants))));
      return { user: shown(user), ...(await newLink(user, byMail, by)) };
    },
    change: (id, { name, email }, by) =>
      alone(async () => {
        const user = await find(id);
        const others = (await store.users()).filter((one) => one.id !== id);
        if (others.some((one) => one.email === email))
          throw new Problem('user_exists', `There is a user ${email} already.`);
        const isOther = email !== user.email;
        const entry = entryOf(by, 'change user', user.email, isOther ? `${name}, ${email}` : name);
        await store.changeUser(id, isOther ? { name, email } : { name }, entry);
        return shown(await find(id));
      }),
    setGrants: (id, grants, by) =>
      alone(async () => {
        await checkGrants(grants);
        const user = await find(id);
        await keepOne(user, { state: user.state, grants: [...grants] });
        await store.setGrants(id, grants, entryOf(by, 'set roles', user.email, words(grants)));
        await changed();
        return shown(await find(id));
      }),
    setDisabled: (id, disabled, by) =>
      alone(async () => {
        const user = await find(id);
        const canSignIn = user.passwordHash !== undefined || user.oidcSubject !== undefined;
        const state = disabled ? 'disabled' : canSignIn ? 'active' : 'invited';
        await keepOne(user, { state, grants: user.grants });
        const entry = entryOf(by, disabled ? 'disable user' : 'enable user', user.email);
        await store.changeUser(id, { state }, entry, disabled);
        await changed();
        return shown(await find(id));
      }),
    remove: (id, by) =>
      alone(async () => {
        const user = await find(id);
        await keepOne(user, { state: 'disabled', grants: [] });
        await store.deleteUser(id, entryOf(by, 'delete user', user.email));
        await changed();
      }),
    async reset(id, { sendMail: byMail, removeSecondFactor }, by) {
      const user = await find(id);
      if (user.state === 'disabled')
        throw new Problem('request_invalid', `${user.email} is disabled. Enable the user first.`);
      if (removeSecondFactor) {
        const entry = entryOf(by, 'remove second factor', user.email);
        await store.changeUser(id, { totpSecret: null, totpPending: null }, entry);
        await store.setRecoveryCodes(id, []);
      }
      return await newLink(user, byMail, by);
    },
  };
}

/** The token is behind `#`: it is in no log of a server, and in no referrer. */
export const linkUrl = (consoleUrl: string, token: string) => `${consoleUrl}/welcome#${token}`;

/** A user without what nobody sees. */
export function shown(user: KeptUser): User {
  const { id, email, name, state, grants, secondFactor, createdAt, lastSignInAt } = user;
  const shownUser = { id, email, name, state, grants, secondFactor, createdAt };
  return lastSignInAt === undefined ? shownUser : { ...shownUser, lastSignInAt };
}

const words = (grants: readonly Grant[]) =>
  grants.map(({ role, dataset }) => `${role} of ${dataset}`).join(', ');

const isAdministrator = ({ state, grants }: Pick<KeptUser, 'state' | 'grants'>) =>
  state === 'active' &&
  grants.some(({ role, dataset }) => dataset === everything && roleHas(role, 'administer'));
