/** Users, sign-ins, links and keys in `control.db`. */
import type { InStatement, InValue, Row } from '@libsql/client';
import type { AccessStore, KeptUser, UserChange } from '../access/access-store.ts';
import { accessLimits, type User } from '../contract/access.ts';
import { Problem } from '../contract/problem.ts';
import { everything, type Grant, type Role } from '../contract/rights.ts';
import type { LibsqlAudit } from './libsql-audit.ts';
import type { SqlBatch } from './libsql-file.ts';
import { linkStatements, openLibsqlSignIns } from './libsql-sign-ins.ts';

export function openLibsqlAccess(control: SqlBatch, audit: LibsqlAudit): AccessStore {
  const read: ReadRows = async (sql, args = []) =>
    (await control.batch([{ sql, args }], 'read'))[0]?.rows ?? [];
  const write: WriteOne = async (sql, args) =>
    (await control.batch([{ sql, args }], 'write'))[0]?.rowsAffected === 1;

  async function find(where: string, args: InValue[]): Promise<KeptUser[]> {
    const rows = await read(`SELECT * FROM access_user WHERE ${where} ORDER BY email`, args);
    const grants = await read(
      `SELECT user_id, dataset, role FROM access_grant WHERE user_id IN
         (SELECT id FROM access_user WHERE ${where}) ORDER BY dataset`,
      args,
    );
    return rows.map((row) => toUser(row, grants));
  }
  const one = async (where: string, value: string) => (await find(where, [value]))[0];

  return {
    ...openLibsqlSignIns({ read, write, audit, user: (id) => one('id = ?', id) }),
    users: () => find('true', []),
    user: (id) => one('id = ?', id),
    userByEmail: (email) => one('email = ?', email),
    userBySubject: (subject) => one('oidc_subject = ?', subject),
    async hasAdministrator() {
      const rows = await read(
        `SELECT 1 FROM access_user JOIN access_grant ON user_id = id
         WHERE state = 'active' AND role = 'administrator' AND dataset = ? LIMIT 1`,
        [everything],
      );
      return rows.length > 0;
    },
    async addUser(user, entry) {
      const { id, email, name, state, createdAt, grants, passwordHash = null } = user;
      const known = await read(
        'SELECT (SELECT count(*) FROM access_user) AS n, EXISTS (SELECT 1 FROM access_user WHERE email = ?) AS there',
        [email],
      );
      if (Number(known[0]?.there) === 1) {
        const why = `There is a user ${email} already.`;
        throw new Problem('user_exists', why);
      }
      if (Number(known[0]?.n) >= accessLimits.usersMax) {
        const why = `There are ${accessLimits.usersMax} users already. Delete some first.`;
        throw new Problem('request_invalid', why);
      }
      const sql =
        'INSERT INTO access_user (id, email, name, state, password_hash, created_at) VALUES (?, ?, ?, ?, ?, ?)';
      const args = [id, email, name, state, passwordHash, createdAt];
      await audit.appendWith([{ sql, args }, ...grantStatements(id, grants)], entry);
    },
    async changeUser(id, change, entry, endSignIns = false) {
      // A link that went to another mail address is somebody else's by now.
      const links = change.email === undefined ? [] : linkStatements(id);
      const ending = endSignIns ? endStatements(id) : links;
      await audit.appendWith([...changeStatements(id, change), ...ending], entry);
    },
    async setGrants(id, grants, entry) {
      const sql = 'DELETE FROM access_grant WHERE user_id = ?';
      await audit.appendWith([{ sql, args: [id] }, ...grantStatements(id, grants)], entry);
    },
    async deleteUser(id, entry) {
      const gone = ['access_grant', 'recovery_code'].map((table) => ({
        sql: `DELETE FROM ${table} WHERE user_id = ?`,
        args: [id],
      }));
      const user = { sql: 'DELETE FROM access_user WHERE id = ?', args: [id] };
      await audit.appendWith([...gone, ...endStatements(id), user], entry);
    },
    async setRecoveryCodes(id, hashes) {
      await control.batch(
        [
          { sql: 'DELETE FROM recovery_code WHERE user_id = ?', args: [id] },
          ...hashes.map((hash) => ({
            sql: 'INSERT INTO recovery_code (user_id, code_hash) VALUES (?, ?)',
            args: [id, hash],
          })),
        ],
        'write',
      );
    },
    useRecoveryCode: (id, hash) =>
      write('DELETE FROM recovery_code WHERE user_id = ? AND code_hash = ?', [id, hash]),
    useStep: (id, step) =>
      write(
        'UPDATE access_user SET totp_step = ?2 WHERE id = ?1 AND (totp_step IS NULL OR totp_step < ?2)',
        [id, step],
      ),
  };
}

export type ReadRows = (sql: string, args?: InValue[]) => Promise<Row[]>;
export type WriteOne = (sql: string, args: InValue[]) => Promise<boolean>;

const columnOf = {
  name: 'name',
  email: 'email',
  state: 'state',
  passwordHash: 'password_hash',
  totpSecret: 'totp_secret',
  totpPending: 'totp_pending',
  totpStep: 'totp_step',
  oidcSubject: 'oidc_subject',
  lastSignInAt: 'last_sign_in_at',
} as const satisfies Record<keyof UserChange, string>;

function changeStatements(id: string, change: UserChange): InStatement[] {
  return (Object.keys(columnOf) as (keyof UserChange)[]).flatMap((name) => {
    const value = change[name];
    if (value === undefined) return [];
    return [
      { sql: `UPDATE access_user SET ${columnOf[name]} = ? WHERE id = ?`, args: [value, id] },
    ];
  });
}

function grantStatements(id: string, grants: readonly Grant[]): InStatement[] {
  return grants.map(({ dataset, role }) => ({
    sql: 'INSERT INTO access_grant (user_id, dataset, role) VALUES (?, ?, ?)',
    args: [id, dataset, role],
  }));
}

const endStatements = (id: string): InStatement[] => [
  { sql: 'DELETE FROM sign_in WHERE user_id = ?', args: [id] },
  ...linkStatements(id),
];

function toUser(row: Row, grants: readonly Row[]): KeptUser {
  const text = (value: unknown) => (value === null ? undefined : String(value));
  const number = (value: unknown) => (value === null ? undefined : Number(value));
  return withoutAbsent({
    id: String(row.id),
    email: String(row.email),
    name: String(row.name),
    state: String(row.state) as User['state'],
    grants: grants
      .filter(({ user_id }) => user_id === row.id)
      .map(({ dataset, role }) => ({ dataset: String(dataset), role: String(role) as Role })),
    secondFactor: row.totp_secret !== null,
    createdAt: Number(row.created_at),
    lastSignInAt: number(row.last_sign_in_at),
    passwordHash: text(row.password_hash),
    totpSecret: text(row.totp_secret),
    totpPending: text(row.totp_pending),
    totpStep: number(row.totp_step),
    oidcSubject: text(row.oidc_subject),
  });
}

/** Without the keys whose value is undefined. */
function withoutAbsent(user: { [K in keyof KeptUser]-?: KeptUser[K] | undefined }): KeptUser {
  return Object.fromEntries(
    Object.entries(user).filter(([, value]) => value !== undefined),
  ) as unknown as KeptUser;
}
