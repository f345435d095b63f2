/**
 * The right that every route of the API needs, in one table. A route that is not here is refused to everybody, and a
 * test holds the table against the API's own description.
 */
import type { Right } from '../contract/rights.ts';

export interface RouteRight {
  /** `public`: without a sign-in. `signed_in`: any user or key. */
  right: Right | 'public' | 'signed_in';
  /**
   * Where it must be held: for the dataset of the address, for the whole server, or for some dataset at least (the
   * route then shows what belongs to the datasets of the caller only).
   */
  of: 'dataset' | 'server' | 'some';
  /** What goes into the audit trail: by default all that changes something. */
  audit?: 'never' | 'always';
}

const open: RouteRight = { right: 'public', of: 'server', audit: 'never' };
/** About the caller alone; what is worth an entry makes its own. */
const own: RouteRight = { right: 'signed_in', of: 'server', audit: 'never' };
const reading: RouteRight = { right: 'read', of: 'dataset', audit: 'never' };
const exploring: RouteRight = { right: 'explore', of: 'dataset', audit: 'never' };
/** Who looked at single people is kept. */
const looking: RouteRight = { right: 'explore', of: 'dataset', audit: 'always' };
const configuring: RouteRight = { right: 'configure', of: 'dataset' };
const administering: RouteRight = { right: 'administer', of: 'dataset' };
const server: RouteRight = { right: 'administer', of: 'server' };
const some = (right: Right): RouteRight => ({ right, of: 'some' });
/** The entry is made with the change itself. */
const withEntry = (route: RouteRight): RouteRight => ({ ...route, audit: 'never' });

export const routeRights: Readonly<Record<string, RouteRight>> = {
  'GET /openapi.json': own,
  'GET /docs': own,

  'GET /sign-in': open,
  'POST /sign-in': open,
  'DELETE /sign-in': own,
  'GET /sign-in/oidc': open,
  'GET /sign-in/oidc/callback': open,
  'POST /first': open,
  'POST /links/look': open,
  'POST /links/use': open,
  'POST /forgotten': open,

  'GET /me': own,
  'GET /me/sign-ins': own,
  'DELETE /me/sign-ins/{id}': own,
  'POST /me/password': own,
  'POST /me/second-factor': own,
  'POST /me/second-factor/confirm': own,
  'POST /me/second-factor/remove': own,

  'GET /users': server,
  'POST /users': withEntry(server),
  'PUT /users/{id}': withEntry(server),
  'PUT /users/{id}/roles': withEntry(server),
  'POST /users/{id}/disable': withEntry(server),
  'POST /users/{id}/enable': withEntry(server),
  'POST /users/{id}/reset': withEntry(server),
  'DELETE /users/{id}': withEntry(server),
  'GET /users/{id}/sign-ins': server,
  'DELETE /users/{id}/sign-ins': withEntry(server),
  'GET /api-keys': server,
  'POST /api-keys': withEntry(server),
  'DELETE /api-keys/{id}': withEntry(server),
  'GET /audit': server,
  'GET /audit/verify': server,
  'GET /retention': server,
  'GET /storage': server,
  'GET /backups': server,
  'POST /backups': server,
  'PUT /retention': withEntry(server),

  'GET /status': some('read'),
  'GET /datasets': some('read'),
  'POST /datasets': server,
  'GET /datasets/{slug}': reading,
  'PUT /datasets/{slug}': administering,
  'POST /datasets/{slug}/write-key': administering,
  'DELETE /datasets/{slug}': server,
  'GET /datasets/{slug}/counts': reading,

  'GET /datasets/{slug}/reports': reading,
  'GET /datasets/{slug}/reports/{name}': reading,
  'POST /datasets/{slug}/query': reading,
  'POST /datasets/{slug}/analysis': reading,
  'GET /datasets/{slug}/definitions/{kind}': reading,
  'GET /datasets/{slug}/definitions/{kind}/{name}': reading,
  'GET /datasets/{slug}/costs': reading,

  'GET /datasets/{slug}/sessions/active': exploring,
  'GET /datasets/{slug}/sessions/active/stream': exploring,
  'GET /datasets/{slug}/sessions/{id}': looking,
  'POST /datasets/{slug}/query/sessions': exploring,
  'POST /datasets/{slug}/sql': looking,
  'POST /datasets/{slug}/search': looking,
  'GET /datasets/{slug}/index': exploring,
  'GET /datasets/{slug}/searches': exploring,
  'PUT /datasets/{slug}/searches/{name}': { ...exploring, audit: 'always' },
  'DELETE /datasets/{slug}/searches/{name}': { ...exploring, audit: 'always' },
  'GET /datasets/{slug}/queries': exploring,
  'PUT /datasets/{slug}/queries/{name}': { ...exploring, audit: 'always' },
  'DELETE /datasets/{slug}/queries/{name}': { ...exploring, audit: 'always' },
  'POST /datasets/{slug}/exports': looking,
  'GET /datasets/{slug}/exports/{id}': exploring,
  'DELETE /datasets/{slug}/exports/{id}': exploring,
  'GET /datasets/{slug}/shared-links': exploring,
  // Who made a link may revoke it; those of others need an administrator. Their entries name no password.
  'POST /datasets/{slug}/shared-links': withEntry(exploring),
  'DELETE /datasets/{slug}/shared-links/{id}': withEntry(exploring),
  'GET /datasets/{slug}/events': exploring,
  'GET /datasets/{slug}/events/{name}': exploring,
  'GET /datasets/{slug}/event-attributes/{name}': exploring,
  'GET /datasets/{slug}/event-completion': exploring,
  'POST /datasets/{slug}/event-checks': exploring,
  'GET /datasets/{slug}/event-sets': exploring,
  'GET /datasets/{slug}/event-sets/{version}': exploring,
  'GET /datasets/{slug}/event-diff': exploring,
  'GET /datasets/{slug}/event-history': exploring,
  'GET /datasets/{slug}/alerts/rules': exploring,
  'GET /datasets/{slug}/alerts/rules/{name}': exploring,
  'GET /datasets/{slug}/alerts/history': exploring,

  'GET /datasets/{slug}/rules/hits': exploring,
  'GET /datasets/{slug}/rules/hits/excluded': exploring,
  'POST /datasets/{slug}/rules/hits/trial': { ...exploring, audit: 'never' },

  'PUT /datasets/{slug}/rules/hits': configuring,
  'POST /datasets/{slug}/searches/{name}/label': configuring,
  'PUT /datasets/{slug}/definitions/{kind}': configuring,
  'DELETE /datasets/{slug}/definitions/{kind}/{name}': configuring,
  'POST /datasets/{slug}/costs': configuring,
  'GET /datasets/{slug}/configuration': { ...configuring, audit: 'always' },
  'POST /datasets/{slug}/configuration': configuring,
  'POST /datasets/{slug}/sessions/{id}/end': configuring,
  'PUT /datasets/{slug}/index': configuring,
  'GET /datasets/{slug}/masking': configuring,
  'PUT /datasets/{slug}/masking': administering,
  'POST /datasets/{slug}/index/making': configuring,
  'DELETE /datasets/{slug}/index/making': configuring,
  'PUT /datasets/{slug}/events/{name}': configuring,
  'DELETE /datasets/{slug}/events/{name}': configuring,
  'PUT /datasets/{slug}/event-attributes/{name}': configuring,
  'DELETE /datasets/{slug}/event-attributes/{name}': configuring,
  'PUT /datasets/{slug}/event-order': configuring,
  'POST /datasets/{slug}/event-sets': configuring,
  'POST /datasets/{slug}/event-rollbacks': configuring,
  'POST /datasets/{slug}/dry-runs': configuring,
  'GET /datasets/{slug}/dry-runs/{number}': configuring,
  'DELETE /datasets/{slug}/dry-runs/{number}': configuring,
  'GET /datasets/{slug}/events/{name}/past': configuring,
  'GET /datasets/{slug}/backfills': configuring,
  'POST /datasets/{slug}/backfills': configuring,
  'GET /datasets/{slug}/backfills/{number}': configuring,
  'DELETE /datasets/{slug}/backfills/{number}': configuring,
  'PUT /datasets/{slug}/alerts/rules': configuring,
  'DELETE /datasets/{slug}/alerts/rules/{name}': configuring,
  'POST /datasets/{slug}/alerts/rules/{name}/close': configuring,
  'POST /datasets/{slug}/alerts/dry-run': configuring,
  'GET /channels': some('configure'),

  'PUT /channels': server,
  'DELETE /channels/{name}': server,
  'POST /channels/{name}/test': server,
  'GET /deliveries': server,

  'GET /subscriptions': server,
  'PUT /subscriptions': server,
  'GET /subscriptions/{name}': server,
  'DELETE /subscriptions/{name}': server,
  'POST /subscriptions/{name}/{change}': server,
  'GET /subscriptions/{name}/preview': server,
  'POST /subscriptions/{name}/run': server,
  'POST /subscriptions/{name}/test': server,
  'GET /digest-deliveries': server,
  'POST /digest-deliveries/{id}/resend': server,

  'GET /sources': server,
  'PUT /sources': server,
  'GET /sources/{name}': server,
  'DELETE /sources/{name}': server,
  'POST /sources/{name}/{change}': server,
  'POST /sources/{name}/run': server,
  'GET /sources/{name}/runs': server,

  'POST /datasets/{slug}/imports': administering,
  'POST /imports/{number}/file': { ...some('administer'), audit: 'never' },
  'POST /imports/{number}/bytes': { ...some('administer'), audit: 'never' },
  'POST /imports/{number}/file/end': { ...some('administer'), audit: 'never' },
  'POST /imports/{number}/finish': some('administer'),
  'DELETE /imports/{number}': some('administer'),
  'GET /datasets/{slug}/set-aside': administering,
  'GET /datasets/{slug}/set-aside/{number}': { ...administering, audit: 'always' },
  'POST /datasets/{slug}/set-aside/replay': administering,
  'POST /datasets/{slug}/set-aside/delete': administering,
  'POST /datasets/{slug}/publish': administering,
  'GET /datasets/{slug}/tokens': administering,
  'POST /datasets/{slug}/tokens': administering,
  'DELETE /datasets/{slug}/tokens/{name}': administering,
  'POST /datasets/{slug}/verify': administering,
  'POST /datasets/{slug}/rebuild': administering,
  'POST /datasets/{slug}/recut': administering,
  'GET /datasets/{slug}/recut': administering,
  'DELETE /datasets/{slug}/recut': administering,
  'POST /datasets/{slug}/recut/apply': administering,
  'POST /datasets/{slug}/retention': administering,
  'POST /datasets/{slug}/visitors/look': { ...administering, audit: 'always' },
  'POST /datasets/{slug}/visitors/export': { ...administering, audit: 'always' },
  'POST /datasets/{slug}/erasures': administering,
  'GET /datasets/{slug}/erasures': administering,
  'GET /jobs': { ...some('administer'), audit: 'never' },
  'DELETE /jobs/{id}': some('administer'),
  'GET /upkeep/{number}': some('administer'),
  'DELETE /upkeep/{number}': some('administer'),
  'POST /keys/rotate': server,
};
