/** Read tokens in `control.db`, each as its SHA-256: a token is random, so nothing slower is needed. */
import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { tokenLimits } from '../contract/export.ts';
import { Problem } from '../contract/problem.ts';
import type { ReadTokens } from '../settings/read-tokens.ts';
import type { SqlBatch } from './libsql-file.ts';

const dayMs = 86_400_000;
const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');

export function openLibsqlReadTokens(control: SqlBatch, clock: Clock): ReadTokens {
  return {
    async list(slug) {
      const sql =
        'SELECT name, created_at, expires_at, last_used_at FROM read_token WHERE dataset = ? ORDER BY name';
      const [found] = await control.batch([{ sql, args: [slug] }], 'read');
      return (found?.rows ?? []).map((row) => ({
        name: String(row.name),
        createdAt: Number(row.created_at),
        expiresAt: Number(row.expires_at),
        ...(row.last_used_at === null ? {} : { lastUsedAt: Number(row.last_used_at) }),
      }));
    },
    async create(slug, name, days) {
      const token = `ct_${randomBytes(32).toString('base64url')}`;
      const createdAt = clock();
      const expiresAt = createdAt + days * dayMs;
      const { tokensMax } = tokenLimits;
      const [made] = await control.batch(
        [
          {
            sql: `INSERT INTO read_token (dataset, name, hash, created_at, expires_at) SELECT ?1, ?2, ?3, ?4, ?5
              WHERE (SELECT count(*) FROM read_token WHERE dataset = ?1 AND name <> ?2) < ?6
              ON CONFLICT (dataset, name) DO UPDATE SET hash = excluded.hash, created_at = excluded.created_at,
                expires_at = excluded.expires_at, last_used_at = NULL`,
            args: [slug, name, hashOf(token), createdAt, expiresAt, tokensMax],
          },
        ],
        'write',
      );
      if (made?.rowsAffected !== 1) {
        const why = `The dataset ${slug} has ${tokensMax} read tokens. Delete some first.`;
        throw new Problem('request_invalid', why);
      }
      return { name, createdAt, expiresAt, token };
    },
    async remove(slug, name) {
      const sql = 'DELETE FROM read_token WHERE dataset = ? AND name = ?';
      const [removed] = await control.batch([{ sql, args: [slug, name] }], 'write');
      if (removed?.rowsAffected === 1) return;
      throw new Problem('token_unknown', `The dataset ${slug} has no read token "${name}".`);
    },
    async check(slug, token) {
      const sql =
        'UPDATE read_token SET last_used_at = ?1 WHERE dataset = ?2 AND hash = ?3 AND expires_at > ?1';
      const [used] = await control.batch([{ sql, args: [clock(), slug, hashOf(token)] }], 'write');
      return used?.rowsAffected === 1;
    },
  };
}
