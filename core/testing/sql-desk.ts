/** Analyst SQL over a world, in the processes in which production runs it. They are built programs: `npm run build`. */

import { fileURLToPath } from 'node:url';
import type { StorageUsed } from '../contract/storage.ts';
import { type BackupDesk, createBackupDesk } from '../desks/backup-desk.ts';
import { createExportDesk, type ExportDesk } from '../desks/export-desk.ts';
import { createLabelSessions, type LabelSessions } from '../desks/label-sessions.ts';
import type { PublishedPlace } from '../desks/published-now.ts';
import { createSqlDesk, type SqlDesk } from '../desks/sql-desk.ts';
import type { ReadTokens } from '../settings/read-tokens.ts';
import type { SavedQueries } from '../settings/saved-queries.ts';
import { openBackupFolder } from '../stores/backup-folder.ts';
import { openDataFolder } from '../stores/data-folder.ts';
import { measureStorage } from '../stores/folder-storage.ts';
import { openLibsqlReadTokens } from '../stores/libsql-read-tokens.ts';
import { openLibsqlSavedQueries } from '../stores/libsql-saved-queries.ts';
import { makeDatabase } from '../stores/published/make-database.ts';
import { readManifest } from '../stores/published/published-folder.ts';
import { createChildSandbox, type sandboxLimits } from '../stores/sandbox/child-sandbox.ts';
import type { World } from './world.ts';

const childFile = fileURLToPath(new URL('../../dist/node/sandbox-child.js', import.meta.url));

export const testSandbox = (limits: Partial<typeof sandboxLimits> = {}) =>
  createChildSandbox({ childFile, limits });

export const placeOf = (world: Pick<World, 'root'>): PublishedPlace => ({
  folder: (slug) => openDataFolder(world.root).dataset(slug).published,
  manifest: (slug) => readManifest(openDataFolder(world.root).dataset(slug).published),
});

/** What the API needs for SQL; `close` ends its processes. */
export function worldSql(world: World): {
  sql: SqlDesk;
  savedQueries: SavedQueries;
  labelSessions: LabelSessions;
  exports: ExportDesk;
  tokens: ReadTokens;
  place: PublishedPlace;
  storage: () => Promise<StorageUsed>;
  backups: BackupDesk;
  close: () => Promise<void>;
} {
  const sandbox = testSandbox();
  const savedQueries = openLibsqlSavedQueries(world.control, world.now);
  const engine = { publish: (slug: string) => world.engine.publish(slug) };
  const place = placeOf(world);
  const sql = createSqlDesk({ engine, sandbox, place, savedQueries });
  const folder = openDataFolder(world.root);
  const storage = async () => {
    const slugs = (await world.datasets.list()).map(({ slug }) => slug);
    return await measureStorage(folder, slugs);
  };
  return {
    sql,
    savedQueries,
    storage,
    backups: createBackupDesk({
      engine: world.engine,
      place: openBackupFolder({
        folder: folder.backups,
        masterKeyFile: folder.masterKeyFile,
        measure: storage,
      }),
      clock: world.now,
    }),
    labelSessions: createLabelSessions({ sql, savedQueries, engine, clock: world.now }),
    exports: createExportDesk({
      engine,
      place,
      exportsFolder: (slug) => openDataFolder(world.root).dataset(slug).exports,
      makeDatabase,
      clock: world.now,
    }),
    tokens: openLibsqlReadTokens(world.control, world.now),
    place,
    close: () => sandbox.close(),
  };
}
