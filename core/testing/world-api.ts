/** All that the API needs, over a world, for this machine only: a test puts its own in the place of what it looks at. */
import { createDatasetDesk } from '../desks/dataset-desk.ts';
import { createDefinitionDesk } from '../desks/definition-desk.ts';
import { createEventDesk } from '../desks/event-desk.ts';
import { createQueryDesk } from '../desks/query-desk.ts';
import { createSearchDesk } from '../desks/search-desk.ts';
import { standardEventSet } from '../events/standard-events.ts';
import type { ApiOptions } from '../http/app.ts';
import { createOpenStreams } from '../http/open-streams.ts';
import { openDataFolder } from '../stores/data-folder.ts';
import { openDatasetRemoval } from '../stores/dataset-removal.ts';
import { openLibsqlAlerts } from '../stores/libsql-alerts.ts';
import { openLibsqlCounts } from '../stores/libsql-counts.ts';
import { openLibsqlDefinitions } from '../stores/libsql-definitions.ts';
import { openLibsqlEvents } from '../stores/libsql-events.ts';
import { openLibsqlSavedSearches } from '../stores/libsql-saved-searches.ts';
import { openLibsqlSetAside } from '../stores/libsql-set-aside.ts';
import { worldAlerts } from './alert-desk.ts';
import { noSubscriptions } from './no-subscriptions.ts';
import { worldSources } from './source-desk.ts';
import { worldSql } from './sql-desk.ts';
import { configsOf, type World } from './world.ts';

/** What goes with the audit trail is left to the caller, as there may be only one. `close` ends the processes of SQL. */
type WorldApi = Omit<ApiOptions, 'sharedLinks' | 'serverRetention'> & { close(): Promise<void> };

export async function worldApi(world: World): Promise<WorldApi> {
  const counts = openLibsqlCounts(world.hits, world.now);
  const book = openLibsqlDefinitions(world.control, world.now);
  const sources = worldSources(world, { folders: [] });
  const alerts = (await worldAlerts(world)).desk;
  return {
    ...worldSql(world),
    engine: world.engine,
    datasets: world.datasets,
    version: '1.2.3',
    startedAt: world.now(),
    clock: world.now,
    hitCounts: counts.read,
    hourlyCounts: counts.readHours,
    setAside: openLibsqlSetAside(world.hits),
    searches: createSearchDesk(world.engine, book, openLibsqlAlerts(world.control, world.now)),
    savedSearches: openLibsqlSavedSearches(world.control, world.now),
    queries: createQueryDesk(world.engine, book),
    definitions: createDefinitionDesk(world.datasets, book),
    events: createEventDesk({
      book: openLibsqlEvents(world.control, world.now),
      engine: world.engine,
      standard: standardEventSet,
    }),
    alarms: () => [],
    alerts,
    subscriptions: noSubscriptions,
    sources,
    streams: createOpenStreams(),
    log: () => {},
    disk: () => undefined,
    processMeasures: () => ({
      eventLoopLagSeconds: { p50: 0, p99: 0, max: 0 },
      residentBytes: 0,
      heapBytes: 0,
      diskFreeBytes: undefined,
    }),
    reports: {
      list: async () => [],
      run: async ({ name }) => {
        throw new Error(`the report ${name} is not asked for`);
      },
      draw: async () => ({ body: '', contentType: '' }),
      drawSql: async () => ({ body: '', contentType: '' }),
    },
    datasetDesk: createDatasetDesk({
      datasets: world.datasets,
      engine: world.engine,
      known: async () => configsOf(world.datasets),
      written: async () => {},
      removal: openDatasetRemoval({ ...world, folder: openDataFolder(world.root) }),
      forgotten: alerts.watch.forget,
      sources,
      subscriptions: noSubscriptions,
    }),
    peerAddress: () => '127.0.0.1',
  };
}
