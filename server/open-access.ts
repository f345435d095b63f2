/** Puts together who may do what: users and keys in `control.db`, their mails through the outbox, the organisation's sign-in. */
import { randomBytes } from 'node:crypto';
import type { Context } from 'hono';
import { createAddressFinder } from '../collector-edge/intake/client-address.ts';
import { nodePeerAddress } from '../collector-edge/node.ts';
import { createAccessDesk } from '../core/access/access-desk.ts';
import { createGuesses } from '../core/access/guesses.ts';
import type { OidcDesk, OidcOptions } from '../core/access/oidc.ts';
import { createPasswords } from '../core/access/password.ts';
import type { ServerRetentionDesk } from '../core/access/server-retention.ts';
import { createSharedLinkDesk, type SharedLinkDesk } from '../core/access/shared-link-desk.ts';
import type { LinkMail } from '../core/access/user-desk.ts';
import type { AlertDesk } from '../core/alerts/alert-desk.ts';
import type { Clock } from '../core/clock.ts';
import type { Config } from '../core/config.ts';
import type { SharedReport } from '../core/contract/shared-link.ts';
import type { ApiOptions } from '../core/http/app.ts';
import { isInProcess } from '../core/http/local-only.ts';
import { describeError, type Log } from '../core/log.ts';
import type { Datasets } from '../core/settings/datasets.ts';
import { openLibsqlAccess } from '../core/stores/libsql-access.ts';
import { openLibsqlAudit } from '../core/stores/libsql-audit.ts';
import type { SqlBatch } from '../core/stores/libsql-file.ts';
import { openLibsqlServerRetention } from '../core/stores/libsql-server-retention.ts';
import { openLibsqlSharedLinks } from '../core/stores/libsql-shared-links.ts';
import { accessMail } from '../reports/email/access-mail.ts';

export interface AccessParts {
  control: SqlBatch;
  clock: Clock;
  config: Pick<Config, 'oidc' | 'trustedProxies'>;
  datasets: Pick<Datasets, 'list'>;
  outbox: Pick<AlertDesk['outbox'], 'add'>;
  consoleUrl: () => string;
  /** What the command line brings along. */
  commandToken: string;
  log: Log;
  /** The report of a shared link as a page of its own. */
  drawShared: (slug: string, shows: SharedReport) => Promise<string>;
}

export interface OpenAccess extends NonNullable<ApiOptions['access']> {
  sharedLinks: SharedLinkDesk;
  serverRetention: ServerRetentionDesk;
}

export async function openAccess(parts: AccessParts): Promise<OpenAccess> {
  const { control, clock, config, datasets, outbox, consoleUrl, commandToken, log } = parts;
  const audit = openLibsqlAudit(control, clock);
  // One for all: it bounds how many are verified at a time.
  const passwords = createPasswords();
  const failed = (error: unknown) => {
    const { error: said, at } = describeError(error);
    log('error', 'access_failed', `Signing in: ${said}`, { error: said, at });
  };
  const sendMail = async (mail: LinkMail) => {
    const { subject, ...composed } = accessMail({ ...mail, consoleUrl: consoleUrl() });
    const payload = JSON.stringify({ subject, ...composed });
    // One user's mailbox that hangs holds up nobody else.
    const channel = `user ${mail.to}`;
    await outbox.add([{ id: hexId(), kind: 'mail', channel, title: subject, payload }]);
  };
  const addressOf = createAddressFinder(config.trustedProxies);
  const clientAddress = (c: Context) =>
    isInProcess(c)
      ? ''
      : (addressOf(nodePeerAddress(c), () => c.req.header('x-forwarded-for'))?.prefix ?? '');
  const desk = createAccessDesk({
    store: openLibsqlAccess(control, audit),
    audit,
    passwords,
    clock,
    consoleUrl,
    sendMail,
    slugs: async () => (await datasets.list()).map(({ slug }) => slug),
    failed,
  });
  const callbackUrl = () => `${consoleUrl()}/api/sign-in/oidc/callback`;
  const oidc =
    config.oidc && (await openOidc({ settings: config.oidc, clock, callbackUrl, failed }));
  const serverRetention = openLibsqlServerRetention(control, audit, clock);
  const sharedLinks = createSharedLinkDesk({
    store: openLibsqlSharedLinks(control, audit, clock),
    audit,
    passwords,
    guesses: createGuesses(clock),
    clock,
    consoleUrl,
    draw: parts.drawShared,
  });
  return {
    desk,
    oidc,
    clock,
    commandToken,
    clientAddress,
    consoleUrl,
    sharedLinks,
    serverRetention,
  };
}

/** Its libraries are loaded where an organisation signs its people in. */
async function openOidc(options: OidcOptions): Promise<OidcDesk> {
  const { createOidcDesk } = await import('../core/access/oidc.ts');
  return createOidcDesk(options);
}

/** As the outbox names its messages. */
const hexId = () => randomBytes(16).toString('hex');
