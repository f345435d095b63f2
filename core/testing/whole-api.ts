/** The whole API over a world, with users: what tests of rights ask. */
import type { Context } from 'hono';
import { type AccessDesk, createAccessDesk } from '../access/access-desk.ts';
import type { OidcDesk } from '../access/oidc.ts';
import { createPasswords } from '../access/password.ts';
import type { SharedLinkDesk, SharedLinkDeskOptions } from '../access/shared-link-desk.ts';
import type { LinkMail } from '../access/user-desk.ts';
import { createDefinitionDesk } from '../desks/definition-desk.ts';
import { createEventDesk } from '../desks/event-desk.ts';
import { createQueryDesk } from '../desks/query-desk.ts';
import { createSearchDesk } from '../desks/search-desk.ts';
import { standardEventSet } from '../events/standard-events.ts';
import { type Api, createApi } from '../http/app.ts';
import { openLibsqlAccess } from '../stores/libsql-access.ts';
import { openLibsqlAlerts } from '../stores/libsql-alerts.ts';
import { openLibsqlAudit } from '../stores/libsql-audit.ts';
import { openLibsqlCounts } from '../stores/libsql-counts.ts';
import { openLibsqlDefinitions } from '../stores/libsql-definitions.ts';
import { openLibsqlEvents } from '../stores/libsql-events.ts';
import { openLibsqlSavedSearches } from '../stores/libsql-saved-searches.ts';
import { openLibsqlServerRetention } from '../stores/libsql-server-retention.ts';
import { openLibsqlSetAside } from '../stores/libsql-set-aside.ts';
import { worldAlerts } from './alert-desk.ts';
import { noSubscriptions } from './no-subscriptions.ts';
import { worldSharedLinks } from './shared-links.ts';
import { worldSources } from './source-desk.ts';
import { worldSql } from './sql-desk.ts';
import type { World } from './world.ts';

/** Cheap: what is tested is not how long scrypt takes. */
export const testLog2N = 10;

export interface WholeApi {
  app: Api;
  desk: AccessDesk;
  sharedLinks: SharedLinkDesk;
  /** The links that were mailed. */
  mails: LinkMail[];
  /** What went wrong, as the log was told. */
  logged: unknown[][];
  /** The socket's other end; undefined for none. */
  peer: string | undefined;
}

export async function wholeApi(
  world: World,
  options: {
    consoleUrl?: string;
    oidc?: (desk: AccessDesk) => OidcDesk;
    drawShared?: SharedLinkDeskOptions['draw'];
  } = {},
): Promise<WholeApi> {
  const mails: LinkMail[] = [];
  const logged: unknown[][] = [];
  const counts = openLibsqlCounts(world.hits, world.now);
  const book = openLibsqlDefinitions(world.control, world.now);
  const audit = openLibsqlAudit(world.control, world.now);
  const consoleUrl = () => options.consoleUrl ?? 'http://localhost:8080';
  const desk = createAccessDesk({
    store: openLibsqlAccess(world.control, audit),
    audit,
    passwords: createPasswords(testLog2N),
    clock: world.now,
    consoleUrl,
    sendMail: async (mail) => void mails.push(mail),
    slugs: async () => (await world.datasets.list()).map(({ slug }) => slug),
    failed: (error) => logged.push(['error', error]),
  });
  const sharedLinks = worldSharedLinks(world, options.drawShared ?? (async () => ''), audit);
  const peerAddress = (_c: Context) => whole.peer;
  const app = createApi({
    access: {
      desk,
      clock: world.now,
      commandToken: 'cli_of_the_test',
      clientAddress: () => `${whole.peer?.replace(/\d+$/, '0')}`,
      consoleUrl,
      oidc: options.oidc?.(desk),
    },
    engine: world.engine,
    datasets: world.datasets,
    searches: createSearchDesk(world.engine, book, openLibsqlAlerts(world.control, world.now)),
    savedSearches: openLibsqlSavedSearches(world.control, world.now),
    subscriptions: noSubscriptions,
    sources: worldSources(world, { folders: [] }),
    sharedLinks,
    serverRetention: openLibsqlServerRetention(world.control, audit, world.now),
    ...worldSql(world),
    version: '1.2.3',
    startedAt: world.now(),
    hitCounts: counts.read,
    hourlyCounts: counts.readHours,
    setAside: openLibsqlSetAside(world.hits),
    queries: createQueryDesk(world.engine, book),
    definitions: createDefinitionDesk(world.datasets, book),
    events: createEventDesk({
      book: openLibsqlEvents(world.control, world.now),
      engine: world.engine,
      standard: standardEventSet,
    }),
    alarms: () => [{ code: 'dataset_held', since: 1, detail: 'blog: it is held' }],
    alerts: (await worldAlerts(world)).desk,
    clock: world.now,
    log: (...event) => logged.push(event),
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
    datasetCreated: async () => {},
    peerAddress,
  });
  const whole: WholeApi = { app, desk, sharedLinks, mails, logged, peer: '203.0.113.7' };
  return whole;
}
