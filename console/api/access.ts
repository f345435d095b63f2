/** Signing in and out, users, API keys and the audit trail. */
import type {
  ApiKey,
  AuditCheck,
  AuditEntry,
  LinkState,
  MadeApiKey,
  Me,
  OneTimeLink,
  SignIn,
  User,
  UserInput,
  WaysIn,
} from '../../core/contract/access.ts';
import type { Grant } from '../../core/contract/rights.ts';
import { request } from './client.ts';
import { knowing } from './knowing.ts';

export const readMe = () => request<Me>('/api/me');
export const readWaysIn = () => request<WaysIn>('/api/sign-in');

/** @throws ApiError `sign_in_refused`, `second_factor_needed`, `guesses_too_many` */
export const signIn = (body: { email: string; password: string; code?: string }) =>
  request<Me>('/api/sign-in', { body });
export const signOut = () => request<void>('/api/sign-in', { method: 'DELETE' });

/** @throws ApiError `link_unusable` */
export const lookAtLink = (token: string) =>
  request<LinkState>('/api/links/look', { body: { token } });
export const makeFirst = (body: { token: string; email: string; name: string; password: string }) =>
  request<Me>('/api/first', { body });
/** Gives nothing after a reset: one signs in anew then. */
export const takeLink = (body: { token: string; password: string; name?: string }) =>
  request<Me | undefined>('/api/links/use', { body });
export const askForLink = (email: string) =>
  request<unknown>('/api/forgotten', { body: { email } });

export const listSignIns = async (signal?: AbortSignal) =>
  (await request<{ signIns: SignIn[] }>('/api/me/sign-ins', { signal })).signIns;
export const endSignIn = (id: string) =>
  request<void>(`/api/me/sign-ins/${encodeURIComponent(id)}`, { method: 'DELETE' });
export const setPassword = (body: { current: string; password: string }) =>
  request<void>('/api/me/password', { body });
export const beginSecondFactor = (current: string) =>
  request<{ secret: string; url: string }>('/api/me/second-factor', { body: { current } });
export const confirmSecondFactor = async (code: string) =>
  (await request<{ recoveryCodes: string[] }>('/api/me/second-factor/confirm', { body: { code } }))
    .recoveryCodes;
export const removeSecondFactor = (current: string) =>
  request<void>('/api/me/second-factor/remove', { body: { current } });

const userPath = (id: string) => `/api/users/${encodeURIComponent(id)}`;

export const listUsers = async (signal?: AbortSignal) =>
  (await request<{ users: User[] }>('/api/users', { signal })).users;
export const inviteUser = (body: {
  email: string;
  name?: string;
  grants: Grant[];
  sendMail: boolean;
}) => request<OneTimeLink & { user: User }>('/api/users', { body });
/** @param known what it was when it was loaded. @throws ApiError `changed_meanwhile`, `user_exists` */
export const changeUser = (id: string, who: UserInput, known: UserInput | undefined) =>
  request<User>(userPath(id), { method: 'PUT', body: who, headers: knowing(known) });
/** @param known the roles as they were loaded. @throws ApiError `changed_meanwhile`, `last_administrator` */
export const setRoles = (id: string, grants: readonly Grant[], known: readonly Grant[]) =>
  request<User>(`${userPath(id)}/roles`, {
    method: 'PUT',
    body: { grants },
    headers: knowing(known),
  });
export const setDisabled = (id: string, disabled: boolean) =>
  request<User>(`${userPath(id)}/${disabled ? 'disable' : 'enable'}`, { method: 'POST' });
export const resetUser = (id: string) =>
  request<OneTimeLink>(`${userPath(id)}/reset`, { body: { sendMail: false } });
export const deleteUser = (id: string) => request<void>(userPath(id), { method: 'DELETE' });

export const listKeys = async (signal?: AbortSignal) =>
  (await request<{ keys: ApiKey[] }>('/api/api-keys', { signal })).keys;
export const createKey = (body: Grant & { name: string; days: number }) =>
  request<MadeApiKey>('/api/api-keys', { body });
export const deleteKey = (id: string) =>
  request<void>(`/api/api-keys/${encodeURIComponent(id)}`, { method: 'DELETE' });

export const listAudit = async (before?: number, signal?: AbortSignal) =>
  (
    await request<{ entries: AuditEntry[] }>(
      `/api/audit?limit=100${before === undefined ? '' : `&before=${before}`}`,
      { signal },
    )
  ).entries;
export const verifyAudit = () => request<AuditCheck>('/api/audit/verify');
