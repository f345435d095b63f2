/** The commands for users, API keys and the audit trail. */

import { type Command, InvalidArgumentError } from 'commander';
import type {
  ApiKey,
  AuditCheck,
  AuditEntry,
  MadeApiKey,
  OneTimeLink,
  User,
} from '../core/contract/access.ts';
import { accessLimits } from '../core/contract/access.ts';
import { countedNoun } from '../core/contract/counted-noun.ts';
import { Problem } from '../core/contract/problem.ts';
import { revisionOf } from '../core/contract/revision.ts';
import { everything, type Grant, type Role, roles } from '../core/contract/rights.ts';
import type { ApiClient } from '../core/http/api-client.ts';
import { showInvisible } from '../reports/html/format.ts';
import { alignColumns } from '../reports/run/align-columns.ts';
import { changeKept } from './change-kept.ts';
import { numberUpTo, wholeNumber } from './option-values.ts';
import type { CommandDesk } from './upkeep.ts';

const exitFailed = 1;

/** `analyst:shop`, or `administrator` for everything. */
function grantOf(text: string, before: Grant[] = []): Grant[] {
  const [role = '', dataset = everything] = text.split(':');
  if (!(roles as readonly string[]).includes(role))
    throw new InvalidArgumentError(`The roles are: ${roles.join(', ')}.`);
  return [...before, { role: role as Role, dataset }];
}

const rolesOption = (command: Command) =>
  command.option(
    '--role <role:dataset>',
    `${roles.join(', ')}; without a dataset: of everything (repeat for several)`,
    grantOf,
  );

export function addUserCommands<O extends { json?: boolean }>(desk: CommandDesk<O>): void {
  const { group, withApi, out, outJson } = desk;
  const user = group('user', 'say who may look, and who may do what');

  rolesOption(user('create <email>', 'invite a user; prints a link that works once'))
    .option('--name <name>', 'what the user is called')
    .option('--mail', 'send the link by mail instead of printing it')
    .action(
      async (email: string, options: O & { role?: Grant[]; name?: string; mail?: boolean }) => {
        const { role: grants = [], name, mail: sendMail = false } = options;
        if (grants.length === 0)
          throw new InvalidArgumentError('Give at least one role, such as --role reader:shop');
        const made = await withApi(options, (api) =>
          api.json<OneTimeLink & { user: User }>('POST', '/api/users', {
            email,
            name,
            grants,
            sendMail,
          }),
        );
        if (options.json) outJson(made);
        else out(describeLink(`Invited ${made.user.email}.`, made));
      },
    );

  user('list', 'list the users with their roles').action(async (options: O) => {
    const all = await withApi(options, usersOf);
    if (options.json) outJson(all);
    else out(describeUsers(all));
  });

  rolesOption(user('role <email>', 'set the roles of a user, in the place of those before')).action(
    async (email: string, options: O & { role?: Grant[] }) => {
      const changed = await withApi(options, async (api) => {
        const { id } = await findUser(api, email);
        return await api.json<User>('PUT', `/api/users/${id}/roles`, {
          grants: options.role ?? [],
        });
      });
      if (options.json) outJson(changed);
      else out(describeUsers([changed]));
    },
  );

  user('change <email>', 'give a user another name or mail address')
    .option('--name <name>', 'the new name')
    .option('--mail <address>', 'the new mail address, by which the user signs in from then on')
    .action(async (email: string, options: O & { name?: string; mail?: string }) => {
      if (options.name === undefined && options.mail === undefined)
        throw new InvalidArgumentError('Say what to change: --name or --mail.');
      const changed = await withApi(options, async (api) => {
        const { id, ...present } = await findUser(api, email);
        return await changeKept<User>(api, {
          path: `/api/users/${id}`,
          revision: revisionOf({ name: present.name, email: present.email }),
          wanted: { name: options.name ?? present.name, email: options.mail ?? present.email },
          look: 'user list',
        });
      });
      if (options.json) outJson(changed);
      else out(describeUsers([changed]));
    });

  user('reset <email>', 'print a link for another password, or for the invitation')
    .option('--mail', 'send the link by mail instead of printing it')
    .option('--remove-second-factor', 'also sign in without the authenticator that is lost')
    .action(
      async (email: string, options: O & { mail?: boolean; removeSecondFactor?: boolean }) => {
        const { mail: sendMail = false, removeSecondFactor = false } = options;
        const link = await withApi(options, async (api) => {
          const { id } = await findUser(api, email);
          const how = { sendMail, removeSecondFactor };
          return await api.json<OneTimeLink>('POST', `/api/users/${id}/reset`, how);
        });
        if (options.json) outJson(link);
        else out(describeLink(`A new link for ${email}.`, link));
      },
    );

  const change = (name: 'disable' | 'enable', description: string, said: string) =>
    user(`${name} <email>`, description).action(async (email: string, options: O) => {
      const changed = await withApi(options, async (api) => {
        const { id } = await findUser(api, email);
        return await api.json<User>('POST', `/api/users/${id}/${name}`);
      });
      if (options.json) outJson(changed);
      else out(`${said} ${changed.email}.`);
    });
  change('disable', 'keep a user out and end its sign-ins', 'Disabled');
  change('enable', 'let a disabled user in again', 'Enabled');

  user('delete <email>', 'delete a user').action(async (email: string, options: O) => {
    await withApi(options, async (api) => {
      const { id } = await findUser(api, email);
      await api.request('DELETE', `/api/users/${id}`);
    });
    if (options.json) outJson({ deleted: email });
    else out(`Deleted the user ${email}.`);
  });
}

export function addKeyCommands<O extends { json?: boolean }>(desk: CommandDesk<O>): void {
  const { group, withApi, out, outJson } = desk;
  const key = group('key', 'make and delete API keys');

  key('create <name>', 'make an API key and print it, this once')
    .requiredOption('--role <role:dataset>', 'what the key may do, such as analyst:shop', grantOf)
    .option(
      '--days <days>',
      `how long it works: 1 to ${accessLimits.keyDaysMax}`,
      numberUpTo(accessLimits.keyDaysMax),
      365,
    )
    .action(async (name: string, options: O & { role: Grant[]; days: number }) => {
      const [grant, ...more] = options.role;
      if (more.length > 0) throw new InvalidArgumentError('A key has one role.');
      const made = await withApi(options, (api) =>
        api.json<MadeApiKey>('POST', '/api/api-keys', { name, ...grant, days: options.days }),
      );
      if (options.json) outJson(made);
      else out(`Made the key "${made.name}": ${made.key}\nKeep it: it is not shown again.`);
    });

  key('list', 'list the API keys').action(async (options: O) => {
    const keys = await withApi(options, keysOf);
    if (options.json) outJson(keys);
    else out(describeKeys(keys));
  });

  key('delete <name>', 'delete an API key by its name, or by how it begins').action(
    async (name: string, options: O) => {
      await withApi(options, async (api) => {
        const found = (await keysOf(api)).filter((one) => [one.name, one.prefix].includes(name));
        const [one, ...more] = found;
        if (one === undefined) throw new Problem('key_unknown', `There is no API key "${name}".`);
        if (more.length > 0)
          throw new Problem('request_invalid', `Several are called "${name}". Say how it begins.`);
        await api.request('DELETE', `/api/api-keys/${one.id}`);
      });
      if (options.json) outJson({ deleted: name });
      else out(`Deleted the key "${name}".`);
    },
  );
}

export function addAuditCommands<O extends { json?: boolean }>(desk: CommandDesk<O>): void {
  const { group, withApi, out, outJson } = desk;
  const audit = group('audit', 'say who did what');

  audit('list', 'list the audit trail, newest first')
    .option('--limit <entries>', 'at most this many: 1 to 500', numberUpTo(500), 100)
    .option('--before <number>', 'only entries before this one', wholeNumber)
    .action(async (options: O & { limit: number; before?: number }) => {
      const { limit, before } = options;
      const query = `limit=${limit}${before === undefined ? '' : `&before=${before}`}`;
      const { entries } = await withApi(options, (api) =>
        api.json<{ entries: AuditEntry[] }>('GET', `/api/audit?${query}`),
      );
      if (options.json) outJson(entries);
      else out(describeEntries(entries));
    });

  audit('verify', 'check that nothing in the audit trail was changed').action(
    async (options: O) => {
      const check = await withApi(options, (api) =>
        api.json<AuditCheck>('GET', '/api/audit/verify'),
      );
      if (options.json) outJson(check);
      else if (check.brokenAt === undefined)
        out(
          `${countedNoun(check.entries, 'entry')}${check.firstNumber === undefined ? '' : ` from number ${check.firstNumber} on`}, none changed. Hash of the last: ${check.lastHash}`,
        );
      else
        out(
          `The audit trail was changed: entry ${check.brokenAt} does not follow from those before.`,
        );
      if (check.brokenAt !== undefined) process.exitCode = exitFailed;
    },
  );
}

const usersOf = async (api: ApiClient) =>
  (await api.json<{ users: User[] }>('GET', '/api/users')).users;

const keysOf = async (api: ApiClient) =>
  (await api.json<{ keys: ApiKey[] }>('GET', '/api/api-keys')).keys;

async function findUser(api: ApiClient, email: string): Promise<User> {
  const found = (await usersOf(api)).find((user) => user.email === email.toLowerCase());
  if (found) return found;
  throw new Problem('user_unknown', `There is no user ${email}. Look: canister user list`);
}

const until = (at: number) => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

function describeLink(said: string, { link, expiresAt }: OneTimeLink): string {
  if (link === undefined) return `${said} The link goes out by mail, when the server runs.`;
  return `${said} This link works once, until ${until(expiresAt)}:\n${link}`;
}

const describeGrants = (grants: readonly Grant[]) =>
  grants
    .map(({ role, dataset }) => (dataset === everything ? role : `${role}:${dataset}`))
    .join(' ');

function describeUsers(users: readonly User[]): string {
  if (users.length === 0) return 'There is no user yet.';
  const rows = users.map(({ email, name, state, grants, secondFactor, lastSignInAt }) => [
    email,
    showInvisible(name),
    state,
    describeGrants(grants),
    secondFactor ? 'yes' : 'no',
    lastSignInAt === undefined ? 'never' : until(lastSignInAt),
  ]);
  const heads = ['mail address', 'name', 'state', 'roles', 'second factor', 'last sign-in'];
  return alignColumns([heads, ...rows], () => false).join('\n');
}

function describeKeys(keys: readonly ApiKey[]): string {
  if (keys.length === 0) return 'There is no API key yet.';
  const rows = keys.map(({ name, prefix, role, dataset, expiresAt, lastUsedAt }) => [
    showInvisible(name),
    `${prefix}…`,
    describeGrants([{ role, dataset }]),
    until(expiresAt),
    lastUsedAt === undefined ? 'never' : until(lastUsedAt),
  ]);
  const heads = ['name', 'key', 'role', 'works until', 'last used'];
  return alignColumns([heads, ...rows], () => false).join('\n');
}

function describeEntries(entries: readonly AuditEntry[]): string {
  if (entries.length === 0) return 'Nothing was done yet.';
  const rows = entries.map(({ number, at, actor, address, action, target, detail }) =>
    [String(number), new Date(at).toISOString(), actor, address, action, target, detail].map(
      showInvisible,
    ),
  );
  const heads = ['number', 'at', 'who', 'from', 'did', 'to', 'detail'];
  return alignColumns([heads, ...rows], (column) => column === 0).join('\n');
}
