/** Shared links in `control.db`: the token as its SHA-256, for it is random; the password by scrypt, for it is not. */
import type { Row } from '@libsql/client';
import type { KeptSharedLink, SharedLinkStore } from '../access/shared-link-store.ts';
import type { Clock } from '../clock.ts';
import { Problem } from '../contract/problem.ts';
import { sharedLinkLimits, sharedLinkSchema } from '../contract/shared-link.ts';
import type { LibsqlAudit } from './libsql-audit.ts';
import type { SqlBatch } from './libsql-file.ts';

const dayMs = 86_400_000;

export function openLibsqlSharedLinks(
  control: SqlBatch,
  audit: LibsqlAudit,
  clock: Clock,
): SharedLinkStore {
  const read = async (where: string, args: string[]) =>
    (
      await control.batch(
        [{ sql: `SELECT * FROM shared_link WHERE ${where} ORDER BY created_at DESC, id`, args }],
        'read',
      )
    )[0]?.rows ?? [];

  return {
    list: async (slug) => (await read('dataset = ?', [slug])).map((row) => linkOf(row)),
    async add(link, entry) {
      const { linksMax, expiredKeptDays } = sharedLinkLimits;
      const inForce = (await read('dataset = ?', [link.dataset])).filter(
        (row) => Number(row.expires_at) > clock(),
      );
      if (inForce.length >= linksMax) {
        const why = `The dataset ${link.dataset} has ${linksMax} shared links. Delete some first.`;
        throw new Problem('request_invalid', why);
      }
      const old = {
        sql: 'DELETE FROM shared_link WHERE expires_at < ?',
        args: [clock() - expiredKeptDays * dayMs],
      };
      const added = {
        sql: `INSERT INTO shared_link (id, dataset, name, shows, token_hash, password_hash, created_by, created_at, expires_at, opened)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
        args: [
          link.id,
          link.dataset,
          link.name,
          JSON.stringify(link.shows),
          link.tokenHash,
          link.passwordHash ?? null,
          link.createdBy,
          link.createdAt,
          link.expiresAt,
        ],
      };
      await audit.appendWith([old, added], entry);
    },
    async byToken(tokenHash) {
      const [row] = await read('token_hash = ?', [tokenHash]);
      return row && keptOf(row);
    },
    async opened(id, at) {
      const sql = 'UPDATE shared_link SET opened = opened + 1, last_opened_at = ? WHERE id = ?';
      await control.batch([{ sql, args: [at, id] }], 'write');
    },
    async remove(slug, id, entry) {
      const sql = 'DELETE FROM shared_link WHERE dataset = ? AND id = ?';
      await audit.appendWith([{ sql, args: [slug, id] }], entry);
    },
  };
}

function linkOf(row: Row) {
  return sharedLinkSchema.parse({
    id: row.id,
    name: row.name,
    shows: JSON.parse(String(row.shows)),
    hasPassword: row.password_hash !== null,
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    opened: row.opened,
    ...(row.last_opened_at !== null && { lastOpenedAt: row.last_opened_at }),
  });
}

function keptOf(row: Row): KeptSharedLink {
  return {
    ...linkOf(row),
    dataset: String(row.dataset),
    tokenHash: String(row.token_hash),
    ...(row.password_hash !== null && { passwordHash: String(row.password_hash) }),
  };
}
