/** Analyst SQL over a world, in the processes in which production runs it. They are built programs: `npm run build`. */
import { fileURLToPath } from 'node:url';
import { createSqlDesk, type PublishedPlace, type SqlDesk } from '../desks/sql-desk.ts';
import type { SavedQueries } from '../settings/saved-queries.ts';
import { openDataFolder } from '../stores/data-folder.ts';
import { openLibsqlSavedQueries } from '../stores/libsql-saved-queries.ts';
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
  close: () => Promise<void>;
} {
  const sandbox = testSandbox();
  const savedQueries = openLibsqlSavedQueries(world.control, world.now);
  const engine = { publish: (slug: string) => world.engine.publish(slug) };
  const sql = createSqlDesk({ engine, sandbox, place: placeOf(world), savedQueries });
  return { sql, savedQueries, close: () => sandbox.close() };
}
