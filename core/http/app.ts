/** The API as one Hono app under `/api`, with its description at `/api/openapi.json`. */
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { OidcDesk } from '../access/oidc.ts';
import type { ServerRetentionDesk } from '../access/server-retention.ts';
import type { SharedLinkDesk } from '../access/shared-link-desk.ts';
import type { AlertDesk } from '../alerts/alert-desk.ts';
import type { Clock } from '../clock.ts';
import { Problem } from '../contract/problem.ts';
import type { StorageUsed } from '../contract/storage.ts';
import type { BackupDesk } from '../desks/backup-desk.ts';
import { createConfigurationDesk } from '../desks/configuration-desk.ts';
import type { DefinitionDesk } from '../desks/definition-desk.ts';
import type { EventDesk } from '../desks/event-desk.ts';
import type { ExportDesk } from '../desks/export-desk.ts';
import { createJobDesk } from '../desks/job-desk.ts';
import type { PublishedPlace } from '../desks/published-now.ts';
import type { QueryDesk } from '../desks/query-desk.ts';
import type { SearchDesk } from '../desks/search-desk.ts';
import type { SourceDesk } from '../desks/source-desk.ts';
import type { SqlDesk } from '../desks/sql-desk.ts';
import type { SetAside } from '../engine/set-aside.ts';
import type { Log } from '../log.ts';
import type { ReadTokens } from '../settings/read-tokens.ts';
import type { SavedQueries } from '../settings/saved-queries.ts';
import type { SavedSearches } from '../settings/saved-searches.ts';
import { alertRoutes } from './alerts.ts';
import { type ApiDescription, apiDocsPage, docsHeaders } from './api-docs.ts';
import { backupRoutes } from './backups.ts';
import { channelRoutes } from './channels.ts';
import { configurationRoutes } from './configuration.ts';
import { countsRoutes, type HourlyCounts } from './counts.ts';
import { type DatasetRoutesOptions, datasetRoutes } from './datasets.ts';
import { definitionRoutes } from './definitions.ts';
import { eventJobRoutes } from './event-jobs.ts';
import { eventRoutes } from './events.ts';
import { exportRoutes } from './exports.ts';
import { type AccessOptions, guard, guardMetrics } from './guard.ts';
import { hitRuleRoutes } from './hit-rules.ts';
import { importRoutes } from './imports.ts';
import { jobRoutes } from './jobs.ts';
import { isInProcess, isLocal, localOnly } from './local-only.ts';
import { maskingRoutes } from './masking.ts';
import { meRoutes } from './me.ts';
import { type MetricsOptions, metricsRoutes } from './metrics.ts';
import type { OpenStreams } from './open-streams.ts';
import { answerErrors } from './problems.ts';
import { publishedRoutes } from './published.ts';
import { queryRoutes } from './queries.ts';
import { type ReportDesk, reportRoutes } from './reports.ts';
import { revisions } from './revisions.ts';
import { savedSearchRoutes } from './saved-searches.ts';
import { searchRoutes } from './search.ts';
import { serverRetentionRoutes } from './server-retention.ts';
import { sessionRoutes } from './sessions.ts';
import { setAsideRoutes } from './set-aside.ts';
import { sharedLinkRoutes } from './shared-links.ts';
import { signInRoutes } from './sign-in.ts';
import { sourceRoutes } from './sources.ts';
import { sqlRoutes } from './sql.ts';
import { statusRoutes } from './status.ts';
import { storageRoutes } from './storage.ts';
import { type SubscriptionDesk, subscriptionRoutes } from './subscriptions.ts';
import { upkeepRoutes } from './upkeep.ts';
import { keyRoutes, userRoutes } from './users.ts';
import { visitorRoutes } from './visitors.ts';

export interface ApiOptions extends MetricsOptions, DatasetRoutesOptions {
  /** Users and their rights; without them everything is for this machine only. */
  access?: AccessOptions & { oidc?: OidcDesk | undefined };
  reports: ReportDesk;
  queries: QueryDesk;
  sql: SqlDesk;
  savedQueries: SavedQueries;
  exports: ExportDesk;
  tokens: ReadTokens;
  place: PublishedPlace;
  definitions: DefinitionDesk;
  sharedLinks: SharedLinkDesk;
  serverRetention: ServerRetentionDesk;
  storage: () => Promise<StorageUsed>;
  backups: BackupDesk;
  /** Is told of the server's own faults. */
  log: Log;
  hourlyCounts: HourlyCounts;
  alerts: AlertDesk;
  clock: Clock;
  setAside: Pick<SetAside, 'list' | 'show'>;
  searches: SearchDesk;
  savedSearches: SavedSearches;
  events: EventDesk;
  subscriptions: SubscriptionDesk;
  sources: SourceDesk;
  streams: OpenStreams;
  /** Called before the answer, when what collectors know of datasets has changed. */
  datasetsChanged?: () => Promise<void>;
  /** The address of the peer, where there is a connection. */
  peerAddress: (c: Context) => string | undefined;
}

export function createApi(options: ApiOptions) {
  const { engine, datasets, sources, clock } = options;
  const slugs = async () => (await datasets.list()).map(({ slug }) => slug);
  const jobs = createJobDesk({ engine, sources, slugs, clock });
  const api = new OpenAPIHono()
    .route('/', statusRoutes(options))
    .route('/', datasetRoutes({ ...options, datasetDesk: jobs.forgetting(options.datasetDesk) }))
    .route('/', maskingRoutes(datasets, options.datasetsChanged ?? (async () => {})))
    .route('/', countsRoutes(datasets, options.hourlyCounts))
    .route('/', sessionRoutes(engine, options.streams))
    .route('/', queryRoutes(options.queries))
    .route('/', sqlRoutes(options.sql, options.savedQueries, datasets, options.reports))
    .route('/', definitionRoutes(options.definitions))
    .route('/', configurationRoutes(configurationDesk(options)))
    .route('/', searchRoutes(options.searches, engine, datasets))
    .route('/', savedSearchRoutes(options.savedSearches, options.definitions, datasets))
    .route('/', reportRoutes(datasets, options.reports))
    .route('/', serverRetentionRoutes(options.serverRetention))
    .route('/', storageRoutes(options.storage))
    .route('/', backupRoutes(options.backups))
    .route('/', sharedLinkRoutes(options.sharedLinks, datasets))
    .route('/', exportRoutes({ ...options, engine: jobs, desk: jobs.follow(options.exports) }))
    .route('/', importRoutes(engine))
    .route('/', jobRoutes(jobs, datasets))
    .route('/', sourceRoutes(options.sources))
    .route('/', hitRuleRoutes(engine, datasets))
    .route('/', upkeepRoutes(engine, datasets))
    .route('/', visitorRoutes(engine))
    .route('/', setAsideRoutes(engine, datasets, options.setAside))
    .route('/', alertRoutes({ ...options.alerts, datasets, clock: options.clock }))
    .route('/', channelRoutes({ ...options.alerts, clock: options.clock }))
    .route('/', subscriptionRoutes(options.subscriptions))
    .route('/', eventRoutes(options.events, datasets))
    .route('/', eventJobRoutes(options.events, engine, datasets));
  const description = {
    openapi: '3.1.0',
    info: { title: 'Canister', version: options.version },
    servers: [{ url: '/api' }],
  };
  api.doc31('/openapi.json', description);
  api.get('/docs', async (c) => {
    const described = api.getOpenAPI31Document(description);
    return c.body(
      String(await apiDocsPage(described as unknown as ApiDescription)),
      200,
      docsHeaders,
    );
  });

  const { access, peerAddress } = options;
  if (access !== undefined) {
    api
      .route('/', signInRoutes(access))
      .route('/', meRoutes(access))
      .route('/', userRoutes(access))
      .route('/', keyRoutes(access));
  }

  const app = new OpenAPIHono();
  app.use('/api/*', async (c, next) => {
    await next();
    c.header('Cache-Control', 'no-store');
    c.header('X-Content-Type-Options', 'nosniff');
    c.header('Referrer-Policy', 'no-referrer');
    // No answer in JSON is ever a page; what may be looked at brings a policy of its own.
    if (c.res.headers.get('Content-Type')?.includes('json'))
      c.header('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'; sandbox");
  });
  app.use('/api/*', access ? guard(access, peerAddress) : localOnly(peerAddress));
  // As whoever asks now, and by the same way in: what one may not see is not told by its revision.
  const askAgain = async (c: Context, path: string) =>
    await app.request(
      new Request(new URL(path, c.req.url), { headers: c.req.raw.headers }),
      {},
      c.env,
    );
  app.use('/api/*', revisions('/api', askAgain));
  app.use('/metrics', access ? guardMetrics(access, peerAddress) : localOnly(peerAddress));
  app.route('/metrics', metricsRoutes(options));
  const letIn = async (c: Context) =>
    isInProcess(c) || (isLocal(c, peerAddress) && !(await access?.desk.claimed()));
  app.route('/published', publishedRoutes({ ...options, letIn }));
  app.route('/api', api);
  app.all('/api/*', (c) => {
    throw new Problem(
      'route_unknown',
      `There is no ${c.req.method} ${c.req.path}. All routes are listed at /api/openapi.json.`,
    );
  });
  app.onError(answerErrors(options.log));
  return app;
}

const configurationDesk = (options: ApiOptions) =>
  createConfigurationDesk({ ...options, searches: options.savedSearches });

/** The API's type, for the typed client. */
export type Api = ReturnType<typeof createApi>;
