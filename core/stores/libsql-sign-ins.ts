/** Sign-ins, links that work once, and API keys in `control.db`: secrets, of which only hashes are kept. */
import type { InStatement, Row } from '@libsql/client';
import type {
  AccessStore,
  KeptKey,
  KeptLink,
  KeptSignIn,
  KeptUser,
  LinkPurpose,
} from '../access/access-store.ts';
import { accessLimits } from '../contract/access.ts';
import { Problem } from '../contract/problem.ts';
import type { Role } from '../contract/rights.ts';
import type { ReadRows, WriteOne } from './libsql-access.ts';
import type { LibsqlAudit } from './libsql-audit.ts';

type SignInStore = Pick<
  AccessStore,
  | 'addSignIn'
  | 'signIn'
  | 'signIns'
  | 'seen'
  | 'endSignIn'
  | 'endSignIns'
  | 'addLink'
  | 'link'
  | 'useLink'
  | 'keys'
  | 'key'
  | 'addKey'
  | 'deleteKey'
  | 'keyUsed'
>;

/** Makes the links of a user useless, all or those for one purpose. */
export const linkStatements = (userId: string, purpose?: LinkPurpose): InStatement[] => [
  {
    sql: 'DELETE FROM access_link WHERE user_id = ?1 AND (?2 IS NULL OR purpose = ?2)',
    args: [userId, purpose ?? null],
  },
];

export function openLibsqlSignIns(options: {
  read: ReadRows;
  write: WriteOne;
  audit: LibsqlAudit;
  user: (id: string) => Promise<KeptUser | undefined>;
}): SignInStore {
  const { read, write, audit, user } = options;
  return {
    async addSignIn(signIn, entry) {
      const { id, tokenHash, userId, createdAt, lastSeenAt, expiresAt, address, browser } = signIn;
      await audit.appendWith(
        [
          { sql: 'DELETE FROM sign_in WHERE expires_at < ?', args: [createdAt] },
          {
            sql: `INSERT INTO sign_in (id, token_hash, user_id, created_at, last_seen_at, expires_at, address, browser)
              VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
            args: [id, tokenHash, userId, createdAt, lastSeenAt, expiresAt, address, browser],
          },
          {
            sql: 'UPDATE access_user SET last_sign_in_at = ? WHERE id = ?',
            args: [createdAt, userId],
          },
        ],
        entry,
      );
    },
    async signIn(tokenHash) {
      const [row] = await read('SELECT * FROM sign_in WHERE token_hash = ?', [tokenHash]);
      if (row === undefined) return undefined;
      const found = await user(String(row.user_id));
      return found && { signIn: toSignIn(row), user: found };
    },
    async signIns(userId) {
      const sql = 'SELECT * FROM sign_in WHERE user_id = ? ORDER BY last_seen_at DESC, id';
      return (await read(sql, [userId])).map(toSignIn);
    },
    async seen(id, at) {
      await write('UPDATE sign_in SET last_seen_at = ? WHERE id = ?', [at, id]);
    },
    async endSignIn(userId, id, entry) {
      const sql = 'DELETE FROM sign_in WHERE user_id = ? AND id = ?';
      const [gone] = await audit.appendWith([{ sql, args: [userId, id] }], entry);
      return gone?.rowsAffected === 1;
    },
    async endSignIns(userId, exceptId, entry) {
      const sql = 'DELETE FROM sign_in WHERE user_id = ? AND id <> ?';
      await audit.appendWith([{ sql, args: [userId, exceptId ?? ''] }], entry);
    },
    async addLink({ tokenHash, purpose, userId, expiresAt }, entry) {
      const sql =
        'INSERT INTO access_link (token_hash, purpose, user_id, expires_at) VALUES (?, ?, ?, ?)';
      const args = [tokenHash, purpose, userId, expiresAt];
      await audit.appendWith([...linkStatements(userId, purpose), { sql, args }], entry);
    },
    async link(tokenHash) {
      const [row] = await read('SELECT * FROM access_link WHERE token_hash = ?', [tokenHash]);
      return row && toLink(row);
    },
    useLink: (tokenHash, now) =>
      write('DELETE FROM access_link WHERE token_hash = ? AND expires_at > ?', [tokenHash, now]),
    keys: async () => (await read('SELECT * FROM api_key ORDER BY name, id')).map(toKey),
    async key(keyHash) {
      const [row] = await read('SELECT * FROM api_key WHERE key_hash = ?', [keyHash]);
      return row && toKey(row);
    },
    async addKey(key, entry) {
      const [row] = await read('SELECT count(*) AS n FROM api_key');
      if (Number(row?.n) >= accessLimits.keysMax) {
        const why = `There are ${accessLimits.keysMax} API keys already. Delete some first.`;
        throw new Problem('request_invalid', why);
      }
      const { id, keyHash, name, prefix, role, dataset, createdAt, expiresAt } = key;
      const sql = `INSERT INTO api_key (id, key_hash, name, prefix, role, dataset, created_at, expires_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
      const args = [id, keyHash, name, prefix, role, dataset, createdAt, expiresAt];
      await audit.appendWith([{ sql, args }], entry);
    },
    async deleteKey(id, entry) {
      const sql = 'DELETE FROM api_key WHERE id = ?';
      const [gone] = await audit.appendWith([{ sql, args: [id] }], entry);
      return gone?.rowsAffected === 1;
    },
    async keyUsed(id, at) {
      await write('UPDATE api_key SET last_used_at = ? WHERE id = ?', [at, id]);
    },
  };
}

function toSignIn(row: Row): KeptSignIn {
  return {
    id: String(row.id),
    tokenHash: String(row.token_hash),
    userId: String(row.user_id),
    createdAt: Number(row.created_at),
    lastSeenAt: Number(row.last_seen_at),
    expiresAt: Number(row.expires_at),
    address: String(row.address),
    browser: String(row.browser),
  };
}

function toLink(row: Row): KeptLink {
  return {
    tokenHash: String(row.token_hash),
    purpose: String(row.purpose) as LinkPurpose,
    userId: String(row.user_id),
    expiresAt: Number(row.expires_at),
  };
}

function toKey(row: Row): KeptKey {
  return {
    id: String(row.id),
    keyHash: String(row.key_hash),
    name: String(row.name),
    prefix: String(row.prefix),
    role: String(row.role) as Role,
    dataset: String(row.dataset),
    createdAt: Number(row.created_at),
    expiresAt: Number(row.expires_at),
    ...(row.last_used_at === null ? {} : { lastUsedAt: Number(row.last_used_at) }),
  };
}
